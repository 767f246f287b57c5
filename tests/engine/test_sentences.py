"""From the shape of a reply to what the card says: the cause, the cost, the next step."""

import json
from collections.abc import Sequence
from html import unescape
from typing import Final, NamedTuple

import pytest
from django.template.loader import render_to_string
from django.utils.html import strip_tags

from modelless_web.engine import run
from modelless_web.engine.runtime import Engine
from modelless_web.gateway.client import Patience
from modelless_web.records.models import Generation
from tests.engine.asking import at, delta, end, generate
from tests.support.beside import beside
from tests.support.upstream import HANG, RESET, Step, head, reply, upstream

FREE: Final = "Nothing was charged."
UNSURE: Final = "The gateway may have charged for this."
PAGE: Final = b"<!DOCTYPE html><title>Bad gateway</title>"


class Shape(NamedTuple):
    """What a gateway sends, and what the card then says."""

    script: Sequence[Step]
    cause: str
    said: str
    cost: str


def again_and_again(data: bytes) -> list[Step]:
    steps: list[Step] = [head()]
    for _ in range(80):
        steps += [data, 0.02]
    return steps


def error(status: str, code: str = "") -> list[Step]:
    body = {"error": {"message": "Its own words.", "type": "new_api_error", "code": code}}
    return reply(json.dumps(body).encode(), status)


HALF: Final[list[Step]] = [
    head("200 OK", "text/event-stream", "Content-Length: 999"),
    delta("Hello"),
    0.1,
]
ELSEWHERE: Final = "Location: https://elsewhere.example/v1"
FAILED: Final = b'data: {"error":{"message":"Its own words.","type":"upstream_error"}}\n\n'

LATE: Final = "The gateway did not answer in time."
LOST: Final = "The connection to the gateway failed."
BROKEN: Final = "The connection broke before the answer was complete."
WEB: Final = "The gateway sent a web page instead of an answer."
EMPTY: Final = "The gateway sent an empty answer."
NOTHING: Final = "The gateway ended the answer without any content."
CUT: Final = "The answer broke off before its end."
FELL: Final = "The service behind the gateway failed."
REFUSED: Final = "The gateway did not accept the request."
POOR: Final = "The gateway account has no credit left for this request."
NO_MODEL: Final = "The gateway does not offer this model to this key."
OWN: Final = "Its own words."
NEITHER: Final = "What came is neither an answer nor an error"

SHAPES: Final = {
    "a stream without its end": Shape(
        [head(), delta("Hello")], CUT, "ended without saying that it is complete", UNSURE
    ),
    "a stream that stalls": Shape(
        [head(), delta("Hello"), HANG], LATE, "The gateway fell silent.", UNSURE
    ),
    "no answer at all": Shape([HANG], LATE, "The gateway fell silent.", UNSURE),
    "only comments": Shape(again_and_again(b": PING\n\n"), LATE, "was not complete after", UNSURE),
    "only null": Shape(again_and_again(b"data: null\n\n"), LATE, "was not complete after", UNSURE),
    "a reset at once": Shape([RESET], LOST, BROKEN, UNSURE),
    "a reset in the middle": Shape([*HALF, RESET], LOST, BROKEN, UNSURE),
    "no HTTP": Shape([b"garbage\r\n\r\n"], LOST, BROKEN, UNSURE),
    "a redirect": Shape(
        reply(b"", "302 Found", "text/html", ELSEWHERE), LOST, "redirects to elsewhere", FREE
    ),
    "a page under 200": Shape(reply(PAGE, "200 OK", "text/html"), WEB, "(status 200)", FREE),
    "a page that calls itself a stream": Shape(
        reply(PAGE, "200 OK", "text/event-stream"), WEB, "(status 200)", FREE
    ),
    "a page under 404": Shape(reply(PAGE, "404 No", "text/html"), WEB, "(status 404)", FREE),
    "a page under 502": Shape(reply(PAGE, "502 No", "text/html"), WEB, "(status 502)", UNSURE),
    "an empty body": Shape(reply(b""), EMPTY, NOTHING, UNSURE),
    "only the end mark": Shape([head(), b"data: [DONE]\n\n"], EMPTY, NOTHING, UNSURE),
    "no choices": Shape(reply(b'{"id":"1","choices":[]}'), EMPTY, NOTHING, UNSURE),
    "an empty 500": Shape(reply(b"", "500 No"), FELL, "(status 500, empty body)", UNSURE),
    "plain text": Shape(reply(b"Hm.", "200 OK", "text/plain"), FELL, NEITHER, UNSURE),
    "a picture": Shape(reply(b"\x89PNG\r\n", "200 OK", "image/png"), FELL, "(image/png)", UNSURE),
    "half a JSON": Shape(
        reply(b'{"choices":[{"message":{"content":"Hel'), CUT, "broke off in the middle", UNSURE
    ),
    "a filter": Shape(
        [head(), end("content_filter")],
        "The prompt or the answer was blocked by a content filter.",
        "A content filter blocked the answer.",
        UNSURE,
    ),
    "an error under 200": Shape(error("200 OK"), FELL, OWN, UNSURE),
    "an error in the middle": Shape([head(), delta("Hello"), FAILED], FELL, OWN, UNSURE),
    "400": Shape(error("400 No"), REFUSED, OWN, FREE),
    "401": Shape(error("401 No"), "The gateway refused the key.", OWN, FREE),
    "402": Shape(error("402 No"), POOR, OWN, FREE),
    "403 for money": Shape(error("403 No", "insufficient_user_quota"), POOR, OWN, FREE),
    "404 for the model": Shape(error("404 No", "model_not_found"), NO_MODEL, OWN, FREE),
    "408": Shape(error("408 No"), LATE, OWN, FREE),
    "413": Shape(error("413 No"), REFUSED, OWN, FREE),
    "422": Shape(error("422 No"), REFUSED, OWN, FREE),
    "429": Shape(error("429 No"), "The gateway is busy.", OWN, FREE),
    "500": Shape(error("500 No"), FELL, OWN, FREE),
    "503 for the channel": Shape(error("503 No", "get_channel_failed"), NO_MODEL, OWN, FREE),
    "504": Shape(error("504 No"), LATE, OWN, UNSURE),
}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for long."""
    monkeypatch.setattr(run, "FIRST_WAIT", 0.01)
    monkeypatch.setattr(run, "patience_with", lambda _: Patience(silence=0.4, longest=1.2))


def card(row: Generation) -> str:
    """What a person reads on it."""
    page = render_to_string("components/card.html", {"generation": row})
    return " ".join(strip_tags(page).split())


@pytest.mark.parametrize("name", SHAPES)
def test_the_card_says_the_cause_the_cost_and_the_next_step(engine: Engine, name: str) -> None:
    shape = SHAPES[name]
    with beside(lambda: upstream(shape.script)) as gate:
        row = generate(at(gate.url))
    words = card(row)
    places = [words.find(part) for part in (shape.cause, shape.said, shape.cost)]
    assert -1 < places[0] < places[1] < places[2], words
    advice = row.advice
    assert advice
    assert unescape(words).find(advice.next_step) > places[2]


@pytest.mark.parametrize("stream", [True, False])
def test_the_other_form_than_asked_for_is_no_failure(engine: Engine, stream: bool) -> None:
    message = {"index": 0, "message": {"content": "Hello"}, "finish_reason": "stop"}
    whole = reply(json.dumps({"choices": [message]}).encode())
    with beside(lambda: upstream(whole if stream else [head(), delta("Hello"), end()])) as gate:
        row = generate(at(gate.url), stream=stream)
    assert (row.text, row.error_kind) == ("Hello", "")


def test_a_damaged_line_is_counted_on_the_card(engine: Engine) -> None:
    with beside(lambda: upstream([head(), delta("Hello"), b"data: {oops\n\n", end()])) as gate:
        row = generate(at(gate.url))
    assert "1 line of the answer could not be read and was left out." in card(row)
