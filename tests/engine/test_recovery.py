"""What the sweeper makes good: lost wake-ups, dead runners, pictures nobody saved."""

import time
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from modelless_web.engine import ledger, tasks
from modelless_web.engine.outcome import ChoiceText
from modelless_web.engine.runtime import Engine, running
from modelless_web.gateway import client
from modelless_web.gateway.client import Patience
from modelless_web.records.models import (
    Draft,
    Gateway,
    Generation,
    Model,
    Picture,
    Status,
    User,
)
from tests.engine.asking import at, begin, delta, end, finish, offered, reach
from tests.engine.gallery import File, gallery
from tests.engine.rescue.test_rescuer import png
from tests.support import factories
from tests.support.beside import beside
from tests.support.studio import wait_for
from tests.support.upstream import HANG, head, upstream

LONG_AGO = timedelta(minutes=10)


def sweep(engine: Engine) -> None:
    """Have the sweeper look once, now."""
    engine.wait_for(engine.sweeper.sweep())


@transaction.atomic
def orphan(owner: User | None = None, of: Model | None = None) -> Generation:
    """A run whose process died some time ago; the engine never sees it queued."""
    row = factories.generation(owner, of)
    ledger.claim([row.pk], "dead")
    ledger.write({row.pk: [ChoiceText(0, "So far")]}, {})
    Generation.objects.filter(pk=row.pk).update(lease_until=timezone.now() - LONG_AGO)
    return row


def test_a_queued_row_that_nobody_woke_is_carried_out(practice: Gateway, engine: Engine) -> None:
    row = factories.generation(of=offered(practice, "practice-writer"))
    sweep(engine)
    assert finish(row).status == Status.SUCCEEDED


def test_a_run_with_an_expired_lease_is_interrupted(engine: Engine) -> None:
    row = orphan()
    sweep(engine)
    ended = finish(row)
    assert (ended.status, ended.text) == (Status.INTERRUPTED, "So far")


def test_pages_are_told_of_an_interrupted_run(engine: Engine) -> None:
    guest = factories.guest()
    watcher = engine.log.join(guest.pk)
    orphan(guest)
    sweep(engine)
    assert [n["kind"] for n in engine.wait_for(watcher.take(10))] == ["card"]


def test_an_interrupted_run_is_never_sent_again(engine: Engine) -> None:
    with beside(lambda: upstream([head(), delta("Hello"), end()])) as gate:
        row = orphan(of=at(gate.url))
        for _ in range(3):
            sweep(engine)
        engine.wake()
        assert finish(row).status == Status.INTERRUPTED
        assert not any(b"chat/completions" in request for request in gate.requests)


def test_a_run_that_was_asked_to_stop_but_never_heard_is_stopped(
    practice: Gateway, engine: Engine
) -> None:
    row = factories.generation(of=offered(practice, "practice-stall"))
    engine.wake()
    reach(row, lambda found: found.choices.exclude(text="").exists())
    ledger.stop(row)
    sweep(engine)
    assert finish(row).status == Status.CANCELLED


def test_a_picture_that_a_dead_run_left_behind_is_fetched(engine: Engine) -> None:
    with gallery() as gate:
        link = gate.hang(File(png()))
        row = orphan(of=at(gate.url))
        factories.picture(row, source_url=link)
        sweep(engine)
        sweep(engine)
        ended = reach(row, lambda found: all(p.is_settled for p in found.pictures.all()))
    assert [p.state for p in ended.pictures.all()] == [Picture.State.STORED]


def test_a_picture_whose_bytes_died_with_the_process_is_lost(engine: Engine) -> None:
    row = orphan()
    factories.picture(row)
    sweep(engine)
    sweep(engine)
    ended = reach(row, lambda found: all(p.is_settled for p in found.pictures.all()))
    assert [p.state for p in ended.pictures.all()] == [Picture.State.LOST]


def test_a_picture_is_fetched_once_however_often_the_sweeper_looks(engine: Engine) -> None:
    with gallery() as gate:
        link = gate.hang(File(status=503), File(status=503), File(png()))
        row = orphan(of=at(gate.url))
        factories.picture(row, source_url=link)
        for _ in range(5):
            sweep(engine)
        reach(row, lambda found: all(p.is_settled for p in found.pictures.all()))
    assert gate.asked.count("/castle.png") == 3


def test_guests_who_made_nothing_are_forgotten_after_two_days(engine: Engine) -> None:
    idle, busy, fresh = factories.guest(), factories.guest(), factories.guest()
    factories.generation(owner=busy)
    User.objects.exclude(pk=fresh.pk).update(date_joined=timezone.now() - timedelta(days=3))
    sweep(engine)
    assert set(User.objects.all()) == {busy, fresh}
    assert idle.pk not in User.objects.values_list("pk", flat=True)


def test_a_guest_who_has_typed_something_is_kept_and_one_with_empty_drafts_is_not(
    engine: Engine,
) -> None:
    typing, idle = factories.guest(), factories.guest()
    for guest, words in ((typing, "half a thought"), (idle, "")):
        factories.draft(guest, words)
    User.objects.update(date_joined=timezone.now() - timedelta(days=3))
    sweep(engine)
    assert list(User.objects.all()) == [typing]
    assert list(Draft.objects.values_list("words", flat=True)) == ["half a thought"]


def test_a_deleted_draft_is_forgotten_after_a_day(engine: Engine) -> None:
    kept, gone = (factories.draft(factories.guest()) for _ in range(2))
    for draft, hours in ((kept, 23), (gone, 25)):
        Draft.objects.filter(pk=draft.pk).update(deleted_at=timezone.now() - timedelta(hours=hours))
    sweep(engine)
    assert list(Draft.objects.all()) == [kept]


def test_the_end_of_the_process_keeps_what_came(transactional_db: None, media: object) -> None:
    with beside(lambda: upstream([head(), delta("Hello"), 1.0, end()])) as gate:
        row = factories.generation(of=at(gate.url))
        with beside(running) as engine:
            engine.wake()
            reach(row, lambda found: found.choices.filter(text="Hello").exists())
        assert Generation.objects.get(pk=row.pk).status == Status.SUCCEEDED


@pytest.mark.parametrize("pause", [0.0, 0.001, 0.003, 0.01])
def test_what_is_won_in_the_last_moment_is_not_called_interrupted(
    transactional_db: None, media: object, pause: float
) -> None:
    with beside(lambda: upstream([head(), delta("Hello"), end()], prompts_only=True)) as gate:
        model = at(gate.url)
        rows = [factories.generation(of=model) for _ in range(20)]
        with beside(running) as engine:
            engine.wake()
            time.sleep(pause)
    statuses = set(Generation.objects.filter(pk__in=[r.pk for r in rows]).values_list("status"))
    assert statuses <= {(Status.QUEUED,), (Status.SUCCEEDED,)}


def test_a_new_start_takes_up_what_was_queued(practice_url: str, transactional_db: None) -> None:
    gateway = factories.gateway(practice_url, is_practice=True)
    row = factories.generation(of=offered(gateway, "practice-writer"))
    with beside(running):
        assert wait_for(lambda: finish(row).status == Status.SUCCEEDED)


def test_leases_are_kept_while_a_sweep_waits_for_a_gateway(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "FOR_A_LIST", Patience(600, 600))
    with beside(lambda: upstream([HANG])) as gate:
        row = begin(at(gate.url))
        engine.sweeper._catalogue_due = timezone.now()
        assert wait_for(lambda: any(b"GET /v1/models" in asked for asked in gate.requests))
        Generation.objects.filter(pk=row.pk).update(lease_until=timezone.now() - LONG_AGO)
        reach(row, lambda found: found.lease_until and found.lease_until > timezone.now())
        tasks.stop(row)
        assert finish(row).status == Status.CANCELLED
