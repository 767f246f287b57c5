"""How generations come into the ledger: committed before a byte of them leaves, and each once."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.db import IntegrityError, transaction

from modelless_web.gateway.families import family_of
from modelless_web.gateway.parameters import Chat, Images
from modelless_web.records.models import Budget, Generation, Model, PriceRule, Reference, User
from modelless_web.records.money.budgets import OverBudgetError, refusal
from modelless_web.records.money.estimate import set_aside
from modelless_web.records.search import index


@dataclass(frozen=True, slots=True)
class Submission:
    """A generation that is to be queued, and for whom."""

    row: Generation
    owner: User


type Entered = tuple[Generation, bool] | OverBudgetError
"""The row of a submission and whether it is new, or why no budget has room for it."""


def new(
    *,
    owner: User,
    model: Model,
    parameters: Chat | Images,
    asked: dict[str, Any],
    submission: str,
    parent: Generation | None = None,
) -> Submission:
    """What a form asks for; ``submission`` is its one-time id."""
    row = Generation(
        owner=owner,
        gateway=model.gateway,
        model=model.name,
        model_kind=model.kind,
        parent=parent,
        descent=Generation.Descent.REFINED if parent else Generation.Descent.NONE,
        submission=submission,
        prompt=parameters.prompt,
        asked=asked,
        request=parameters.body(),
    )
    return Submission(row, owner)


def again(source: Generation, submission: str) -> Submission:
    """The very request of ``source`` once more."""
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
    return Submission(row, source.owner)


@transaction.atomic(savepoint=False)
def enter(submissions: Sequence[Submission]) -> list[Entered]:
    """Commit these in their order, with what each may cost set aside by that.

    A submission that was taken already has its first row, unless it now asks for something else:
    then the browser kept an old form, and the person means a new run.
    """
    runs = [(one.row.gateway_id, one.row.model, one.row.queued_at) for one in submissions]
    for one, rule in zip(submissions, PriceRule.objects.for_runs(runs), strict=True):
        set_aside(one.row, one.owner, rule)
    # Where money is refused, what one has set aside counts for the next.
    if not Budget.objects.refusing().exists() and _insert_new([one.row for one in submissions]):
        return [(one.row, True) for one in submissions]
    return [_enter(one) for one in submissions]


def _insert_new(rows: Sequence[Generation]) -> bool:
    """Commit rows that are all new; False if one of them is not, and then none is committed."""
    try:
        _insert(rows)
    except IntegrityError:
        return False
    return True


def _enter(one: Submission) -> Entered:
    row = one.row
    reason = refusal(row, one.owner)
    first = _first(row) if reason else _insert_once(row)
    if first and (first.request != row.request or first.parent_id != row.parent_id):
        # Made of both, so that this, too, is one row however often it is sent.
        wish = json.dumps([row.submission, row.request, str(row.parent_id)], sort_keys=True)
        row.submission = sha256(wish.encode()).hexdigest()
        first = _first(row) if reason else _insert_once(row)
    if first:
        return first, False
    return OverBudgetError(reason) if reason else (row, True)


def _insert_once(row: Generation) -> Generation | None:
    """Commit a new row; return the one that has its submission already, if there is one."""
    try:
        _insert([row])
    except IntegrityError:
        first = _first(row)
        if first is None:
            raise
        return first
    return None


def _first(row: Generation) -> Generation | None:
    return Generation.objects.filter(owner_id=row.owner_id, submission=row.submission).first()


@transaction.atomic
def _insert(rows: Sequence[Generation]) -> None:
    """Commit new rows with the words by which they are found and the pictures that go along."""
    Generation.objects.bulk_create(rows)
    index.write([row.pk for row in rows])
    for row in rows:
        names = family_of(row.model_kind).attached(row.request).names
        if names:
            given = Reference.objects.filter(owner_id=row.owner_id).named(names)
            row.references.set(given)
            given.update(used_at=row.queued_at)
