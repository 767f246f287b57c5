"""Every change of a generation's state, as short transactions. Final states absorb.

Sync, on purpose: the recorder calls these in batches from its own thread, views call ``queue``,
and ``stop`` from theirs. A change is a filtered update that must hit exactly one row,
so a late, lost or doubled call is harmless on every database.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import batched
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import BooleanField, ExpressionWrapper, Q
from django.utils import timezone

from modelless_web.engine.outcome import ChoiceText, FailedAttempt, Settlement
from modelless_web.gateway.errors import GatewayError
from modelless_web.gateway.families import family_of
from modelless_web.gateway.parameters import Chat, Images
from modelless_web.records.models import (
    Attempt,
    Choice,
    ErrorGroup,
    Generation,
    Model,
    Reference,
    Sketch,
    Status,
    Transcript,
    User,
)
from modelless_web.records.models.generations import joined
from modelless_web.records.models.troubles import fingerprint
from modelless_web.records.money.budgets import OverBudgetError, refusal
from modelless_web.records.money.closing import close
from modelless_web.records.money.estimate import set_aside
from modelless_web.records.search import index

LEASE = timedelta(seconds=30)
AT_ONCE = 200


def queue(
    *,
    owner: User,
    model: Model,
    parameters: Chat | Images,
    asked: dict[str, Any],
    submission: str,
    parent: Generation | None = None,
    descent: str = Generation.Descent.NONE,
) -> tuple[Generation, bool]:
    """Commit a generation before a byte of it leaves; return it and whether it is new.

    What it may cost is set aside by that. A submission that was taken already returns its first
    row, unless it now asks for something else: then the browser kept an old form, and the person
    means a new run. Raises OverBudgetError, and the transaction around it can go on.
    """
    row = Generation(
        owner=owner,
        gateway=model.gateway,
        model=model.name,
        model_kind=model.kind,
        parent=parent,
        descent=descent,
        submission=submission,
        prompt=parameters.prompt,
        asked=asked,
        request=parameters.body(),
    )
    return _enter(row, owner)


def repeat(source: Generation, submission: str) -> tuple[Generation, bool]:
    """Queue the very request of ``source`` once more. Raises OverBudgetError as ``queue`` does."""
    row = Generation(
        owner_id=source.owner_id,
        gateway_id=source.gateway_id,
        model=source.model,
        model_kind=source.model_kind,
        parent=source,
        descent=Generation.Descent.AGAIN,
        submission=submission,
        prompt=source.prompt,
        asked=source.asked,
        request=source.request,
    )
    return _enter(row, source.owner)


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
    if won:
        write({end.generation: end.choices}, {})
        Transcript(
            generation_id=end.generation,
            **Transcript.packed(sent=end.sent, received=end.received),
        ).save(force_insert=True)
        if end.has_sketches:
            Sketch.objects.filter(generation=end.generation).delete()
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


def _enter(row: Generation, owner: User) -> tuple[Generation, bool]:
    row_or_reason = _commit(row, owner)
    # Raised when the block is left: within, it would take along all that shares the transaction.
    if isinstance(row_or_reason, str):
        raise OverBudgetError(row_or_reason)
    return row_or_reason, row_or_reason is row


@transaction.atomic(savepoint=False)
def _commit(row: Generation, owner: User) -> Generation | str:
    """Commit a new row, or return the first of its submission, or why no budget has room."""
    set_aside(row, owner)
    reason = refusal(row, owner)
    first = _first(row) if reason else _insert_once(row)
    if first and (first.request != row.request or first.parent_id != row.parent_id):
        # Made of both, so that this, too, is one row however often it is sent.
        wish = json.dumps([row.submission, row.request, str(row.parent_id)], sort_keys=True)
        row.submission = sha256(wish.encode()).hexdigest()
        first = _first(row) if reason else _insert_once(row)
    return first or reason or row


def _insert_once(row: Generation) -> Generation | None:
    """Commit a new row; return the one that has its submission already, if there is one."""
    try:
        _insert(row)
    except IntegrityError:
        return _first(row)
    return None


def _first(row: Generation) -> Generation | None:
    return Generation.objects.filter(owner_id=row.owner_id, submission=row.submission).first()


@transaction.atomic
def _insert(row: Generation) -> None:
    """Commit a new row with the words by which it is found and the pictures that go along."""
    row.save(force_insert=True)
    index.write([row.pk])
    names = family_of(row.model_kind).attached(row.request).names
    if names:
        given = Reference.objects.filter(owner_id=row.owner_id).named(names)
        row.references.set(given)
        given.update(used_at=row.queued_at)


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
