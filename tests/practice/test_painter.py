"""The pictures: the same for the same words, valid for any words."""

import io
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from modelless_web.practice.painter import draw, paint
from modelless_web.practice.palette import SCENE_WORDS, read_size, read_wishes


def test_the_same_words_give_the_same_bytes() -> None:
    assert draw("a coast at dusk 120x90") == draw("a coast at dusk 120x90")


def test_other_words_give_another_picture() -> None:
    assert draw("a coast at dusk 120x90") != draw("a coast at dawn 120x90")


def test_the_next_choice_is_composed_differently() -> None:
    assert draw("a coast 120x90", choice=0) != draw("a coast 120x90", choice=1)


def test_a_picture_larger_than_what_is_painted_has_the_size_asked() -> None:
    assert Image.open(io.BytesIO(draw("a desert 1536x1024"))).size == (1536, 1024)


def test_a_seed_changes_the_picture() -> None:
    assert draw("a coast 120x90", seed="1") != draw("a coast 120x90", seed="2")


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("nothing said", (1024, 1024)),
        ("a fox 768x512", (768, 512)),
        ("a fox --size 640x480", (640, 480)),
        ("a fox --ar 16:9", (1368, 768)),
        ("a portrait of a fox", (832, 1216)),
        ("a wide view", (1280, 720)),
        ("tiny 1x20", (1024, 1024)),
        ("huge 9000x10", (2048, 64)),
        ("--ar 0:0", (1024, 1024)),
    ],
)
def test_the_size_is_read_from_the_words(text: str, size: tuple[int, int]) -> None:
    assert read_size(text) == size


def test_the_sample_prompt_is_a_golden_coast_with_somebody_on_it() -> None:
    wishes = read_wishes("striking poses, rocky coastline and golden hour lighting, scenic")
    assert (wishes.scene, wishes.person) == ("coast", True)
    assert "golden hour" in wishes.phrase


@pytest.mark.parametrize("scene", [*SCENE_WORDS, "abstract"])
@pytest.mark.parametrize("shape", [(64, 64), (64, 400), (400, 64)])
def test_every_scene_can_be_painted_in_every_shape(scene: str, shape: tuple[int, int]) -> None:
    wishes = read_wishes("somebody posing", size=f"{shape[0]}x{shape[1]}")
    assert paint(replace(wishes, scene=scene, person=True)).size == shape


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300), st.integers(64, 110), st.integers(64, 110))
def test_any_words_give_a_valid_picture_of_the_size_asked(
    prompt: str, width: int, height: int
) -> None:
    with Image.open(io.BytesIO(draw(prompt, size=f"{width}x{height}"))) as image:
        image.load()
        assert (image.format, image.size) == ("PNG", (width, height))


def test_a_very_long_prompt_is_no_trouble() -> None:
    assert draw("a mountain at night " * 20_000, size="64x64").startswith(b"\x89PNG")
