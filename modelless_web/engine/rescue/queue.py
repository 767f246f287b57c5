"""The pictures that wait to be fetched: a queue in the ledger, soonest to die first.

A claim moves the time of the next try, so that two processes never fetch the same picture, and a
process that dies gives it back by itself. What is settled stays so, unless staff have what was
lost tried again.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.utils import timezone

from modelless_web.engine import ledger
from modelless_web.gateway.events import PictureFound
from modelless_web.gateway.links import deadline
from modelless_web.records.models import Discarded, Picture, Status
from modelless_web.records.store import Kept
from modelless_web.records.usage import storage

# For as long a claim holds unless it is renewed.
CLAIMED: Final = timedelta(seconds=30)
# After so many attempts in vain, those that may still be had in time go first.
MOST_IN_TURN: Final = 5
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


def claim(most: int, at_work: Mapping[int, int], most_each: int) -> Claims:
    """Take up to ``most`` pictures that are due, the soonest to die first.

    ``at_work`` is how many of each person's are being fetched here already: at ``most_each``
    others are served, so that nobody's slow links hold up everybody.
    """
    now = timezone.now()
    busy = Counter(at_work)
    served = [owner for owner, count in busy.items() if count >= most_each]
    waiting = Picture.objects.filter(state=WAITING, next_try_at__isnull=False)
    waiting = waiting.exclude(generation__owner_id__in=served)
    won = []
    for row in _in_turn(waiting, now)[:most]:
        owner = row.generation.owner_id
        if busy[owner] < most_each and _move(row.pk, row.next_try_at, now + CLAIMED):
            row.next_try_at = now + CLAIMED
            busy[owner] += 1
            won.append(row)
    following = waiting.order_by("next_try_at").values_list("next_try_at", flat=True).first()
    return Claims(won, following)


def hold(claims: Mapping[UUID, datetime]) -> dict[UUID, datetime]:
    """Renew claims, given by until when they hold; return those that are still ours, renewed."""
    until = timezone.now() + CLAIMED
    return {pk: until for pk, held in claims.items() if _move(pk, held, until)}


def take_up() -> None:
    """Make all that waits due now: right at a start when no other process can be fetching."""
    Picture.objects.filter(state=WAITING, next_try_at__isnull=False).update(
        next_try_at=timezone.now()
    )


@transaction.atomic
def keep(pk: UUID, kept: Kept, attempts: int) -> bool:
    """Note that a picture is safe; False if it was settled before."""
    Discarded.objects.filter(sha256=kept.sha256).delete()
    won = _settle(
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
        likeness=kept.likeness,
    )
    if won:
        storage.add(pk)
    return won


def lose(pk: UUID, trouble: str, attempts: int) -> bool:
    """Note that a picture can't be had, and why; False if it was settled before."""
    return _settle(pk, attempts, state=LOST, trouble=trouble)


def reopen(generation: UUID) -> int:
    """Let a generation's lost pictures wait again, those that have an address; return how many."""
    lost = Picture.objects.filter(generation=generation, state=LOST).exclude(source_url="")
    pks = list(lost.values_list("pk", flat=True))
    count = Picture.objects.filter(pk__in=pks, state=LOST).update(
        state=WAITING, attempts=0, settled_at=None, next_try_at=timezone.now()
    )
    for pk in pks:
        ledger.touch(pk)
    return count


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


def _in_turn(waiting: QuerySet[Picture], now: datetime) -> QuerySet[Picture]:
    """Those that are due: first what may still be had in time, then what may be lost already."""
    is_late = Q(expires_at__lt=now) | Q(attempts__gte=MOST_IN_TURN)
    return (
        waiting.filter(next_try_at__lte=now)
        .order_by(ExpressionWrapper(is_late, BooleanField()), "expires_at", "id")
        .select_related("generation__gateway")
        .defer("generation__gateway__key", "generation__response")
    )


def _move(pk: UUID, held: datetime | None, until: datetime) -> bool:
    """Move the time of the next try, if it is still what the caller saw."""
    rows = Picture.objects.filter(pk=pk, state=WAITING, next_try_at=held)
    return bool(rows.update(next_try_at=until))


def _settle(pk: UUID, attempts: int, **columns: object) -> bool:
    won = Picture.objects.filter(pk=pk, state=WAITING).update(
        attempts=attempts, next_try_at=None, settled_at=timezone.now(), **columns
    )
    if won:
        ledger.touch(pk)
    return bool(won)
