"""How many tokens pictures are, from the least to the most, for every family of models."""

from typing import Any

import pytest

from modelless_web.gateway import sight
from modelless_web.gateway.image_models import image_traits
from modelless_web.gateway.parameters import Chat, Images, Message

CAT, DOG, MASK = (f"picture:sha256:{letter * 64}" for letter in "abc")


def shown(model: str, *pictures: str) -> dict[str, Any]:
    """The JSON of a chat that these go along with."""
    words = Message(role="user", content="What is it?", pictures=pictures)
    return Chat(model=model, messages=(words,)).body()


def edited(model: str, *pictures: str, **more: Any) -> dict[str, Any]:
    """The JSON of an edit of these, or of a new picture."""
    traits = image_traits(model)
    return Images(model=model, prompt="A red door", traits=traits, pictures=pictures, **more).body()


@pytest.mark.parametrize(
    ("model", "least", "most"),
    [
        ("gpt-4o", 255, 1_445),
        ("gpt-4o-mini", 8_500, 48_169),
        ("gpt-4.1", 255, 1_445),
        ("gpt-4.1-mini", 2, 2_489),
        ("gpt-4.1-nano", 3, 3_779),
        ("gpt-4-vision-preview", 255, 1_445),
        ("gpt-5", 210, 1_190),
        ("openai/GPT-5-mini", 2, 2_489),
        ("gpt-5.2", 1, 5_476),
        ("o1", 225, 1_275),
        ("o4-mini", 2, 2_642),
        ("gemini-2.5-pro", 1, 5_476),
        ("claude-sonnet-4", 1, 5_476),
        ("qwen2-vl", 1, 5_476),
    ],
)
def test_what_a_model_that_sees_counts_of_a_picture(model: str, least: int, most: int) -> None:
    assert sight.seen(shown(model, CAT)) == (least, most)


@pytest.mark.parametrize(
    ("model", "more", "least", "most"),
    [
        ("gpt-image-1", {}, 194, 581),
        ("gpt-image-1.5", {}, 194, 581),
        ("gpt-image-1-mini", {}, 194, 581),
        ("gpt-image-1", {"input_fidelity": "high"}, 194 + 4_160, 581 + 6_240),
        ("gpt-image-2", {}, 1, 1_536),
    ],
)
def test_what_a_model_that_edits_counts_of_a_picture(
    model: str, more: dict[str, str], least: int, most: int
) -> None:
    assert sight.seen(edited(model, CAT, **more)) == (least, most)


def test_every_picture_counts_and_a_mask_may() -> None:
    assert sight.seen(edited("gpt-image-1", CAT, DOG)) == (388, 1_162)
    assert sight.seen(edited("gpt-image-1", CAT, mask=MASK)) == (194, 1_162)


def test_pictures_of_a_whole_conversation_count_again() -> None:
    asked = shown("gpt-4o", CAT)
    asked["messages"] += shown("gpt-4o", CAT, DOG)["messages"]
    assert sight.seen(asked) == (3 * 255, 3 * 1_445)


@pytest.mark.parametrize("request_", [shown("gpt-4o"), edited("gpt-image-1"), {}])
def test_where_nothing_goes_along_nothing_counts(request_: dict[str, Any]) -> None:
    assert sight.seen(request_) == (0, 0)


@pytest.mark.parametrize(
    ("request_", "span"),
    [
        (edited("gpt-image-1"), (272, 6_240)),
        (edited("gpt-image-1", quality="low"), (272, 408)),
        (edited("gpt-image-1", CAT, quality="high"), (4_160, 6_240)),
        (edited("gpt-image-1", quality="low", stream=True, partial_images=3), (572, 708)),
        (edited("gpt-image-2", quality="medium"), (480, 5_930)),
        (edited("dall-e-3"), None),
        (shown("gpt-4o"), None),
    ],
)
def test_what_is_drawn_counts_by_its_quality(
    request_: dict[str, Any], span: tuple[int, int] | None
) -> None:
    assert sight.drawn(request_) == span
