"""Section 4 of the reference: every field of the images API, sent, left out, and illegal.

What is sent arrives and shows in what comes; what is left out is assumed; and what is illegal is
refused twice: by the studio before it is sent, and by the gateway if it were.
"""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, Final, NamedTuple

import httpx
import pytest

from tests.practice.contract.talking import MASK, PICTURE, Heard, asked, images

NEW, EDIT, VARY = "images/generations", "images/edits", "images/variations"
GPT, NEWEST, MINI = "gpt-image-1", "gpt-image-2", "dall-e-2"
ALONG: Final[dict[str, dict[str, Any]]] = {
    NEW: {},
    EDIT: {"pictures": (PICTURE,)},
    VARY: {"pictures": (PICTURE,), "is_variation": True},
}


class Sent(NamedTuple):
    """Where and to which model, what the studio is asked to send, and what is looked at.

    ``shown`` is what is to be seen then, ``assumed`` where it is left out.
    """

    where: str
    model: str
    fields: dict[str, Any]
    look: Callable[[Heard], object]
    shown: object = 1
    assumed: object = 1


class Illegal(NamedTuple):
    """Where and to which model, a field with a value that it does not take, the gateway's code."""

    where: str
    model: str
    fields: dict[str, Any]
    code: str


def count(heard: Heard) -> object:
    return len(heard.folded.pictures)


def size(heard: Heard) -> object:
    return heard.sizes[0]


def form(heard: Heard) -> object:
    return heard.forms[0]


def as_bytes(heard: Heard) -> object:
    return bool(heard.folded.pictures[0].data)


def drawn(heard: Heard) -> object:
    return heard.tokens[1]


def seen(heard: Heard) -> object:
    return heard.tokens[0]


def sketches(heard: Heard) -> object:
    return heard.sketches


SENT: Final = [
    Sent(NEW, "dall-e-3", {"size": "1792x1024"}, size, "1792x1024", "1024x1024"),
    Sent(NEW, "dall-e-3", {"quality": "hd"}, count),
    Sent(NEW, "dall-e-3", {"style": "natural"}, count),
    Sent(NEW, "dall-e-3", {"response_format": "b64_json"}, as_bytes, True, False),
    Sent(NEW, "dall-e-3", {"user": "u"}, count),
    Sent(NEW, MINI, {"n": 2, "size": "256x256"}, count, 2, 1),
    Sent(NEW, MINI, {"size": "256x256"}, size, "256x256", "1024x1024"),
    Sent(NEW, MINI, {"response_format": "b64_json"}, as_bytes, True, False),
    Sent(NEW, GPT, {"n": 2}, count, 2, 1),
    Sent(NEW, GPT, {"size": "1536x1024"}, size, "1536x1024", "1024x1024"),
    Sent(NEW, NEWEST, {"size": "320x160"}, size, "320x160", "1024x1024"),
    Sent(NEW, GPT, {"quality": "high"}, drawn, 4160, 1056),
    Sent(NEW, GPT, {"background": "transparent"}, count),
    Sent(NEW, GPT, {"output_format": "webp"}, form, "WEBP", "PNG"),
    Sent(NEW, GPT, {"output_format": "jpeg", "output_compression": 60}, form, "JPEG", "PNG"),
    Sent(NEW, GPT, {"moderation": "low"}, count),
    Sent(NEW, GPT, {"stream": True}, sketches, 0, 0),
    Sent(NEW, GPT, {"stream": True, "partial_images": 3}, sketches, 3, 0),
    Sent(NEW, GPT, {"stream": True, "n": 2}, count, 2, 1),
    Sent(NEW, GPT, {"stream": True, "output_format": "webp"}, form, "WEBP", "PNG"),
    Sent(NEW, GPT, {"user": "u"}, count),
    Sent(EDIT, GPT, {"pictures": (PICTURE, MASK)}, seen, 3 + 2 * 323, 3 + 323),
    Sent(EDIT, GPT, {"mask": MASK}, count),
    Sent(EDIT, GPT, {"n": 2}, count, 2, 1),
    Sent(EDIT, GPT, {"size": "1024x1536"}, size, "1024x1536", "64x64"),
    Sent(EDIT, GPT, {"quality": "low"}, drawn, 272, 1056),
    Sent(EDIT, GPT, {"background": "opaque"}, count),
    Sent(EDIT, GPT, {"output_format": "webp"}, form, "WEBP", "PNG"),
    Sent(EDIT, GPT, {"output_format": "webp", "output_compression": 1}, form, "WEBP", "PNG"),
    Sent(EDIT, GPT, {"input_fidelity": "high"}, seen, 3 + 323 + 4160, 3 + 323),
    Sent(EDIT, GPT, {"stream": True, "partial_images": 1}, sketches, 1, 0),
    Sent(EDIT, GPT, {"user": "u"}, count),
    Sent(EDIT, MINI, {"size": "512x512"}, size, "512x512", "1024x1024"),
    Sent(EDIT, MINI, {"n": 3, "size": "256x256"}, count, 3, 1),
    Sent(EDIT, MINI, {"response_format": "b64_json"}, as_bytes, True, False),
    Sent(VARY, MINI, {"n": 2, "size": "256x256"}, count, 2, 1),
    Sent(VARY, MINI, {"size": "256x256"}, size, "256x256", "1024x1024"),
    Sent(VARY, MINI, {"response_format": "b64_json"}, as_bytes, True, False),
    Sent(VARY, MINI, {"user": "u"}, count),
]
# What else is sent than its name: the studio's word for it, and the wire's.
ON_THE_WIRE: Final = {"pictures": "image"}
ILLEGAL: Final = [
    Illegal(NEW, "dall-e-3", {"prompt": ""}, "prompt_missing"),
    Illegal(NEW, "dall-e-3", {"prompt": "x" * 4001}, "prompt_too_long"),
    Illegal(NEW, MINI, {"prompt": "x" * 1001}, "prompt_too_long"),
    Illegal(NEW, GPT, {"prompt": "x" * 32_001}, "prompt_too_long"),
    Illegal(NEW, "dall-e-3", {"n": 2}, "n_not_within_range"),
    Illegal(NEW, MINI, {"n": 11}, "n_not_within_range"),
    Illegal(NEW, GPT, {"n": 11}, "n_not_within_range"),
    Illegal(NEW, "dall-e-3", {"size": "512x512"}, "size_not_supported"),
    Illegal(NEW, "dall-e-3", {"size": "1024×1024"}, "size_not_supported"),
    Illegal(NEW, MINI, {"size": "1792x1024"}, "size_not_supported"),
    Illegal(NEW, GPT, {"size": "1792x1024"}, "size_not_supported"),
    Illegal(NEW, "dall-e-3", {"quality": "high"}, "invalid_value"),
    Illegal(NEW, GPT, {"quality": "hd"}, "invalid_value"),
    Illegal(NEW, MINI, {"quality": "hd"}, "invalid_value"),
    Illegal(NEW, "dall-e-3", {"style": "loud"}, "invalid_value"),
    Illegal(NEW, GPT, {"style": "vivid"}, "unknown_parameter"),
    Illegal(NEW, MINI, {"style": "vivid"}, "unknown_parameter"),
    Illegal(NEW, MINI, {"response_format": "png"}, "invalid_value"),
    Illegal(NEW, GPT, {"response_format": "url"}, "unknown_parameter"),
    Illegal(NEW, GPT, {"background": "pink"}, "invalid_value"),
    Illegal(NEW, "dall-e-3", {"background": "opaque"}, "unknown_parameter"),
    Illegal(NEW, GPT, {"output_format": "gif"}, "invalid_value"),
    Illegal(NEW, MINI, {"output_format": "png"}, "unknown_parameter"),
    Illegal(NEW, GPT, {"output_format": "webp", "output_compression": 101}, "invalid_value"),
    Illegal(NEW, GPT, {"moderation": "none"}, "invalid_value"),
    Illegal(NEW, "dall-e-3", {"moderation": "low"}, "unknown_parameter"),
    Illegal(NEW, GPT, {"stream": True, "partial_images": 4}, "invalid_value"),
    Illegal(EDIT, GPT, {"prompt": ""}, "prompt_missing"),
    Illegal(EDIT, GPT, {"pictures": (PICTURE,) * 17}, "image_missing"),
    Illegal(EDIT, MINI, {"pictures": (PICTURE, MASK)}, "image_missing"),
    Illegal(EDIT, GPT, {"n": 11}, "n_not_within_range"),
    Illegal(EDIT, GPT, {"size": "512x512"}, "size_not_supported"),
    Illegal(EDIT, GPT, {"quality": "hd"}, "invalid_value"),
    Illegal(EDIT, GPT, {"background": "pink"}, "invalid_value"),
    Illegal(EDIT, GPT, {"output_format": "gif"}, "invalid_value"),
    Illegal(EDIT, GPT, {"output_format": "webp", "output_compression": -1}, "invalid_value"),
    Illegal(EDIT, GPT, {"input_fidelity": "highest"}, "invalid_value"),
    Illegal(EDIT, NEWEST, {"input_fidelity": "high"}, "invalid_input_fidelity_model"),
    Illegal(EDIT, MINI, {"input_fidelity": "high"}, "unknown_parameter"),
    Illegal(EDIT, GPT, {"response_format": "url"}, "unknown_parameter"),
    Illegal(EDIT, GPT, {"stream": True, "partial_images": 4}, "invalid_value"),
    Illegal(VARY, MINI, {"pictures": (PICTURE, MASK)}, "image_missing"),
    Illegal(VARY, MINI, {"n": 11}, "n_not_within_range"),
    Illegal(VARY, MINI, {"size": "1792x1024"}, "size_not_supported"),
    Illegal(VARY, MINI, {"response_format": "png"}, "invalid_value"),
]


def named(row: Sent | Illegal) -> str:
    return f"{row.where.removeprefix('images/')} {row.model} {'+'.join(row.fields)}"


@pytest.mark.parametrize("row", SENT, ids=named)
def test_what_is_sent_shows_in_what_comes(http: httpx.Client, row: Sent) -> None:
    body = asked(row.model, **ALONG[row.where] | row.fields)
    assert {ON_THE_WIRE.get(name, name) for name in row.fields} <= body.keys()
    heard = images(http, body)
    assert (heard.status, heard.error, row.look(heard)) == (200, ("", None), row.shown)


@pytest.fixture(scope="module")
def plainly(base_url: str) -> Iterator[Callable[[str, str], Heard]]:
    """What comes where nothing is sent that need not be; asked for once by place and model."""
    with httpx.Client(base_url=base_url, timeout=20) as http:
        yield cache(lambda where, model: images(http, asked(model, **ALONG[where])))


@pytest.mark.parametrize("row", SENT, ids=named)
def test_what_is_left_out_is_assumed(plainly: Callable[[str, str], Heard], row: Sent) -> None:
    assert not row.fields.keys() & asked(row.model, **ALONG[row.where]).keys()
    heard = plainly(row.where, row.model)
    assert (heard.status, heard.error, row.look(heard)) == (200, ("", None), row.assumed)


@pytest.mark.parametrize("row", ILLEGAL, ids=named)
def test_what_is_illegal_is_refused_by_both(http: httpx.Client, row: Illegal) -> None:
    with pytest.raises(ValueError, match=r"^[A-Z].*\.$"):
        asked(row.model, **ALONG[row.where] | row.fields)
    illegal = {ON_THE_WIRE.get(name, name): value for name, value in row.fields.items()}
    heard = images(http, asked(row.model, **ALONG[row.where]) | illegal)
    assert (heard.status, heard.error) == (400, ("validation", row.code))


def test_moderation_is_for_new_pictures_alone(http: httpx.Client) -> None:
    body = asked(GPT, pictures=(PICTURE,), moderation="low")
    assert "moderation" not in body
    assert images(http, body | {"moderation": "low"}).error == ("validation", "unknown_parameter")


def test_fidelity_is_for_edits_alone(http: httpx.Client) -> None:
    body = asked(GPT, input_fidelity="high")
    assert "input_fidelity" not in body
    refused = images(http, body | {"input_fidelity": "high"})
    assert refused.error == ("validation", "unknown_parameter")


def test_a_mask_of_another_size_is_refused(http: httpx.Client) -> None:
    body = asked(GPT, pictures=(PICTURE,)) | {"mask": PICTURE}
    assert images(http, body).error == ("validation", "bad_mask")


def test_a_picture_that_is_none_is_refused(http: httpx.Client) -> None:
    body = asked(GPT, pictures=("words",))
    assert images(http, body).error == ("validation", "invalid_image")


@pytest.mark.parametrize("where", ALONG)
def test_a_model_that_nobody_has_is_told(http: httpx.Client, where: str) -> None:
    body = asked(MINI, **ALONG[where]) | {"model": "dall-e-99"}
    heard = images(http, body)
    assert (heard.status, heard.error) == (503, ("model", "model_not_found"))


@pytest.mark.parametrize(
    ("model", "value", "words"),
    [
        (GPT, "highest", "Invalid value: 'highest'. Supported values are: 'high' and 'low'."),
        (
            NEWEST,
            "high",
            "The model 'gpt-image-2' does not support the 'input_fidelity' parameter.",
        ),
    ],
)
def test_a_refusal_is_worded_as_the_models_maker_words_it(
    http: httpx.Client, model: str, value: str, words: str
) -> None:
    body = asked(model, pictures=(PICTURE,)) | {"input_fidelity": value}
    refusal = images(http, body).folded.error
    assert refusal is not None
    assert refusal.message == words
