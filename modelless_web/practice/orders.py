"""What is asked of the images API, and what is refused of it (gateway reference, section 4).

Values are refused in the words of the models' own maker, the rest in those of the gateways.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from . import wire
from .gallery import Recipe

MOST = 10
SIZES = {
    "dall-e-2": ("1024x1024", "512x512", "256x256"),
    "dall-e-3": ("1024x1024", "1792x1024", "1024x1792"),
    "gpt-image": ("1024x1024", "1536x1024", "1024x1536", "auto"),
}
LONGEST = {"dall-e-2": 1000, "dall-e-3": 4000, "gpt-image": 32_000}
LINKED = {"response_format": ("url", "b64_json")}
TAKEN: dict[str, dict[str, Sequence[object]]] = {
    "dall-e-2": {"quality": ("standard",), **LINKED},
    "dall-e-3": {"quality": ("standard", "hd"), "style": ("vivid", "natural"), **LINKED},
    "gpt-image": {
        "quality": ("low", "medium", "high", "auto"),
        "background": ("transparent", "opaque", "auto"),
        "output_format": ("png", "jpeg", "webp"),
        "moderation": ("low", "auto"),
        "input_fidelity": ("high", "low"),
        "output_compression": range(101),
        "partial_images": range(4),
    },
}
NAMES = {name for taken in TAKEN.values() for name in taken}
ONLY_NEW = {"moderation"}
ONLY_EDITED = {"input_fidelity"}
TOKENS = {"low": 272, "medium": 1056, "high": 4160, "auto": 1056}
SEEN_TOKENS = 323
FAITHFUL_TOKENS = 4160


@dataclass(frozen=True, slots=True)
class Order:
    """One call of the images API, parsed leniently, as gateways do."""

    model: str
    prompt: str
    n: int = 1
    size: str = "1024x1024"
    quality: str = ""
    wants_bytes: bool = False
    output_format: str = "png"
    stream: bool = False
    partial_images: int = 0
    pictures: int = 0
    is_faithful: bool = False
    event: str = "image_generation"

    @property
    def family(self) -> str:
        """The row of the tables above that it follows."""
        return next((name for name in SIZES if self.model.startswith(name)), "gpt-image")

    @property
    def is_gpt(self) -> bool:
        return self.family == "gpt-image"

    @property
    def is_newest(self) -> bool:
        """Whether it draws any size, and follows pictures as closely as it can in any case."""
        return self.model.startswith("gpt-image-2")

    def recipe(self, index: int) -> Recipe:
        """What one picture is made from."""
        size = "1024x1024" if self.size == "auto" else self.size
        return Recipe(self.prompt, size=size, choice=index)

    @property
    def usage(self) -> dict[str, Any]:
        """The tokens that the gpt-image family counts."""
        text = wire.estimate_tokens(self.prompt)
        seen = (SEEN_TOKENS + FAITHFUL_TOKENS * self.is_faithful) * self.pictures
        drawn = TOKENS.get(self.quality or "auto", TOKENS["auto"]) * self.n
        return {
            "input_tokens": text + seen,
            "output_tokens": drawn,
            "total_tokens": text + seen + drawn,
            "input_tokens_details": {"text_tokens": text, "image_tokens": seen},
        }


class RefusedOrderError(ValueError):
    """The gateway does not take it; ``code`` and ``param`` are what it says beside the message."""

    def __init__(self, message: str, code: str, param: str = "") -> None:
        super().__init__(message)
        self.code, self.param = code, param


def read_order(body: bytes) -> Order:
    """Parse the call. Raises RefusedOrderError as a gateway would refuse it."""
    try:
        fields = json.loads(body)
    except ValueError as error:
        raise RefusedOrderError("Invalid request", "invalid_image_request") from error
    if not isinstance(fields, dict):
        raise RefusedOrderError("Invalid request", "invalid_image_request")
    order = order_of(fields)
    check(order)
    check_fields(order, fields)
    return order


def order_of(fields: Mapping[str, Any]) -> Order:
    """The order that these fields make, not yet looked at."""
    model = _text(fields, "model") or "dall-e-3"
    return Order(
        model=model,
        prompt=_text(fields, "prompt"),
        n=fields.get("n") or 1,
        size=_text(fields, "size") or ("auto" if model.startswith("gpt-image") else "1024x1024"),
        quality=_text(fields, "quality"),
        wants_bytes=fields.get("response_format") == "b64_json",
        output_format=_text(fields, "output_format") or "png",
        stream=fields.get("stream") is True,
        partial_images=fields.get("partial_images") or 0,
        is_faithful=fields.get("input_fidelity") == "high",
    )


def _text(fields: Mapping[str, Any], name: str) -> str:
    return fields[name] if isinstance(fields.get(name), str) else ""


def check(order: Order) -> None:
    """Raise RefusedOrderError for a prompt, a number or a size that the model does not take."""
    if not order.prompt:
        raise RefusedOrderError("prompt is required", "prompt_missing")
    if len(order.prompt) > LONGEST[order.family]:
        raise RefusedOrderError("prompt is too long", "prompt_too_long")
    most = 1 if order.family == "dall-e-3" else MOST
    if not isinstance(order.n, int) or not 1 <= order.n <= most:
        raise RefusedOrderError("n is not within the range", "n_not_within_range")
    if order.size not in SIZES[order.family] and not order.is_newest:
        raise RefusedOrderError("size is not supported for this model", "size_not_supported")


def check_fields(order: Order, fields: Mapping[str, Any], *, is_edit: bool = False) -> None:
    """Raise RefusedOrderError for any other field, or a value of it, that is not taken there."""
    elsewhere = ONLY_NEW if is_edit else ONLY_EDITED
    for name in (name for name in fields if name in NAMES and fields[name] is not None):
        taken = () if name in elsewhere else TAKEN[order.family].get(name, ())
        if not taken:
            raise RefusedOrderError(f"Unknown parameter: '{name}'.", "unknown_parameter", name)
        if fields[name] not in taken:
            raise RefusedOrderError(_not_among(name, fields[name], taken), "invalid_value", name)
    if "input_fidelity" in fields and order.is_newest:
        words = f"The model '{order.model}' does not support the 'input_fidelity' parameter."
        raise RefusedOrderError(words, "invalid_input_fidelity_model", "input_fidelity")


def _not_among(name: str, value: object, taken: Sequence[object]) -> str:
    if isinstance(taken, range):
        return f"Invalid '{name}': expected {taken[0]} to {taken[-1]}, but got {value} instead."
    *others, last = (f"'{each}'" for each in taken)
    either = f"{', '.join(others)} and {last}" if others else last
    return f"Invalid value: '{value}'. Supported values are: {either}."
