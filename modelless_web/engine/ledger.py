"""Every change of a generation's state, as short transactions. Final states absorb.

Sync, on purpose: the recorder calls these in batches from its own thread, and views call ``stop``
from theirs. A change is a filtered update that must hit exactly one row,
so a late, lost or doubled call is harmless on every database.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import batched
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import BooleanField, ExpressionWrapper, Q
from django.utils import timezone

from modelless_web.engine.outcome import ChoiceText, FailedAttempt, Settlement
from modelless_web.gateway.errors import GatewayError
from modelless_web.records.models import (
    Attempt,
    Choice,
    ErrorGroup,
    Generation,
    Sketch,
    Status,
    Transcript,
)
from modelless_web.records.models.generations import joined
from modelless_web.records.models.troubles import fingerprint
from modelless_web.records.money.closing import close
from modelless_web.records.search import index

LEASE = timedelta(seconds=30)
AT_ONCE = 200


def stop(generation: Generation) -> bool:
    """Ask a run to stop; one that has not begun ends here. Return whether it was still open."""
    now = timezone.now()
    rows = Generation.objects.filter(pk=generation.pk)
    with transaction.atomic():
        if rows.filter(status=Status.QUEUED).update(
            status=Status.CANCELLED, stop_requested=True, saved_at=now, changed_at=now
        ):
            close([generation.pk])
            return True
    return bool(rows.filter(status=Status.RUNNING).update(stop_requested=True))


def touch(picture: UUID) -> None:
    """Note that a picture has changed its card, so that a page that was away reads it again."""
    Generation.objects.filter(pictures=picture).update(changed_at=timezone.now())


def claim(pks: Collection[UUID], worker: str) -> list[Generation]:
    """Win queued rows for ``worker``; return those that were to be had, oldest first."""
    now = timezone.now()
    rows = Generation.objects.filter(pk__in=pks)
    won = rows.filter(status=Status.QUEUED).update(
        status=Status.RUNNING, lease_owner=worker, lease_until=now + LEASE, changed_at=now
    )
    if not won:
        return []
    mine = rows.filter(status=Status.RUNNING, lease_owner=worker, lease_until=now + LEASE)
    return list(mine.select_related("gateway").defer("prompt", "asked").order_by("pk"))


def note_attempt(failed: FailedAttempt, worker: str) -> bool:
    """Keep an attempt that another follows; False if the run is no longer ``worker``'s."""
    now = timezone.now()
    mine = Generation.objects.filter(
        pk=failed.generation, status=Status.RUNNING, lease_owner=worker
    )
    if not mine.update(retry_at=now + timedelta(seconds=failed.wait)):
        return False
    columns = _error_columns(failed.error)
    del columns["maybe_charged"]
    Attempt(
        generation_id=failed.generation,
        number=failed.number,
        began_at=failed.began_at,
        ended_at=now,
        waited=failed.wait,
        **columns,
    ).save(force_insert=True)
    return True


def begin_attempt(pk: UUID, number: int, worker: str) -> bool:
    """Note that a run is sent again now; False if it is no longer ``worker``'s."""
    mine = Generation.objects.filter(pk=pk, status=Status.RUNNING, lease_owner=worker)
    return bool(mine.update(attempt=number, retry_at=None))


def place(ahead: Mapping[UUID, int]) -> list[Generation]:
    """Note of rows that wait how many are ahead of them; return those that still wait."""
    rows = list(
        Generation.objects.filter(pk__in=ahead, status=Status.QUEUED).only("pk", "owner_id")
    )
    for row in rows:
        row.ahead = ahead[row.pk]
    Generation.objects.bulk_update(rows, ["ahead"])
    return rows


def renew(worker: str, running: Iterable[UUID]) -> list[UUID]:
    """Keep the leases of ``running``; return those that were asked to stop or lost."""
    mine = Generation.objects.filter(
        pk__in=list(running), lease_owner=worker, status=Status.RUNNING
    )
    mine.update(lease_until=timezone.now() + LEASE)
    kept = set(mine.filter(stop_requested=False).values_list("pk", flat=True))
    return [pk for pk in running if pk not in kept]


def write(choices: Mapping[UUID, Sequence[ChoiceText]], progress: Mapping[UUID, int]) -> None:
    """Bring the ledger up to what has arrived."""
    Choice.objects.bulk_create(
        [
            Choice(
                generation_id=pk,
                index=choice.index,
                text=choice.text,
                reasoning=choice.reasoning,
                finish_reason=choice.finish_reason,
            )
            for pk, parts in choices.items()
            for choice in parts
        ],
        update_conflicts=True,
        unique_fields=["generation", "index"],
        update_fields=["text", "reasoning", "finish_reason"],
    )
    for pk, percent in progress.items():
        Generation.objects.filter(pk=pk, status=Status.RUNNING).update(progress=percent)


def sketch(pk: UUID, choice: int, webp: bytes, size: tuple[int, int], worker: str) -> bool:
    """Keep how far a picture is painted; False if the run is no longer ``worker``'s."""
    if not Generation.objects.filter(pk=pk, status=Status.RUNNING, lease_owner=worker).exists():
        return False
    kept = Sketch.objects.filter(generation=pk, choice=choice)
    number = kept.values_list("number", flat=True).first() or 0
    width, height = size
    columns = {"number": number + 1, "webp": webp, "width": width, "height": height}
    Sketch.objects.update_or_create(columns, generation_id=pk, choice=choice)
    return True


@transaction.atomic(savepoint=False)
def settle(ends: Collection[Settlement], worker: str) -> set[UUID]:
    """Close runs that ``worker`` holds; return those that nobody else had closed before.

    What all of them add up to is counted once and, as in every process, in one order, errors
    before costs: so two that settle runs of the same people never wait for each other.
    """
    now = timezone.now()
    won = [end for end in sorted(ends, key=_error_group) if _end(end, worker, now)]
    pks = {end.generation for end in won}
    write({end.generation: end.choices for end in won}, {})
    for end in won:
        # One by one: a single statement with the bytes of a crowd would not fit into memory.
        packed = Transcript.packed(sent=end.sent, received=end.received)
        Transcript(generation_id=end.generation, **packed).save(force_insert=True)
    sketched = [end.generation for end in won if end.has_sketches]
    if sketched:
        Sketch.objects.filter(generation__in=sketched).delete()
    index.write(pks)
    close(pks)
    return pks


def _error_group(end: Settlement) -> str:
    return fingerprint(end.error) if end.error else ""


def _end(end: Settlement, worker: str, now: datetime) -> bool:
    usage, error = end.usage, end.error
    reasons = [choice.finish_reason for choice in end.choices if choice.finish_reason]
    won = Generation.objects.filter(
        pk=end.generation, status=Status.RUNNING, lease_owner=worker
    ).update(
        status=end.status,
        retry_at=None,
        lease_owner="",
        lease_until=None,
        progress=None,
        response=end.response,
        text=joined([choice.text for choice in end.choices]),
        reasoning=joined([choice.reasoning for choice in end.choices]),
        finish_reason=reasons[0][:40] if reasons else "",
        damaged=end.damaged,
        prompt_tokens=usage.prompt_tokens if usage else None,
        completion_tokens=usage.completion_tokens if usage else None,
        total_tokens=usage.total_tokens if usage else None,
        cached_tokens=usage.cached_tokens if usage else None,
        first_byte_at=end.first_byte_at,
        last_byte_at=end.last_byte_at,
        saved_at=now,
        changed_at=now,
        # A gateway that is left in the middle of its work may still charge for it.
        **(_error_columns(error) or {"maybe_charged": end.was_cut_off}),
    )
    if won and error:
        group = ErrorGroup.objects.count_in(error)
        Generation.objects.filter(pk=end.generation).update(error_group=group)
    return bool(won)


@transaction.atomic(savepoint=False)
def interrupt(*, expired_only: bool, worker: str = "") -> list[Generation]:
    """Mark runs that nobody holds any more; what came of them is kept. Return them.

    With ``expired_only`` false every running row counts, or every one of ``worker``: right when
    no other process can hold one. A row is never sent again by itself, since it may have been
    charged.
    """
    now = timezone.now()
    rows = Generation.objects.filter(status=Status.RUNNING)
    if worker:
        rows = rows.filter(lease_owner=worker)
    if expired_only:
        rows = rows.filter(lease_until__lt=now)
    ended = []
    for row in rows.only("pk", "owner_id").prefetch_related("choices"):
        parts = list(row.choices.all())
        won = rows.filter(pk=row.pk).update(
            status=Status.INTERRUPTED,
            text=joined([choice.text for choice in parts]),
            reasoning=joined([choice.reasoning for choice in parts]),
            # Between two attempts nothing is under way, and what failed before cost nothing.
            maybe_charged=ExpressionWrapper(Q(retry_at=None), BooleanField()),
            retry_at=None,
            lease_owner="",
            lease_until=None,
            saved_at=now,
            changed_at=now,
        )
        if won:
            ended.append(row)
    Sketch.objects.filter(generation__in=[row.pk for row in ended]).delete()
    close([row.pk for row in ended])
    index.write([row.pk for row in ended])
    return ended


@transaction.atomic
def interrupt_waiting() -> int:
    """End every queued row, so that it is not sent; return how many there were.

    For a ledger that was copied from another studio, which may have sent them since.
    """
    now = timezone.now()
    waiting = Generation.objects.filter(status=Status.QUEUED)
    pks = list(waiting.values_list("pk", flat=True))
    waiting.update(status=Status.INTERRUPTED, maybe_charged=True, saved_at=now, changed_at=now)
    for some in batched(pks, AT_ONCE):
        close(some)
    return len(pks)


def _error_columns(error: GatewayError | None) -> dict[str, Any]:
    if error is None:
        return {}
    return {
        "error_kind": error.kind.value,
        "error_code": error.code[:100],
        "error_status": error.status,
        "error_message": error.message,
        "error_request_id": error.request_id[:200],
        "error_body": error.body,
        "maybe_charged": error.maybe_charged,
    }
