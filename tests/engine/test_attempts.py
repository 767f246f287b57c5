"""Sending again: only where nothing can have been charged twice, and each attempt is kept."""

import json
from collections.abc import Iterable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone

from modelless_web.engine import ledger, run, tasks
from modelless_web.engine.outcome import FailedAttempt
from modelless_web.engine.run import pause_after
from modelless_web.engine.runtime import Engine
from modelless_web.gateway.errors import GatewayError, Kind
from modelless_web.records.models import Status
from tests.engine.asking import at, begin, delta, end, finish, generate, reach
from tests.support.beside import beside
from tests.support.studio import wait_for
from tests.support.upstream import HANG, RESET, Step, Upstream, head, reply, upstream

GOOD: list[Step] = [head(), delta("Hello"), end()]


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "FIRST_WAIT", 0.02)


def gateway(*scripts: Iterable[Step]) -> AbstractContextManager[Upstream]:
    return beside(lambda: upstream(*scripts, prompts_only=True))


def refusal(status: str, *headers: str, word: str = "busy") -> list[Step]:
    """A refusal in the gateway's own words."""
    body = json.dumps({"error": {"message": word, "type": "upstream_error"}}).encode()
    return reply(body, status, "application/json", *headers)


def prompts(gate: Upstream) -> int:
    return sum(request.startswith(b"POST") for request in gate.requests)


@pytest.mark.parametrize(
    "status",
    [
        "408 Request Timeout",
        "409 Conflict",
        "429 Too Many Requests",
        "500 Internal Server Error",
        "502 Bad Gateway",
    ],
)
def test_what_cost_nothing_is_sent_again(engine: Engine, status: str) -> None:
    with gateway(refusal(status), GOOD) as gate:
        row = generate(at(gate.url))
    assert (row.status, row.text, prompts(gate)) == (Status.SUCCEEDED, "Hello", 2)
    attempt = row.attempts.get()
    assert (attempt.number, attempt.error_status) == (1, int(status[:3]))
    assert attempt.began_at <= attempt.ended_at


def test_the_same_bytes_are_sent_again(engine: Engine) -> None:
    with gateway(refusal("503 Busy"), GOOD) as gate:
        generate(at(gate.url))
    first, second = (r.partition(b"\r\n\r\n")[2] for r in gate.requests if r.startswith(b"POST"))
    assert first == second


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_a_refusal_for_good_is_final(engine: Engine, status: int) -> None:
    with gateway(refusal(f"{status} No", word="rate limit exceeded"), GOOD) as gate:
        row = generate(at(gate.url))
    assert (row.status, prompts(gate)) == (Status.FAILED, 1)


@pytest.mark.parametrize(
    "script",
    [
        reply(b"<html>504</html>", "504 Gateway Timeout", "text/html"),
        reply(b"<html>524</html>", "524 A Timeout Occurred", "text/html"),
        reply(b"", "500 Internal Server Error"),
        refusal("504 Gateway Timeout"),
        reply(b'{"error":{"code":"channel:response_time_exceeded"}}', "500 Internal Server Error"),
        reply(b'{"error":{"message":"busy","type":"upstream_error"}}'),
        [head(), RESET],
        [RESET],
    ],
    ids=[
        "504",
        "524",
        "500 without a word",
        "504 in words",
        "timeout told of as 500",
        "error under 200",
        "cut off",
        "reset",
    ],
)
def test_what_may_have_been_charged_is_never_sent_again(engine: Engine, script: list[Step]) -> None:
    with gateway(script, GOOD) as gate:
        row = generate(at(gate.url))
    assert (row.status, row.maybe_charged, prompts(gate)) == (Status.FAILED, True, 1)


def test_a_picture_that_failed_in_the_gateways_own_words_is_sent_again(engine: Engine) -> None:
    with gateway(refusal("500 Internal Server Error", word="do_request_failed"), GOOD) as gate:
        row = generate(at(gate.url))
    assert (row.model_kind, row.status, prompts(gate)) == ("image-chat", Status.SUCCEEDED, 2)


def test_nothing_is_sent_again_after_the_first_word(engine: Engine) -> None:
    failure = b'data: {"error":{"message":"busy","type":"rate_limit_error","code":"429"}}\n\n'
    with gateway([head(), delta("Hel"), failure], GOOD) as gate:
        row = generate(at(gate.url))
    assert (row.text, prompts(gate)) == ("Hel", 1)


def test_two_more_attempts_are_the_most(engine: Engine) -> None:
    with gateway(refusal("429 Too Many Requests")) as gate:
        row = generate(at(gate.url))
    assert (row.status, row.error_kind, prompts(gate)) == (Status.FAILED, "rate", 3)
    assert [attempt.number for attempt in row.attempts.all()] == [1, 2]


def test_a_gateway_that_asks_for_more_than_two_minutes_is_not_waited_for(engine: Engine) -> None:
    with gateway(refusal("429 Too Many Requests", "Retry-After: 121"), GOOD) as gate:
        row = generate(at(gate.url))
    assert (row.status, prompts(gate)) == (Status.FAILED, 1)


def test_while_it_waits_the_card_says_so(engine: Engine) -> None:
    with gateway(refusal("429 Too Many Requests", "Retry-After: 60"), GOOD) as gate:
        row = begin(at(gate.url))
        waiting = reach(row, lambda found: found.retry_at)
        assert "attempt 2 of 3 in" in waiting.stage
        tasks.stop(row)
        ended = finish(row)
    assert (ended.status, ended.maybe_charged, prompts(gate)) == (Status.CANCELLED, False, 1)


def test_the_ledger_knows_of_an_attempt_before_it_is_sent(engine: Engine) -> None:
    with gateway(refusal("429 Too Many Requests"), [HANG]) as gate:
        row = begin(at(gate.url))
        assert wait_for(lambda: prompts(gate) == 2)
        sent = reach(row, lambda _: True)
        assert (sent.attempt, sent.retry_at) == (2, None)
        assert sent.stage == "waiting for the first word, attempt 2 of 3"
        tasks.stop(row)
        assert finish(row).maybe_charged


@pytest.mark.parametrize("number", [1, 2, 3, 9])
def test_the_wait_grows_with_jitter_up_to_eight_seconds(
    number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "FIRST_WAIT", 0.5)
    longest = min(0.5 * 2 ** (number - 1), 8)
    waits = {pause_after(number, GatewayError(Kind.RATE, "Busy.")) for _ in range(50)}
    assert len(waits) > 1
    assert all(longest / 2 <= wait <= longest for wait in waits)


def test_a_wait_that_the_gateway_names_is_heeded() -> None:
    assert pause_after(1, GatewayError(Kind.RATE, "Busy.", retry_after=7.5)) == 7.5


def test_a_row_that_was_lost_while_it_waited_is_not_sent_again(engine: Engine) -> None:
    from modelless_web.records.models import Generation

    with gateway(refusal("429 Too Many Requests", "Retry-After: 0.3"), GOOD) as gate:
        row = begin(at(gate.url))
        reach(row, lambda found: found.retry_at)
        past = timezone.now() - timedelta(minutes=5)
        Generation.objects.filter(pk=row.pk).update(lease_owner="another", lease_until=past)
        engine.wait_for(engine.sweeper.sweep())
        ended: Any = finish(row)
    assert ended.status == Status.INTERRUPTED


def test_a_ledger_that_is_locked_for_a_moment_does_not_end_the_waiting(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = ledger.note_attempt
    refused: list[int] = []

    def locked_once(failed: FailedAttempt, worker: str) -> bool:
        # Once with the others of its batch, once by itself.
        if len(refused) < 2:
            refused.append(failed.number)
            raise OperationalError("database is locked")
        return kept(failed, worker)

    monkeypatch.setattr(ledger, "note_attempt", locked_once)
    with gateway(refusal("429 Too Many Requests"), GOOD) as gate:
        row = generate(at(gate.url))
    assert (refused, row.status, row.attempts.count()) == ([1, 1], Status.SUCCEEDED, 1)
