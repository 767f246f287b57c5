"""What a model's id lets us expect."""

import pytest

from modelless_web.gateway.traits import describe


@pytest.mark.parametrize(
    ("model", "kind"),
    [
        ("stable-diffusion", "image-chat"),
        ("stable-diffusion-api", "image-chat"),
        ("mj-chat", "image-chat"),
        ("midjourney", "image-chat"),
        ("gpt-4-all", "image-chat"),
        ("gemini-2.5-flash-image-preview", "image-chat"),
        ("practice-painter", "image-chat"),
        ("dall-e-3", "images"),
        ("gpt-image-1", "images"),
        ("whisper-1", "audio"),
        ("tts-1-hd", "audio"),
        ("gpt-4o-mini-tts", "audio"),
        ("text-embedding-3-small", "embeddings"),
        ("mj_imagine", "hidden"),
        ("swap_face", "hidden"),
        ("gpt-4o", "chat"),
        ("openai/gpt-4o", "chat"),
        ("gpt-4-gizmo-g-abc", "chat"),
        ("something-new", "chat"),
    ],
)
def test_the_kind_is_guessed_by_id(model: str, kind: str) -> None:
    assert describe(model).kind == kind


@pytest.mark.parametrize(
    ("model", "sees"),
    [
        ("gpt-4-vision-preview", True),
        ("gpt-4o", True),
        ("gemini-pro", True),
        ("gpt-3.5-turbo", False),
        ("dall-e-3", False),
        ("o1", True),
        ("o1-mini", False),
    ],
)
def test_vision_is_guessed_by_id(model: str, sees: bool) -> None:
    assert describe(model).takes_images is sees


@pytest.mark.parametrize(
    ("model", "is_told"),
    [
        ("gemini-2.5-flash-image-preview", True),
        ("google/gemini-3-pro-image", True),
        ("gemini-2.5-flash", False),
        ("stable-diffusion", False),
        ("practice-painter", False),
    ],
)
def test_models_that_routers_keep_from_drawing_unasked_are_told_to(
    model: str, is_told: bool
) -> None:
    assert describe(model).is_told_to_draw is is_told


def test_a_model_that_is_said_to_talk_only_is_not_told_to_draw() -> None:
    assert not describe("gemini-2.5-flash-image", "chat").is_told_to_draw


def test_only_picture_models_make_pictures() -> None:
    assert describe("stable-diffusion").makes_pictures
    assert not describe("gpt-4o").makes_pictures


@pytest.mark.parametrize("model", ["o1", "o3-mini", "o4-mini"])
def test_reasoning_models_take_no_sampling(model: str) -> None:
    assert not {"stop", "temperature", "top_p"} & describe(model).parameters


def test_a_chat_model_takes_everything() -> None:
    assert {"temperature", "n", "stop", "logit_bias"} <= describe("gpt-4").parameters
