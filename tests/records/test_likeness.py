"""How alike pictures look: the same one again is near, another one far."""

import io
from functools import cache
from itertools import pairwise
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageEnhance

from modelless_web.practice.painter import draw
from modelless_web.records.likeness import TOO_PLAIN, distance, likeness
from modelless_web.records.stacks import NEAR

WORDS: Final = (
    "a coast at dusk",
    "a misty forest at dawn",
    "a city at night in the rain",
    "a desert",
    "deep space",
    "a garden",
    "a portrait of a fox",
)
words = st.sampled_from(WORDS)
few = settings(deadline=None, max_examples=25)
signed = st.integers(-(1 << 63), (1 << 63) - 1)


@cache
def painted(what: str) -> Image.Image:
    return Image.open(io.BytesIO(draw(f"{what} 300x200"))).convert("RGB")


def again(image: Image.Image, kind: str, quality: int) -> Image.Image:
    """The same picture, compressed once more."""
    buffer = io.BytesIO()
    image.save(buffer, kind, quality=quality)
    return Image.open(buffer).convert("RGB")


def apart(one: Image.Image, other: Image.Image) -> int:
    return distance(likeness(one), likeness(other))


@few
@given(words, st.floats(0.35, 3))
def test_the_same_picture_in_another_size_is_near(what: str, scale: float) -> None:
    image = painted(what)
    scaled = image.resize((round(image.width * scale), round(image.height * scale)))
    assert apart(image, scaled) <= NEAR


@few
@given(words, st.sampled_from(["JPEG", "WEBP"]), st.integers(25, 95))
def test_the_same_picture_compressed_again_is_near(what: str, kind: str, quality: int) -> None:
    assert apart(painted(what), again(painted(what), kind, quality)) <= NEAR


@few
@given(words, st.floats(0.85, 1.1))
def test_the_same_picture_a_little_brighter_or_darker_is_near(what: str, factor: float) -> None:
    image = painted(what)
    assert apart(image, ImageEnhance.Brightness(image).enhance(factor)) <= NEAR


@few
@given(words, words)
def test_pictures_of_other_words_are_far(one: str, other: str) -> None:
    assert one == other or apart(painted(one), painted(other)) > NEAR


@pytest.mark.parametrize("colour", ["black", "white", "#336699"])
def test_a_plain_picture_has_no_likeness(colour: str) -> None:
    assert likeness(Image.new("RGB", (320, 200), colour)) == TOO_PLAIN


def test_what_is_transparent_is_looked_at_on_one_ground() -> None:
    shape = Image.new("RGBA", (90, 80), (255, 0, 0, 0))
    shape.paste((250, 250, 250, 255), (45, 0, 90, 80))
    other_below = Image.new("RGBA", (90, 80), (0, 255, 255, 0))
    other_below.paste((250, 250, 250, 255), (45, 0, 90, 80))
    assert likeness(shape) == likeness(other_below) != TOO_PLAIN


@given(st.binary(min_size=72 * 3, max_size=72 * 3))
def test_any_picture_has_one_that_fits_a_signed_column(pixels: bytes) -> None:
    found = likeness(Image.frombytes("RGB", (9, 8), pixels))
    assert -(1 << 63) <= found < 1 << 63
    assert distance(found, found) == 0


@given(signed, signed)
def test_the_distance_is_the_number_of_other_bits(one: int, other: int) -> None:
    both = [format(number & (1 << 64) - 1, "064b") for number in (one, other)]
    assert distance(one, other) == sum(a != b for a, b in zip(*both, strict=True))


@given(st.binary(min_size=72, max_size=72))
def test_each_bit_says_whether_the_next_pixel_is_brighter(pixels: bytes) -> None:
    rows = [pixels[start : start + 9] for start in range(0, 72, 9)]
    bits = "".join(str(int(a < b)) for row in rows for a, b in pairwise(row))
    found = likeness(Image.frombytes("L", (9, 8), pixels))
    is_plain = max(pixels) - min(pixels) < 6
    assert format(found & (1 << 64) - 1, "064b") == ("0" * 64 if is_plain else bits)
