"""How many tokens pictures are, before a gateway has counted them: from the least to the most.

From OpenAI's guides to vision and to image generation: most models cut a picture into tiles of
512 px or patches of 32 px, after they have scaled it down. That gpt-image-2 has patches too, and
how much it draws with, its users have measured. What goes along has at most 2048 px a side.
"""

import re
from collections.abc import Mapping
from math import ceil
from typing import Any, Final

from modelless_web.gateway.image_models import bare
from modelless_web.gateway.wire.chat import pictures_of

type Span = tuple[int, int]

_MOST_PATCHES: Final = 1536


def _tiles(base: int, each: int, most: int = 8) -> Span:
    """The shorter side is 768 px at most and the longer 2048: two rows of four tiles."""
    return base + each, base + each * most


def _patches(factor: float) -> Span:
    return ceil(factor), ceil(_MOST_PATCHES * factor)


_SEEN: Final[tuple[tuple[str, Span], ...]] = (
    (r"gpt-image-2", _patches(1)),
    # Here the shorter side is 512 px at most.
    (r"gpt-image", _tiles(65, 129, 4)),
    (r"gpt-4o-mini", _tiles(2833, 5667)),
    (r"gpt-(?:4\.1|5)-mini", _patches(1.62)),
    (r"gpt-(?:4\.1|5)-nano", _patches(2.46)),
    (r"o4-mini", _patches(1.72)),
    (r"gpt-4", _tiles(85, 170)),
    (r"gpt-5(?!\.)", _tiles(70, 140)),
    (r"o[13](?:$|-)", _tiles(75, 150)),
)
# Of the others: patches of 28 px, which are the finest that any model is known to have.
_ANY: Final = (1, 74 * 74)
# What high fidelity adds to each: to a square one, and to one that is not.
_FAITHFUL: Final = (4160, 6240)

type _Qualities = Mapping[str, Span]

# The smallest size and the largest; where none is chosen, the model chooses the quality.
_DRAWN: Final[tuple[tuple[str, _Qualities], ...]] = (
    (
        r"gpt-image-2",
        {"": (50, 23_720), "low": (50, 660), "medium": (480, 5_930), "high": (1_900, 23_720)},
    ),
    (
        r"gpt-image",
        {"": (272, 6_240), "low": (272, 408), "medium": (1_056, 1_584), "high": (4_160, 6_240)},
    ),
)
_SKETCH: Final = 100


def seen(request: Mapping[str, Any]) -> Span:
    """Prompt tokens of all the pictures in a request's JSON; whether a mask counts is not told."""
    shown = sum(1 for message in request.get("messages", ()) for _ in pictures_of(message))
    pictures = shown + len(request.get("image", ()))
    low, high = _found(_SEEN, request) or _ANY
    if request.get("input_fidelity") == "high":
        low, high = low + _FAITHFUL[0], high + _FAITHFUL[1]
    return low * pictures, high * (pictures + ("mask" in request))


def drawn(request: Mapping[str, Any]) -> Span | None:
    """Completion tokens of one picture that is asked for; None where it has none of its own."""
    qualities = _found(_DRAWN, request)
    if qualities is None:
        return None
    low, high = qualities.get(request.get("quality", ""), qualities[""])
    sketches = _SKETCH * request.get("partial_images", 0)
    return low + sketches, high + sketches


def _found[T](table: tuple[tuple[str, T], ...], request: Mapping[str, Any]) -> T | None:
    name = bare(str(request.get("model", "")))
    return next((value for pattern, value in table if re.match(pattern, name)), None)
