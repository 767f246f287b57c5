"""The ledger's rows: who sees them, and what puts them out of sight."""

from datetime import timedelta

import pytest
from django.utils import timezone

from modelless_web.engine import ledger
from modelless_web.records.models import Generation, Status
from modelless_web.records.organise.changes import move
from tests.support import factories

pytestmark = pytest.mark.django_db


def test_a_person_sees_their_own_generations() -> None:
    row = factories.generation()
    assert list(Generation.objects.visible_to(row.owner)) == [row]


def test_a_stranger_sees_none_of_them() -> None:
    factories.generation()
    assert not Generation.objects.visible_to(factories.person()).exists()


def test_what_is_in_the_trash_is_out_of_sight() -> None:
    row = factories.generation()
    move(Generation.objects.filter(pk=row.pk), timezone.now())
    assert not Generation.objects.visible_to(row.owner).exists()


def test_what_is_restored_is_seen_again() -> None:
    row = factories.generation()
    move(Generation.objects.filter(pk=row.pk), timezone.now())
    move(Generation.objects.filter(pk=row.pk), None)
    assert Generation.objects.visible_to(row.owner).get().deleted_at is None


def test_open_rows_are_queued_or_running() -> None:
    queued, running, ended = (factories.generation() for _ in range(3))
    ledger.claim([running.pk], "worker")
    ledger.stop(ended)
    assert set(Generation.objects.open()) == {queued, running}


def test_newer_ids_sort_after_older_ones() -> None:
    older, newer = factories.generation(), factories.generation()
    assert list(Generation.objects.order_by("id")) == sorted([older, newer], key=lambda r: r.pk)
    assert older.pk.version == 7


def test_a_page_is_told_of_open_rows_however_old() -> None:
    row = factories.generation()
    long_ago = timezone.now() - timedelta(days=3)
    Generation.objects.filter(pk=row.pk).update(changed_at=long_ago)
    assert row in Generation.objects.all().changed_since(timezone.now().timestamp())


def test_a_page_is_not_told_of_what_ended_before_it_was_made() -> None:
    row = factories.generation()
    long_ago = timezone.now() - timedelta(days=3)
    Generation.objects.filter(pk=row.pk).update(changed_at=long_ago, status=Status.FAILED)
    assert row not in Generation.objects.all().changed_since(timezone.now().timestamp())
