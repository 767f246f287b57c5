"""Sections 1.1, 1.2, 1.4, 4.3 of the reference: what no address has, and how refusals look."""

from typing import Final

import httpx
import pytest

from modelless_web.gateway.wire.call import json_call
from tests.practice.contract.talking import PICTURE, asked, chat, images, send
from tests.practice.talk import ask

# Which of the five shapes, who answers so, the names in it, its status, how it is understood.
SHAPES: Final = [
    ("1 of the entrance", "practice-401", {"error": {"message", "type"}}, 401, "auth"),
    (
        "2 of the relay",
        "practice-upstream",
        {"error": {"message", "type", "param", "code"}},
        502,
        "upstream",
    ),
    (
        "3 flat",
        "practice-flat-error",
        {"description": None, "type": None, "code": None},
        400,
        "quota",
    ),
    (
        "4 of the dashboard",
        "practice-unsuccessful",
        {"success": None, "message": None},
        200,
        "upstream",
    ),
    ("5 a bare word", "practice-text-error", {"error": None}, 400, "validation"),
]


@pytest.mark.parametrize(
    ("model", "names", "status", "kind"),
    [row[1:] for row in SHAPES],
    ids=[row[0] for row in SHAPES],
)
def test_each_shape_of_an_error_is_understood(
    http: httpx.Client, model: str, names: dict[str, set[str] | None], status: int, kind: str
) -> None:
    said = ask(http, model).json()
    assert {name: set(v) if isinstance(v, dict) else None for name, v in said.items()} == names
    for stream in (True, False):
        heard = chat(http, model, stream=stream)
        assert (heard.status, heard.error[0]) == (status, kind)


@pytest.mark.parametrize(
    ("path", "status", "kind"),
    [
        ("/v1/images/upscales", 404, "validation"),
        ("/v1/v1/chat/completions", 404, "validation"),
        ("/api/images", 404, "validation"),
        ("/images/generations", 200, "html"),
        ("/mj/task/queue", 200, "html"),
        ("/", 200, "html"),
    ],
)
@pytest.mark.parametrize("family", ["images", "image-chat"])
def test_an_address_that_is_not_there_is_no_empty_answer(
    http: httpx.Client, path: str, status: int, kind: str, family: str
) -> None:
    body = asked("dall-e-3")
    call = json_call(str(http.base_url.copy_with(path=path)), body)
    heard = send(http, call, body, family)
    assert (heard.status, heard.error[0], heard.folded.pictures) == (status, kind, [])


@pytest.mark.parametrize(
    ("model", "is_variation"),
    [
        ("gpt-image-1-no-edits", False),
        ("dall-e-3", False),
        ("gpt-image-1", True),
        ("dall-e-3", True),
    ],
)
def test_what_a_gateway_has_not_is_said_with_501(
    http: httpx.Client, model: str, is_variation: bool
) -> None:
    body = asked("dall-e-2", pictures=(PICTURE,), is_variation=is_variation)
    heard = images(http, body | {"model": model, "size": "1x1"})
    assert (heard.status, heard.error) == (501, ("validation", "api_not_implemented"))


@pytest.mark.parametrize(
    ("model", "status", "error"),
    [
        ("dall-e-3-moderated", 400, ("moderation", "content_policy_violation")),
        ("dall-e-3-empty-link", 200, ("upstream", None)),
        ("dall-e-3-empty", 200, ("empty", None)),
    ],
)
def test_a_reply_without_pictures_is_no_success(
    http: httpx.Client, model: str, status: int, error: tuple[str, str | None]
) -> None:
    heard = images(http, asked(model))
    assert (heard.status, (heard.error[0], heard.error[1] or None)) == (status, error)


@pytest.mark.parametrize("along", [{}, {"pictures": (PICTURE,)}], ids=["new", "edit"])
@pytest.mark.parametrize("partial", [0, 1, 2, 3])
def test_as_many_sketches_come_as_were_asked_for(
    http: httpx.Client, partial: int, along: dict[str, tuple[str, ...]]
) -> None:
    body = asked("gpt-image-1", stream=True, partial_images=partial, n=2, **along)
    heard = images(http, body)
    assert (heard.error, heard.sketches) == (("", None), 2 * partial)
    assert len(heard.pictures) == 2
    assert heard.tokens[1] == 2 * 1056
