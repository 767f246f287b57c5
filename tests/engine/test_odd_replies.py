"""Whatever a gateway sends, its run ends, and the card says how."""

import json
from typing import Any

import pytest

from modelless_web.engine.runtime import Engine
from modelless_web.gateway import limits
from modelless_web.gateway.wire.reply import Reader
from modelless_web.records.models import Generation, Status
from tests.engine.asking import at, begin, delta, end, finish, generate, reach
from tests.support.beside import beside
from tests.support.upstream import Step, head, reply, upstream


def answered(*script: Step, **values: Any) -> Generation:
    """How a run ends whose gateway plays this script."""
    with beside(lambda: upstream(script)) as gate:
        return generate(at(gate.url), **values)


def chunk(index: object = 0, **more: object) -> bytes:
    choice = {"index": index, "delta": {"content": "Hello"}, "finish_reason": "stop"}
    return f"data: {json.dumps({'id': '1', 'choices': [choice], **more})}\n\n".encode()


@pytest.mark.parametrize("index", [-1, "-1", "²", None, True, 1.5, [], 2**40, "9" * 30])
def test_no_number_of_a_choice_keeps_a_run_from_ending(engine: Engine, index: object) -> None:
    assert answered(head(), chunk(index), delta(" again"), end()).status == Status.SUCCEEDED


def test_of_too_many_choices_the_first_are_kept(engine: Engine) -> None:
    row = answered(head(), *(chunk(index) for index in range(limits.CHOICES + 5)), end())
    assert row.choices.count() == limits.CHOICES
    assert row.error_message == "The answer held more than 128 choices; the first are kept."


@pytest.mark.parametrize("count", [1e30, 2**31, float("inf"), float("nan"), -5, "many", {}])
def test_no_count_of_tokens_keeps_a_run_from_ending(engine: Engine, count: object) -> None:
    usage = {"prompt_tokens": count, "completion_tokens": 2**31 - 1, "total_tokens": count}
    row = answered(head(), chunk(usage=usage), end())
    assert (row.status, row.text) == (Status.SUCCEEDED, "Hello")


@pytest.mark.parametrize("odd", [float("inf"), "\x00", "\ud800", {"\x00": [float("nan")]}])
def test_no_call_of_a_tool_keeps_a_run_from_ending(engine: Engine, odd: object) -> None:
    called = {"choices": [{"index": 0, "delta": {"tool_calls": [{"function": odd}]}}]}
    row = answered(head(), f"data: {json.dumps(called)}\n\n".encode(), chunk(), end())
    assert (row.status, row.text) == (Status.SUCCEEDED, "Hello")


def test_a_number_that_nobody_can_read_is_said(engine: Engine) -> None:
    row = answered(*reply(b'{"id":' + b"1" * 5_000 + b"}"), stream=False)
    assert (row.status, row.error_kind) == (Status.FAILED, "upstream")


@pytest.mark.parametrize("date", ["Wed, 21 Oct 2099 07:28:00", "Wed, 21 Oct 9e99 07:28:00 GMT"])
def test_no_date_to_come_back_keeps_a_run_from_ending(engine: Engine, date: str) -> None:
    assert answered(*reply(b"", "503 Busy", "text/plain", f"Retry-After: {date}")).status == (
        Status.FAILED
    )


def test_a_mistake_of_the_studio_is_said_and_the_bytes_are_kept(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(self: Reader, block: bytes) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Reader, "read", stumble)
    row = answered(head(), chunk(), end())
    assert (row.status, row.maybe_charged) == (Status.FAILED, True)
    assert "could not read what the gateway sent" in row.error_message
    assert b"Hello" in row.transcript.received


def test_a_run_that_cannot_be_settled_is_let_go_of(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Reader, "response", property(lambda self: object()))
    with beside(lambda: upstream([head(), chunk(), end()])) as gate:
        row = begin(at(gate.url))
        reach(row, lambda found: found.pk not in engine.recorder.open and found.lease_until)
        Generation.objects.filter(pk=row.pk).update(lease_until=row.queued_at)
        engine.wait_for(engine.sweeper.sweep())
        assert finish(row).status == Status.INTERRUPTED
