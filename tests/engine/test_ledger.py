"""The ledger's transactions, one by one and many at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modelless_web.engine import ledger
from modelless_web.engine.outcome import ChoiceText, FailedAttempt, Settlement
from modelless_web.gateway.errors import GatewayError, Kind
from modelless_web.gateway.events import UsageReported
from modelless_web.records.models import Choice, Generation, Status
from tests.support import factories

pytestmark = pytest.mark.django_db

FINAL = {Status.SUCCEEDED, Status.FAILED, Status.CANCELLED, Status.INTERRUPTED}


def settled(row: Generation, status: Status = Status.SUCCEEDED, **more: Any) -> bool:
    """Close a run that "worker" holds."""
    choices = more.pop("choices", [ChoiceText(0, "Hello", "", "stop")])
    end = Settlement(generation=row.pk, status=status, choices=choices, **more)
    return bool(ledger.settle([end], "worker"))


def stored(row: Generation) -> Generation:
    return Generation.objects.get(pk=row.pk)


def expire(row: Generation) -> None:
    """Let a run's lease have run out."""
    Generation.objects.filter(pk=row.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def test_a_claim_gives_the_row_a_lease() -> None:
    row = factories.generation()
    (claimed,) = ledger.claim([row.pk], "worker")
    assert (claimed.status, claimed.lease_owner) == (Status.RUNNING, "worker")
    assert stored(row).lease_until > timezone.now()  # type: ignore[operator]


def test_a_claimed_row_is_not_to_be_had_again() -> None:
    row = factories.generation()
    ledger.claim([row.pk], "worker")
    assert ledger.claim([row.pk], "another") == []


@pytest.mark.django_db(transaction=True)
def test_of_twenty_claims_at_once_exactly_one_wins() -> None:
    row = factories.generation()

    def claim(number: int) -> bool:
        try:
            return bool(ledger.claim([row.pk], f"worker-{number}"))
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as threads:
        assert sum(threads.map(claim, range(20))) == 1


def test_settling_writes_everything_that_came() -> None:
    row = factories.generation()
    ledger.claim([row.pk], "worker")
    assert settled(row, usage=UsageReported(3, 4, 7), sent=b"asked", received=b"answered")
    ended = stored(row)
    assert (ended.status, ended.text, ended.total_tokens) == (Status.SUCCEEDED, "Hello", 7)
    assert (ended.transcript.sent, ended.transcript.received) == (b"asked", b"answered")
    assert Choice.objects.get(generation=row).finish_reason == "stop"


def test_settling_a_failure_keeps_what_the_gateway_said() -> None:
    row = factories.generation()
    ledger.claim([row.pk], "worker")
    error = GatewayError(Kind.QUOTA, "No credit.", status=403, maybe_charged=True)
    settled(row, Status.FAILED, error=error)
    ended = stored(row)
    assert (ended.error_kind, ended.error_status, ended.error_message) == (
        Kind.QUOTA,
        403,
        "No credit.",
    )
    assert ended.maybe_charged


def test_only_the_holder_of_the_lease_settles() -> None:
    row = factories.generation()
    ledger.claim([row.pk], "another")
    assert not settled(row)
    assert stored(row).status == Status.RUNNING


def test_a_queued_row_that_is_stopped_ends_at_once() -> None:
    row = factories.generation()
    assert ledger.stop(row)
    assert stored(row).status == Status.CANCELLED


def test_a_running_row_that_is_stopped_waits_for_its_runner() -> None:
    row = factories.generation()
    ledger.claim([row.pk], "worker")
    assert ledger.stop(row)
    assert (stored(row).status, stored(row).stop_requested) == (Status.RUNNING, True)


def test_stopping_what_has_ended_does_nothing() -> None:
    row = factories.generation()
    ledger.stop(row)
    assert not ledger.stop(row)


def test_renewing_keeps_a_lease() -> None:
    row = factories.generation()
    ledger.claim([row.pk], "worker")
    expire(row)
    assert ledger.renew("worker", [row.pk]) == []
    assert stored(row).lease_until > timezone.now()  # type: ignore[operator]


def test_renewing_names_the_runs_that_must_end() -> None:
    stopped, lost, kept = (factories.generation() for _ in range(3))
    for row, worker in ((stopped, "worker"), (lost, "another"), (kept, "worker")):
        ledger.claim([row.pk], worker)
    ledger.stop(stopped)
    running = [stopped.pk, lost.pk, kept.pk]
    assert ledger.renew("worker", running) == [stopped.pk, lost.pk]


def test_an_expired_lease_interrupts_the_run_and_keeps_its_text() -> None:
    row = factories.generation()
    ledger.claim([row.pk], "worker")
    ledger.write({row.pk: [ChoiceText(0, "So far")]}, {})
    expire(row)
    assert ledger.interrupt(expired_only=True) == [row]
    ended = stored(row)
    assert (ended.status, ended.text, ended.maybe_charged) == (
        Status.INTERRUPTED,
        "So far",
        True,
    )


@pytest.mark.parametrize(("number", "maybe_charged"), [(None, False), (2, True)])
def test_only_what_was_under_way_may_have_been_charged(
    number: int | None, maybe_charged: bool
) -> None:
    row = factories.generation()
    ledger.claim([row.pk], "worker")
    error = GatewayError(Kind.RATE, "Busy.")
    failed = FailedAttempt(
        generation=row.pk, number=1, error=error, began_at=timezone.now(), wait=60
    )
    assert ledger.note_attempt(failed, "worker")
    if number:
        assert ledger.begin_attempt(row.pk, number, "worker")
    ledger.interrupt(expired_only=False)
    ended = stored(row)
    assert (ended.status, ended.maybe_charged) == (Status.INTERRUPTED, maybe_charged)


def test_a_run_that_somebody_else_ended_is_not_sent_again() -> None:
    row = factories.generation()
    ledger.claim([row.pk], "worker")
    ledger.interrupt(expired_only=False)
    assert not ledger.begin_attempt(row.pk, 2, "worker")


def test_a_lease_that_holds_is_left_alone() -> None:
    row = factories.generation()
    ledger.claim([row.pk], "worker")
    assert ledger.interrupt(expired_only=True) == []


def test_a_worker_interrupts_its_own_runs_only() -> None:
    mine, theirs = factories.generation(), factories.generation()
    ledger.claim([mine.pk], "worker")
    ledger.claim([theirs.pk], "another")
    assert ledger.interrupt(expired_only=False, worker="worker") == [mine]


def test_writing_twice_leaves_one_choice() -> None:
    row = factories.generation()
    ledger.claim([row.pk], "worker")
    for text in ("Hel", "Hello"):
        ledger.write({row.pk: [ChoiceText(0, text)]}, {row.pk: 50})
    assert Choice.objects.get(generation=row).text == "Hello"
    assert stored(row).progress == 50


STEPS = ("claim", "stop", "succeed", "fail", "expire", "interrupt", "interrupt all", "copy")


def test_what_waits_in_a_copied_ledger_is_never_sent_and_may_have_been_charged() -> None:
    row = factories.generation()
    assert ledger.interrupt_waiting() == 1
    assert ledger.claim([row.pk], "worker") == []
    assert (stored(row).status, stored(row).maybe_charged) == (Status.INTERRUPTED, True)


def step(name: str, row: Generation) -> None:
    """Do one of the things that happen to a row."""
    match name:
        case "claim":
            ledger.claim([row.pk], "worker")
        case "stop":
            ledger.stop(row)
        case "succeed":
            settled(row)
        case "fail":
            settled(row, Status.FAILED)
        case "expire":
            if stored(row).lease_until:
                expire(row)
        case "copy":
            ledger.interrupt_waiting()
        case _:
            ledger.interrupt(expired_only=name == "interrupt")


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(st.sampled_from(STEPS), max_size=8))
def test_nothing_leaves_a_final_state(steps: list[str]) -> None:
    row = factories.generation()
    reached = ""
    for name in steps:
        step(name, row)
        status = stored(row).status
        assert reached in ("", status)
        reached = status if status in FINAL else ""
