"""What the practice gateway would ask for, if it asked for anything: prices and bills to read.

The studio asks its own practice gateway for neither; whoever connects it as an ordinary gateway
gets all of it, and with a word in the key each of the ways in which real ones fail at it. The
shapes are those of sections 7.2 and 7.3 of the gateway reference.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal

from . import wire
from .orders import Order
from .wire import Reply

QUOTA_PER_UNIT = 500_000
LIMIT = Decimal(20)
UNLIMITED = 100_000_000
GROUPS = {"default": 1, "vip": 0.8, "trial": 1.5}
# Fixed prices of one call, in US dollars.
PER_CALL = {
    "stable-diffusion": "0.04",
    "practice-inline": "0.02",
    "gpt-image-1": "0.042",
    "gpt-image-2": "0.05",
    "mj_imagine": "0.1",
    "mj_upscale": "0.05",
    "mj_inpaint": "0",
}
# Ratios: of a prompt, of its answer, of what is cached.
BY_TOKENS = {
    "practice-writer": ("1.25", "4", "0.5"),
    "practice-structured": ("15", "2", None),
    "practice-duplicate": ("0.375", "4", None),
    "dall-e-3": ("16", "1", None),
    "dall-e-2": ("8", "1", None),
}
# Pictures of the images API: one at ratio 1, and by what it is multiplied (section 4.1).
PER_PICTURE = Decimal("0.0025")
BY_SIZE = {"256x256": "0.4", "512x512": "0.45", "1024x1792": "2", "1792x1024": "2"}
HD = {"1024x1792": "1.5", "1792x1024": "1.5"}
IN_TIERS = ("practice-think",)
DASHBOARD = b"<!doctype html><title>Practice gateway</title><p>Please sign in.</p>"


class Till:
    """What each key has used so far, in US dollars."""

    def __init__(self) -> None:
        self._used: dict[str, Decimal] = defaultdict(Decimal)

    def charge(self, key: str, model: str, usage: Mapping[str, int]) -> None:
        """Put an answer on the bill of a key."""
        if model in PER_CALL:
            self._used[key] += Decimal(PER_CALL[model])
        elif model in BY_TOKENS:
            prompt, completion = (Decimal(ratio) for ratio in BY_TOKENS[model][:2] if ratio)
            tokens = usage["prompt_tokens"] + usage["completion_tokens"] * completion
            self._used[key] += tokens * prompt / QUOTA_PER_UNIT

    def charge_pictures(self, key: str, order: Order, count: int) -> None:
        """Put pictures of the images API on the bill of a key: each by its size and quality."""
        larger = Decimal(BY_SIZE.get(order.size, "1"))
        finer = Decimal(HD.get(order.size, "2")) if order.quality == "hd" else 1
        self._used[key] += _each(order.model) * larger * finer * count

    async def answer(self, path: str, key: str, reply: Reply) -> bool:
        """Tell prices or a bill; False where the path is about neither."""
        if path == "/api/pricing":
            await _prices(key, reply)
        elif path == "/api/status":
            await reply.json(200, {"success": True, "message": "", "data": _status(key)})
        elif path == "/dashboard/billing/subscription":
            await self._bill(key, reply, _subscription(self._used[key], key))
        elif path == "/dashboard/billing/usage":
            used = float(self._used[key] * 100 * _unit(key))
            await self._bill(key, reply, {"object": "list", "total_usage": used})
        else:
            return False
        return True

    async def _bill(self, key: str, reply: Reply, figures: Mapping[str, object]) -> None:
        if "dashboard" in key:
            await reply.whole(200, "text/html; charset=utf-8", DASHBOARD)
        elif "no-bill" in key:
            await reply.json(200, wire.error("无权进行此操作", "upstream_error"))
        else:
            await reply.json(200, figures)


def _each(model: str) -> Decimal:
    """What the plainest picture of a model costs."""
    if model in PER_CALL:
        return Decimal(PER_CALL[model])
    return Decimal(BY_TOKENS[model][0]) * PER_PICTURE if model in BY_TOKENS else Decimal()


async def _prices(key: str, reply: Reply) -> None:
    if "dashboard" in key:
        await reply.whole(200, "text/html; charset=utf-8", DASHBOARD)
    elif "no-prices" in key:
        message = "Invalid URL (GET /api/pricing)"
        await reply.json(404, wire.error(message, "invalid_request_error"))
    elif "signed-in" in key:
        text = "无权进行此操作，未登录且未提供 access token"  # noqa: RUF001 -- as gateways write it
        await reply.json(401, {"success": False, "message": text})
    else:
        listing = {"success": True, "data": list(_items()), "group_ratio": GROUPS}
        await reply.json(200, {**listing, "usable_group": {name: name for name in GROUPS}})


def _items() -> Iterable[dict[str, object]]:
    for name, price in PER_CALL.items():
        yield _item(name, quota_type=1, model_price=float(price))
    for name, (ratio, completion, cached) in BY_TOKENS.items():
        more = {} if cached is None else {"cache_ratio": float(cached)}
        yield _item(
            name, quota_type=0, model_ratio=float(ratio), completion_ratio=float(completion), **more
        )
    for name in IN_TIERS:
        yield _item(name, billing_mode="tiered_expr", billing_expr='tier("base", p * 2)')


def _item(name: str, **more: object) -> dict[str, object]:
    blank = {"model_ratio": 0, "model_price": 0, "owner_by": "", "completion_ratio": 0}
    return {"model_name": name, "quota_type": 0, **blank, "enable_groups": list(GROUPS), **more}


def _status(key: str) -> dict[str, object]:
    return {
        "system_name": "Practice",
        "display_in_currency": "raw-quota" not in key,
        "quota_per_unit": QUOTA_PER_UNIT,
    }


def _subscription(used: Decimal, key: str) -> dict[str, object]:
    limit = UNLIMITED if "unlimited" in key else float(LIMIT * _unit(key))
    if "in-debt" in key:
        limit = float(used / 2)
    limits = ("soft_limit_usd", "hard_limit_usd", "system_hard_limit_usd")
    figures = dict.fromkeys(limits, limit)
    return {"object": "billing_subscription", "has_payment_method": True, **figures}


def _unit(key: str) -> int:
    return QUOTA_PER_UNIT if "raw-quota" in key else 1
