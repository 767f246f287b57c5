"""What the models of the images API take (gateway reference, section 4.1)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

SIZE: Final = re.compile(r"([1-9][0-9]{1,4})x([1-9][0-9]{1,4})", re.ASCII)
AUTO: Final = "auto"
_STEP: Final = 16
_LONGEST: Final = 3840
_STEEPEST: Final = 3


@dataclass(frozen=True, slots=True)
class ImageTraits:
    """What one model of the images API takes; `options` are the values of each named choice.

    A gateway assumes the first value of each where none is sent. `any_size` is for models that
    take sizes beside those that are named. `most_pictures` can go along to be edited (section
    4.4); `varies`: a picture alone makes others like it.
    """

    longest_prompt: int
    most: int
    options: Mapping[str, tuple[str, ...]]
    any_size: bool = False
    streams: bool = False
    most_pictures: int = 0
    varies: bool = False
    as_square_png: bool = False

    @property
    def parameters(self) -> frozenset[str]:
        """The names of `Images`' optional fields that can be sent to it."""
        more = {"n"} if self.most > 1 else set()
        if "output_format" in self.options:
            more.add("output_compression")
        if self.streams:
            more |= {"stream", "partial_images"}
        return frozenset(self.options) | more | {"user"}

    @property
    def sizes(self) -> tuple[str, ...]:
        """The sizes that have a name, the assumed one first."""
        return self.options["size"]

    def takes_size(self, size: str) -> bool:
        """Whether a size can be sent."""
        return size in self.sizes or (self.any_size and _is_drawable(size))


def _is_drawable(size: str) -> bool:
    """Whether gpt-image-2 draws it: sides of 16 px steps, no steeper than 3:1, 3840 at most."""
    found = SIZE.fullmatch(size)
    if found is None:
        return False
    short, long = sorted((int(found[1]), int(found[2])))
    fits = short % _STEP == 0 and long % _STEP == 0
    return fits and long <= short * _STEEPEST and long <= _LONGEST


_SQUARE: Final = "1024x1024"
_DALL_E: Final = ("url", "b64_json")
_GPT_SIZES: Final = (AUTO, _SQUARE, "1536x1024", "1024x1536")
_GPT: Final = {
    "size": _GPT_SIZES,
    "quality": (AUTO, "low", "medium", "high"),
    "background": (AUTO, "transparent", "opaque"),
    "output_format": ("png", "jpeg", "webp"),
    "moderation": (AUTO, "low"),
}
# Of how closely a picture is followed; gpt-image-2 and mini refuse to be told.
_FIDELITY: Final = {"input_fidelity": ("low", "high")}
_TRAITS: Final = (
    (
        r"dall-?e-?2",
        ImageTraits(
            1000,
            10,
            {"size": (_SQUARE, "512x512", "256x256"), "response_format": _DALL_E},
            most_pictures=1,
            varies=True,
            as_square_png=True,
        ),
    ),
    (
        r"dall-?e",
        ImageTraits(
            4000,
            1,
            {
                "size": (_SQUARE, "1792x1024", "1024x1792"),
                "quality": ("standard", "hd"),
                "style": ("vivid", "natural"),
                "response_format": _DALL_E,
            },
        ),
    ),
    (r"gpt-image-2", ImageTraits(32_000, 10, _GPT, any_size=True, streams=True, most_pictures=16)),
    (
        r"gpt-image-1(?!-mini)",
        ImageTraits(32_000, 10, _GPT | _FIDELITY, streams=True, most_pictures=16),
    ),
    (r"gpt-image", ImageTraits(32_000, 10, _GPT, streams=True, most_pictures=16)),
)
_UNKNOWN: Final = ImageTraits(
    4000, 10, {"size": (_SQUARE,), "response_format": _DALL_E}, any_size=True
)


def bare(model: str) -> str:
    """A model's id in lower case, without the vendor that routers put before it: openai/gpt-4o."""
    return model.strip().lower().rpartition("/")[2]


def image_traits(model: str) -> ImageTraits:
    """What a model takes, by its id; an unknown one is offered what most take."""
    name = bare(model)
    return next((traits for pattern, traits in _TRAITS if re.match(pattern, name)), _UNKNOWN)
