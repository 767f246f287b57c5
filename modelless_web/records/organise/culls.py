"""Culling: the walk through a selection, each verdict as it falls, and the way back."""

from collections.abc import Iterable
from heapq import merge
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from modelless_web.records.ids import uuid7
from modelless_web.records.language.query import parse
from modelless_web.records.models import Action, Cull, Generation, User, Verdict
from modelless_web.records.organise import actions
from modelless_web.records.organise.selection import Selection
from modelless_web.records.search.find import find

MOST_LOOKED_AT: Final = 5_000
"""So many generations are looked at in one cull; then it ends, and the next can begin."""

Verb = Action.Verb
# Who praises a rejected one takes the rejection back; no marks at all is a verdict, too.
CHANGES: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "": (),
    "star": ((Verb.STAR, ""), (Verb.ACCEPT, "")),
    "reject": ((Verb.REJECT, ""),),
    "0": ((Verb.RATE, "0"), (Verb.UNSTAR, ""), (Verb.ACCEPT, "")),
    **{str(stars): ((Verb.RATE, str(stars)), (Verb.ACCEPT, "")) for stars in range(1, 6)},
}


class NotThereError(LookupError):
    """No such generation of that person."""


def planned(owner: User, pk: UUID | None, query: str) -> Cull:
    """The person's cull of that id, or one that is still to be begun.

    Another person's id is as good as none, so that nobody learns that it is taken.
    """
    taken = Cull.objects.filter(pk=pk).first() if pk else None
    if taken and taken.owner_id == owner.pk:
        return taken
    cull = Cull(pk=uuid7() if taken or not pk else pk, owner=owner, query=query, total=0)
    cull.total = _matching(cull).values("pk")[:MOST_LOOKED_AT].count()
    return cull


def ahead(cull: Cull, after: UUID | None, count: int) -> list[UUID]:
    """The next generations of the walk, also those looked at that match no longer.

    None once as many were looked at as one cull holds.
    """
    if cull.rows().count() >= MOST_LOOKED_AT:
        return []
    looked_at = cull.rows().filter(deleted_at=None).order_by("-pk")
    if after:
        looked_at = looked_at.filter(pk__lt=after)
    found = merge(_first(_matching(cull, after), count), _first(looked_at, count), reverse=True)
    return list(dict.fromkeys(found))[:count]


def before(cull: Cull, pk: UUID) -> UUID | None:
    """What was looked at just before a generation."""
    rows = cull.rows().filter(pk__gt=pk, deleted_at=None).order_by("pk")
    return rows.values_list("pk", flat=True).first()


def position(cull: Cull, pk: UUID) -> int:
    """Where a generation stands in the walk, from 1."""
    return cull.rows().filter(pk__gt=pk).count() + 1


def last(cull: Cull) -> Verdict | None:
    """The verdict that undo would take back."""
    return cull.verdicts.exclude(word="").order_by("-pk").first()


@transaction.atomic
def judge(cull: Cull, pk: UUID, key: UUID, word: str) -> None:
    """Keep a verdict of ``CHANGES`` on a generation; one with a key that is known counts once.

    Raises NotThereError, and KeyError for an unknown word.
    """
    row = Generation.objects.visible_to(cull.owner).filter(pk=pk).first()
    if row is None:
        raise NotThereError
    Cull.objects.bulk_create([cull], ignore_conflicts=True)
    looks = cull.verdicts.filter(generation=pk)
    if cull.verdicts.filter(key=key).exists() or (not word and looks.exists()):
        return
    selection = Selection(cull.owner, picked=(pk,))
    made = [actions.begin(selection, verb, value) for verb, value in CHANGES[word]]
    changed = [str(action.pk) for action in made if action.changed]
    Action.objects.filter(pk__in=[action.pk for action in made if not action.changed]).delete()
    Verdict.objects.create(cull=cull, generation=row, key=key, word=word, actions=changed)


@transaction.atomic
def take_back(cull: Cull, key: UUID) -> UUID | None:
    """Undo a verdict to the exact state before; return its generation, None if it is undone."""
    verdict = cull.verdicts.filter(key=key).first()
    if verdict is None:
        return None
    for pk in reversed(verdict.actions):
        actions.undo(cull.owner, UUID(pk))
    verdict.delete()
    return verdict.generation_id


def forget() -> None:
    """Drop culls whose verdicts can no longer be undone; what they marked stays marked."""
    Cull.objects.filter(begun_at__lt=timezone.now() - actions.KEPT).delete()


def _matching(cull: Cull, after: UUID | None = None) -> QuerySet[Generation]:
    """What matches behind a generation, in History's order, and was there at the beginning."""
    return find(cull.owner, parse(cull.query), before=after or cull.pk)


def _first(rows: QuerySet[Generation], count: int) -> Iterable[UUID]:
    return rows.values_list("pk", flat=True)[:count]
