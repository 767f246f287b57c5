"""What goes, and when: the trash after thirty days, what people want kept for a time only, and
bytes that no row names any more.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from modelless_web.records.ids import first_at
from modelless_web.records.models import Board, Discarded, Generation, Picture, User
from modelless_web.records.models.generations import OPEN
from modelless_web.records.models.stored import THUMBNAIL_WIDTHS
from modelless_web.records.named import named
from modelless_web.records.usage import rollup, storage

KEPT_IN_TRASH: Final = timedelta(days=30)
AT_ONCE: Final = 200


@transaction.atomic
def purge(pks: Iterable[UUID]) -> int:
    """Delete generations for good and list their bytes to be freed; return how many went.

    What is still under way stays: it would be charged and gone.
    """
    rows = Generation.objects.filter(pk__in=list(pks)).exclude(status__in=OPEN)
    stored = Picture.objects.filter(generation__in=rows, state=Picture.State.STORED)
    files = dict(stored.values_list("sha256", "media_type"))
    held = storage.held_by_each(stored)
    count = rows.count()
    rollup.purge(rows)
    rows.delete()
    storage.give_back(held)
    discard(files)
    return count


def discard(files: Mapping[str, str]) -> None:
    """List bytes to be freed, given as media types by hash, unless a row still names them."""
    kept = named(files)
    Discarded.objects.bulk_create(
        [
            Discarded(sha256=sha256, media_type=media_type)
            for sha256, media_type in files.items()
            if sha256 not in kept
        ],
        ignore_conflicts=True,
    )


def empty_old_trash() -> int:
    """Purge some of what has lain in the trash for thirty days; return how many went."""
    old = Generation.objects.filter(deleted_at__lt=timezone.now() - KEPT_IN_TRASH)
    return purge(old.order_by("deleted_at").values_list("pk", flat=True)[:AT_ONCE])


def free() -> int:
    """Remove some of the discarded bytes from the store; return how many pictures went.

    Each in a transaction of its own, which whoever stores the same bytes at this moment waits
    for, and then finds them gone (``store.is_kept``). Raises what the store raises.
    """
    freed = 0
    for row in Discarded.objects.all()[:AT_ONCE]:
        with transaction.atomic():
            won, _ = Discarded.objects.filter(pk=row.pk).delete()
            if won and not named([row.sha256]):
                picture = Picture(sha256=row.sha256, media_type=row.media_type)
                for width in THUMBNAIL_WIDTHS:
                    default_storage.delete(picture.thumbnail_name(width))
                default_storage.delete(picture.original_name)
                freed += 1
    return freed


def trash_what_is_old() -> int:
    """Put into the trash what its owner or its board wanted kept for a time only.

    Of what an owner's days concern, starred rows and those on a board stay.
    """
    now = timezone.now()
    count = 0
    ended = Generation.objects.filter(deleted_at=None).exclude(status__in=OPEN)
    for person in User.objects.exclude(days_kept=None):
        # An id begins with the time, and the person's own are in that order.
        kept_from = now - timedelta(days=person.days_kept or 0)
        old = ended.filter(owner=person, pk__lt=first_at(kept_from))
        count += _trash(old.filter(is_starred=False, placements=None))
    for board in Board.objects.exclude(days_kept=None):
        since = now - timedelta(days=board.days_kept or 0)
        count += _trash(ended.filter(placements__board=board, placements__placed_at__lt=since))
    return count


def _trash(rows: QuerySet[Generation]) -> int:
    now = timezone.now()
    some = list(rows.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    return Generation.objects.filter(pk__in=some).update(deleted_at=now, changed_at=now)
