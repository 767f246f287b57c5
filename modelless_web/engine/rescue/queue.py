"""The pictures that wait to be fetched: a queue in the ledger, soonest to die first.

A claim moves the time of the next try, so that two processes never fetch the same picture, and a
process that dies gives it back by itself. What is settled stays so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.utils import timezone

from modelless_web.gateway.events import PictureFound
from modelless_web.gateway.links import deadline
from modelless_web.records.models import Picture, Status
from modelless_web.records.store import Kept

CLAIMED: Final = timedelta(seconds=90)
# A link that does not say when it dies may well do so within the hour.
USUAL_LIFE: Final = timedelta(hours=1)
WAITING, STORED, LOST = Picture.State.WAITING, Picture.State.STORED, Picture.State.LOST


@dataclass(frozen=True, slots=True)
class Claims:
    """Pictures that are ours to fetch now, and when the next one is due."""

    pictures: list[Picture]
    next_due: datetime | None


def announce(generation: UUID, found: Sequence[PictureFound]) -> list[Picture]:
    """Write down the pictures that an answer brought, before any is fetched."""
    positions: dict[int, int] = {}
    rows = []
    now = timezone.now()
    for picture in found:
        position = positions.get(picture.index, 0)
        positions[picture.index] = position + 1
        rows.append(
            Picture(
                generation_id=generation,
                choice=picture.index,
                position=position,
                source_url=picture.url,
                alt=picture.alt,
                expires_at=deadline(picture.url) or now + USUAL_LIFE,
                # Bytes that came along have no address to come back to.
                next_try_at=now if picture.url else None,
            )
        )
    return Picture.objects.bulk_create(rows)


def claim(most: int) -> Claims:
    """Take up to ``most`` pictures that are due, the soonest to die first."""
    now = timezone.now()
    waiting = Picture.objects.filter(state=WAITING, next_try_at__isnull=False)
    due = waiting.filter(next_try_at__lte=now).order_by("expires_at", "id")
    won = [
        row
        for row in due.select_related("generation__gateway").defer(
            "generation__gateway__key", "generation__response"
        )[:most]
        if waiting.filter(pk=row.pk, next_try_at=row.next_try_at).update(next_try_at=now + CLAIMED)
    ]
    following = waiting.order_by("next_try_at").values_list("next_try_at", flat=True).first()
    return Claims(won, following)


def keep(pk: UUID, kept: Kept, attempts: int) -> bool:
    """Note that a picture is safe; False if it was settled before."""
    return _settle(
        pk,
        attempts,
        state=STORED,
        trouble="",
        sha256=kept.sha256,
        media_type=kept.media_type,
        size=kept.size,
        width=kept.width,
        height=kept.height,
        colour=kept.colour,
    )


def lose(pk: UUID, trouble: str, attempts: int) -> bool:
    """Note that a picture can't be had, and why; False if it was settled before."""
    return _settle(pk, attempts, state=LOST, trouble=trouble)


def postpone(pk: UUID, trouble: str, attempts: int, wait: float) -> bool:
    """Note why an attempt failed and when the next follows, in seconds."""
    return bool(
        Picture.objects.filter(pk=pk, state=WAITING).update(
            attempts=attempts,
            trouble=trouble,
            next_try_at=timezone.now() + timedelta(seconds=wait),
        )
    )


def note_trouble(pk: UUID, trouble: str) -> bool:
    """Note what holds up a picture whose bytes are here."""
    return bool(Picture.objects.filter(pk=pk, state=WAITING).update(trouble=trouble))


def give_up_bytes() -> list[Picture]:
    """Settle pictures whose bytes died with their process; return them."""
    waiting = Picture.objects.filter(state=WAITING, next_try_at=None)
    ended = waiting.exclude(generation__status__in=(Status.QUEUED, Status.RUNNING))
    rows = list(ended.select_related("generation").only("pk", "generation__owner_id"))
    why = "The studio ended before it was saved."
    return [row for row in rows if lose(row.pk, why, row.attempts)]


def _settle(pk: UUID, attempts: int, **columns: object) -> bool:
    return bool(
        Picture.objects.filter(pk=pk, state=WAITING).update(
            attempts=attempts, next_try_at=None, settled_at=timezone.now(), **columns
        )
    )
