"""One run against a gateway that says what the test tells it to."""

import asyncio
import json
from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from modelless_web.engine import tasks
from modelless_web.engine.runtime import Engine
from modelless_web.records.models import Choice, Generation, Status
from tests.engine.asking import at, begin, delta, end, finish, generate, reach
from tests.support import factories
from tests.support.beside import beside
from tests.support.studio import wait_for
from tests.support.upstream import HANG, RESET, Step, Upstream, head, reply, upstream


def gateway(*scripts: Iterable[Step]) -> AbstractContextManager[Upstream]:
    """A gateway that plays these scripts, one to each request."""
    return beside(lambda: upstream(*scripts))


def happened(event: asyncio.Event) -> bool:
    return bool(wait_for(event.is_set))


def prompts(gate: Upstream) -> int:
    """How many generations the gateway was asked for: a look at its models is none."""
    return sum(request.startswith(b"POST") for request in gate.requests)


def test_the_gateway_is_sent_exactly_what_the_ledger_holds(engine: Engine) -> None:
    with gateway([head(), delta("Hello"), end()]) as gate:
        row = generate(at(gate.url), temperature=0.5)
    _, _, body = gate.requests[-1].partition(b"\r\n\r\n")
    assert json.loads(body) == row.request


def test_the_row_stands_in_the_ledger_before_a_byte_leaves(engine: Engine) -> None:
    with gateway([HANG]) as gate:
        row = begin(at(gate.url))
        assert wait_for(lambda: prompts(gate))
        assert Generation.objects.get(pk=row.pk).status == Status.RUNNING
        tasks.stop(row)
        finish(row)


def test_the_bytes_of_both_sides_are_kept(engine: Engine) -> None:
    stream = delta("Hello") + end()
    with gateway([head(), stream]) as gate:
        transcript = generate(at(gate.url)).transcript
    assert transcript.received.endswith(stream)
    assert b"sk-tests" not in transcript.sent
    assert b"authorization: Bearer ***" in transcript.sent


def test_an_answer_in_one_piece_is_kept_like_a_stream(engine: Engine) -> None:
    choice = {"index": 0, "message": {"content": "Hello"}, "finish_reason": "stop"}
    with gateway(reply(json.dumps({"id": "1", "choices": [choice]}).encode())) as gate:
        row = generate(at(gate.url), stream=False)
    assert (row.status, row.text, row.finish_reason) == (Status.SUCCEEDED, "Hello", "stop")


def test_the_text_is_in_the_ledger_while_it_streams(engine: Engine) -> None:
    with gateway([head(), delta("Hello"), HANG]) as gate:
        row = begin(at(gate.url))
        reach(row, lambda found: Choice.objects.filter(generation=found, text="Hello").exists())
        tasks.stop(row)
        finish(row)


def test_stopping_closes_the_connection_and_keeps_the_text(engine: Engine) -> None:
    with gateway([head(), delta("Hello"), HANG]) as gate:
        row = begin(at(gate.url))
        reach(row, lambda found: found.choices.filter(text="Hello").exists())
        tasks.stop(row)
        assert happened(gate.gone)
        ended = finish(row)
    assert (ended.status, ended.text, ended.error_kind) == (Status.CANCELLED, "Hello", "")
    assert b"Hello" in ended.transcript.received


def test_stopping_before_the_first_byte_ends_the_run(engine: Engine) -> None:
    with gateway([HANG]) as gate:
        row = begin(at(gate.url))
        assert wait_for(lambda: prompts(gate))
        tasks.stop(row)
        assert finish(row).status == Status.CANCELLED
        assert happened(gate.gone)


def test_stopping_at_once_ends_the_run_whatever_was_under_way(engine: Engine) -> None:
    with gateway([HANG]) as gate:
        rows = [begin(at(gate.url)) for _ in range(10)]
        for row in rows:
            tasks.stop(row)
        assert {finish(row).status for row in rows} == {Status.CANCELLED}


def test_putting_a_run_into_the_trash_stops_it(engine: Engine) -> None:
    with gateway([HANG]) as gate:
        row = begin(at(gate.url))
        assert wait_for(lambda: prompts(gate))
        tasks.trash(row)
        ended = finish(row)
    assert (ended.status, ended.is_deleted) == (Status.CANCELLED, True)


def test_a_broken_connection_fails_the_run_and_keeps_the_text(engine: Engine) -> None:
    cut_short = head("200 OK", "text/event-stream", "Content-Length: 9999")
    with gateway([cut_short, delta("Hello"), 0.1, RESET]) as gate:
        row = generate(at(gate.url))
    assert (row.status, row.error_kind, row.text) == (Status.FAILED, "network", "Hello")
    assert row.maybe_charged


def test_a_gateway_that_nobody_hears_costs_nothing(engine: Engine) -> None:
    row = generate(at("http://127.0.0.1:9/v1"))
    assert (row.status, row.error_kind, row.maybe_charged) == (Status.FAILED, "network", False)


def test_a_doubled_wake_up_sends_nothing_twice(engine: Engine) -> None:
    with gateway([head(), delta("Hello"), 0.2, end()]) as gate:
        row = begin(at(gate.url))
        for _ in range(5):
            engine.wake()
        finish(row)
        engine.wake()
        generate(at(gate.url))
    assert prompts(gate) == 2


HOSTILE = "\x00 \ud800 \u2028 \x1b[31m \u202e <script>"


def test_cutting_a_run_while_its_row_is_being_won_ends_it(engine: Engine) -> None:
    with gateway([HANG]) as gate:
        row = factories.generation(of=at(gate.url))
        engine.stop(row.owner_id, row.pk)
        engine.wake()
        assert finish(row).status == Status.CANCELLED
        assert not prompts(gate)


@pytest.mark.parametrize("place", ["content", "finish_reason", "id", "model", "alt", "url"])
def test_characters_that_a_database_refuses_end_no_run(engine: Engine, place: str) -> None:
    picture = f"![{HOSTILE}](http://127.0.0.1:9/a.png)"
    link = f"![a](http://127.0.0.1:9/{HOSTILE}.png)"
    text = {"content": HOSTILE, "alt": picture, "url": link}.get(place, "Hello")
    named: dict[str, Any] = {place: HOSTILE} if place in {"id", "model"} else {}
    last = end(HOSTILE if place == "finish_reason" else "stop")
    with gateway([head(), delta(text, **named), last]) as gate:
        row = generate(at(gate.url))
    assert row.status == Status.SUCCEEDED


def test_characters_that_a_database_refuses_end_no_failed_run_either(engine: Engine) -> None:
    error = {"error": {"message": HOSTILE, "type": HOSTILE, "code": HOSTILE, "param": HOSTILE}}
    body = json.dumps(error).encode()
    with gateway(reply(body, "400 Bad Request")) as gate:
        row = generate(at(gate.url))
    assert (row.status, row.error_status) == (Status.FAILED, 400)


def test_a_hundred_runs_at_once_all_end_well(engine: Engine) -> None:
    with gateway([head(), delta("Hel"), 0.1, delta("lo"), end()]) as gate:
        model = at(gate.url)
        rows = [begin(model) for _ in range(100)]
        assert {finish(row).text for row in rows} == {"Hello"}
