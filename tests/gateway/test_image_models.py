"""What each model of the images API takes, and what is refused before it is sent."""

import re
from typing import Any

import pytest

from modelless_web.gateway.image_models import image_traits
from modelless_web.gateway.parameters import Images


def body(model: str, **more: Any) -> dict[str, Any]:
    """What goes on the wire beside model and prompt."""
    sent = Images(
        **{"model": model, "prompt": "a fox", "traits": image_traits(model), **more}
    ).body()
    assert (sent.pop("model"), sent.pop("prompt")) == (model, "a fox")
    return sent


@pytest.mark.parametrize(
    ("model", "asked"),
    [
        ("dall-e-3", {"size": "1024x1024", "quality": "standard", "style": "vivid", "n": 1}),
        ("dall-e-3", {"response_format": "url"}),
        ("gpt-image-1", {"size": "auto", "quality": "auto", "background": "auto"}),
        ("gpt-image-1", {"output_format": "png", "moderation": "auto"}),
        ("gpt-image-1", {"output_format": "webp", "output_compression": 100}),
        ("dall-e-2", {"stream": True, "partial_images": 2}),
    ],
)
def test_what_a_gateway_assumes_anyway_is_not_sent(model: str, asked: dict[str, Any]) -> None:
    assert body(model, **asked).keys() <= {"output_format"}


@pytest.mark.parametrize(
    ("model", "asked"),
    [
        ("dall-e-3", {"size": "1792x1024", "quality": "hd", "style": "natural"}),
        ("dall-e-3", {"response_format": "b64_json", "user": "u"}),
        ("dall-e-2", {"size": "256x256", "n": 10}),
        ("gpt-image-1", {"size": "1536x1024", "quality": "low", "n": 3}),
        ("gpt-image-1", {"background": "transparent", "moderation": "low"}),
        ("gpt-image-1", {"output_format": "jpeg", "output_compression": 60}),
        ("gpt-image-1", {"stream": True, "partial_images": 3}),
        ("gpt-image-2", {"size": "1600x896"}),
        ("some-other-painter", {"size": "640x640"}),
    ],
)
def test_what_differs_is_sent(model: str, asked: dict[str, Any]) -> None:
    assert body(model, **asked) == asked


@pytest.mark.parametrize(
    ("model", "asked", "words"),
    [
        ("dall-e-3", {"size": "512x512"}, "does not make pictures of the size 512x512"),
        ("dall-e-3", {"size": "1024×1024"}, "does not make pictures of the size"),
        ("dall-e-3", {"n": 2}, "makes one picture at once"),
        ("dall-e-2", {"n": 11}, "makes up to 10 pictures at once"),
        ("dall-e-3", {"prompt": "x" * 4001}, "prompts of up to 4,000 characters"),
        ("dall-e-2", {"prompt": "x" * 1001}, "prompts of up to 1,000 characters"),
        ("gpt-image-1", {"prompt": "x" * 32_001}, "prompts of up to 32,000 characters"),
        ("gpt-image-1", {"prompt": " "}, "Write what you would like to see."),
        ("gpt-image-1", {"size": "1792x1024"}, "does not make pictures of the size"),
        ("gpt-image-2", {"size": "1000x1000"}, "does not make pictures of the size"),
        ("gpt-image-2", {"size": "3840x1264"}, "does not make pictures of the size"),
        ("gpt-image-2", {"size": "3856x2160"}, "does not make pictures of the size"),
        ("dall-e-3", {"quality": "high"}, "Quality: this model takes standard or hd."),
        ("dall-e-2", {"style": "vivid"}, "Style can't be chosen for this model."),
        ("gpt-image-1", {"response_format": "url"}, "Response format can't be chosen"),
        ("gpt-image-1", {"output_compression": 50}, "Output compression is for JPEG and WebP."),
        (
            "gpt-image-1",
            {"output_compression": 101, "output_format": "webp"},
            "Output compression must be between 0 and 100.",
        ),
        (
            "gpt-image-1",
            {"background": "transparent", "output_format": "jpeg"},
            "A JPEG has no transparent background",
        ),
        ("gpt-image-1", {"partial_images": 4}, "Partial pictures must be between 0 and 3."),
    ],
)
def test_what_a_model_does_not_take_is_refused_before_it_is_sent(
    model: str, asked: dict[str, Any], words: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        body(model, **asked)


def edited(model: str, **more: Any) -> dict[str, Any]:
    """What goes on the wire of an edit beside model, prompt and picture."""
    sent = body(model, pictures=("picture:sha256:1",), **more)
    del sent["image"]
    return sent


def test_how_closely_a_picture_is_followed_is_said_where_one_is_edited() -> None:
    assert edited("gpt-image-1", input_fidelity="high") == {"input_fidelity": "high"}
    assert edited("gpt-image-1.5", input_fidelity="low") == {}
    assert body("gpt-image-1", input_fidelity="high") == {}


@pytest.mark.parametrize("model", ["gpt-image-1-mini", "gpt-image-2", "gpt-image-3", "dall-e-2"])
def test_a_model_that_lets_nobody_choose_it_is_not_told(model: str) -> None:
    assert "input_fidelity" not in image_traits(model).parameters
    with pytest.raises(ValueError, match=r"Input fidelity can't be chosen for this model\."):
        edited(model, input_fidelity="high")


def test_no_other_fidelity_is_sent() -> None:
    with pytest.raises(ValueError, match=r"Input fidelity: this model takes low or high\."):
        edited("gpt-image-1", input_fidelity="highest")


@pytest.mark.parametrize("size", ["16x48", "1280x3840", "3840x2160", "2160x3840", "1024x1024"])
def test_the_newest_model_takes_any_size_of_sixteen_pixel_steps(size: str) -> None:
    assert image_traits("gpt-image-2").takes_size(size)
