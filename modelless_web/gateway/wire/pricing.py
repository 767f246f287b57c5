"""The list of prices: GET /api/pricing (gateway reference, sections 4.1 and 7.2).

Gateways tell ratios: 1 is 2 US dollars per million prompt tokens. What is read here is in
dollars, before the ratio of the key's group.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from modelless_web.gateway.errors import GatewayError, Kind, tidy
from modelless_web.gateway.traits import describe

from .document import amount, ask, read_object

CALL: Final = ask("/api/pricing", is_at_root=True)

PER_RATIO: Final = Decimal(2)
PER_RATIO_AND_PICTURE: Final = Decimal("0.0025")
PER_CALL: Final = 1
MIDJOURNEY: Final = "midjourney"
SEE_PROVIDER: Final = "Its price goes in tiers, which the gateway's own pages tell."
# Size, quality and by what the price of one picture is multiplied; the rest costs the plain price.
PICTURE_RATIOS: Final = (
    ("", "", "1"),
    ("256x256", "", "0.4"),
    ("512x512", "", "0.45"),
    ("1024x1792", "", "2"),
    ("1792x1024", "", "2"),
)
HD_RATIOS: Final = (
    ("", "hd", "2"),
    ("256x256", "hd", "0.8"),
    ("512x512", "hd", "0.9"),
    ("1024x1792", "hd", "3"),
    ("1792x1024", "hd", "3"),
)
_HAVE_HD: Final = "dall-e-3"


@dataclass(frozen=True, slots=True)
class PicturePrice:
    """What one picture costs; an empty size or quality stands for every other."""

    size: str
    quality: str
    price: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What a model asks for one task (empty: for all); tokens by the million. None: not for it."""

    model: str
    task: str = ""
    per_request: Decimal | None = None
    per_prompt: Decimal | None = None
    per_cached: Decimal | None = None
    per_completion: Decimal | None = None
    pictures: tuple[PicturePrice, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class PriceList:
    """All prices, and by what each group of keys multiplies them."""

    prices: tuple[Price, ...]
    groups: Mapping[str, Decimal]


def read_prices(body: bytes) -> PriceList:
    """Return what the gateway asks. Raises GatewayError when the body is no list of prices.

    What cannot be read of a model, or would be less than nothing, is left out: it is not known.
    """
    listing = read_object(body)
    items, ratios = listing.get("data"), listing.get("group_ratio")
    if not isinstance(items, list) or not isinstance(ratios, dict):
        raise GatewayError(Kind.UPSTREAM, "The gateway's list of prices could not be read.")
    prices = [_price(item) for item in items if isinstance(item, dict)]
    groups = {tidy(name): amount(ratio) for name, ratio in ratios.items()}
    return PriceList(
        tuple({(price.model, price.task): price for price in prices if price}.values()),
        {name: ratio for name, ratio in groups.items() if ratio is not None},
    )


def _price(item: dict[str, Any]) -> Price | None:
    name = item.get("model_name")
    if not isinstance(name, str) or not tidy(name).strip():
        return None
    model, task = _model_and_task(tidy(name).strip())
    if item.get("billing_expr") or "tier" in str(item.get("billing_mode")):
        return Price(model=model, task=task, note=SEE_PROVIDER)
    is_per_call = item.get("quota_type") == PER_CALL
    figure = amount(item.get("model_price" if is_per_call else "model_ratio"))
    if figure is None:
        return None
    if describe(model).kind == "images":
        each = figure if is_per_call else figure * PER_RATIO_AND_PICTURE
        return Price(model=model, task=task, pictures=_pictures(model, each))
    if is_per_call:
        return Price(model=model, task=task, per_request=figure)
    return _by_tokens(model, task, figure * PER_RATIO, item)


def _by_tokens(model: str, task: str, per_prompt: Decimal, item: dict[str, Any]) -> Price | None:
    completion = amount(item.get("completion_ratio"))
    cached = amount(item.get("cache_ratio"))
    if completion is None:
        return None
    return Price(
        model=model,
        task=task,
        per_prompt=per_prompt,
        per_cached=None if cached is None else per_prompt * cached,
        per_completion=per_prompt * completion,
    )


def _pictures(model: str, each: Decimal) -> tuple[PicturePrice, ...]:
    ratios = (*PICTURE_RATIOS, *HD_RATIOS) if model.startswith(_HAVE_HD) else PICTURE_RATIOS
    return tuple(
        PicturePrice(size, quality, each * Decimal(ratio)) for size, quality, ratio in ratios
    )


def _model_and_task(name: str) -> tuple[str, str]:
    """The pseudo-models of Midjourney are the prices of its tasks (section 7.1)."""
    if name.startswith("mj_"):
        return MIDJOURNEY, name.removeprefix("mj_")
    return (MIDJOURNEY, name) if name == "swap_face" else (name, "")
