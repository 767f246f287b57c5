"""What goes, and when; and that no picture goes that somebody still has."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from modelless_web.engine import ledger
from modelless_web.records import retention
from modelless_web.records.ids import first_at, uuid7
from modelless_web.records.models import (
    Board,
    Discarded,
    Generation,
    Picture,
    Placement,
    Status,
    User,
)
from modelless_web.records.store import keep
from tests.engine.rescue.test_rescuer import png
from tests.studio.factories import unsaved_generation
from tests.support import factories

pytestmark = pytest.mark.django_db


def done(owner: User | None = None, **columns: Any) -> Generation:
    """A generation that has ended."""
    row = factories.generation(owner)
    Generation.objects.filter(pk=row.pk).update(status=Status.SUCCEEDED, **columns)
    return row


def aged(days: float, owner: User | None = None, **columns: Any) -> Generation:
    """One that has ended, and was made so many days ago."""
    moment = ago(days)
    row = unsaved_generation(owner or factories.guest(), factories.gateway(), **columns)
    row.pk, row.queued_at = UUID(int=first_at(moment).int | uuid7().int % 2**62), moment
    row.save(force_insert=True)
    return row


def ago(days: float) -> Any:
    return timezone.now() - timedelta(days=days)


def stored(row: Generation, data: bytes) -> Picture:
    """A picture of a generation whose bytes are in the store."""
    kept = keep(data)
    columns = {"sha256": kept.sha256, "media_type": kept.media_type, "size": kept.size}
    return factories.picture(row, state="stored", **columns)


def all_files(picture: Picture) -> list[bool]:
    names = [picture.original_name, *(picture.thumbnail_name(width) for width in (320, 640))]
    return [default_storage.exists(name) for name in names]


def test_the_trash_is_emptied_after_thirty_days() -> None:
    kept = [done(), done(deleted_at=ago(29))]
    done(deleted_at=ago(31))
    assert retention.empty_old_trash() == 1
    assert set(Generation.objects.all()) == set(kept)


def test_what_is_deleted_for_good_frees_its_bytes(media: object) -> None:
    row = done()
    picture = stored(row, png())
    assert retention.purge([row.pk]) == 1
    assert retention.free() == 1
    assert all_files(picture) == [False] * 3
    assert not Discarded.objects.exists()


def test_bytes_that_another_generation_has_stay(media: object) -> None:
    gone, kept = done(), done()
    picture, _ = (stored(row, png()) for row in (gone, kept))
    retention.purge([gone.pk])
    retention.free()
    assert all_files(picture) == [True] * 3


def test_bytes_that_came_again_meanwhile_stay(media: object) -> None:
    row = done()
    picture = stored(row, png())
    retention.purge([row.pk])
    assert Discarded.objects.get().sha256 == picture.sha256
    stored(done(), png())
    assert retention.free() == 0
    assert all_files(picture) == [True] * 3


def test_what_is_under_way_is_never_purged() -> None:
    running = factories.generation()
    ledger.claim([running.pk], "worker")
    assert retention.purge([running.pk]) == 0
    assert Generation.objects.exists()


def test_refinements_outlive_what_they_refined() -> None:
    parent = done()
    child = done(parent=parent)
    retention.purge([parent.pk])
    assert Generation.objects.get(pk=child.pk).parent is None


def test_nothing_goes_by_itself_unless_somebody_wants_it() -> None:
    aged(4_000)
    assert retention.trash_what_is_old() == 0


def test_a_persons_days_spare_what_is_starred_on_a_board_young_or_anothers() -> None:
    person = factories.guest()
    User.objects.filter(pk=person.pk).update(days_kept=7)
    placed = aged(8, person)
    board = Board.objects.create(owner=person, name="Covers")
    Placement.objects.create(board=board, generation=placed)
    spared = [
        placed,
        aged(8, person, is_starred=True),
        aged(6, person),
        aged(8),
    ]
    old = aged(8, person)
    assert retention.trash_what_is_old() == 1
    assert set(Generation.objects.filter(deleted_at=None)) == set(spared)
    assert Generation.objects.exclude(deleted_at=None).get() == old


def test_a_boards_days_count_from_when_something_was_put_there() -> None:
    board = Board.objects.create(owner=factories.guest(), name="Drafts", days_kept=7)
    old, fresh = (aged(100, board.owner) for _ in range(2))
    for row, days in ((old, 8), (fresh, 6)):
        Placement.objects.create(board=board, generation=row, placed_at=ago(days))
    assert retention.trash_what_is_old() == 1
    assert Generation.objects.exclude(deleted_at=None).get() == old


@pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite is asked for its plan")
def test_old_trash_and_ones_own_are_found_by_their_indexes() -> None:
    old = Generation.objects.filter(deleted_at__lt=timezone.now()).order_by("deleted_at")
    own = Generation.objects.filter(owner=factories.guest()).trashed()
    assert "USING INDEX in_the_trash" in old.explain()
    assert "USING INDEX trash_of_owner" in own.explain()
