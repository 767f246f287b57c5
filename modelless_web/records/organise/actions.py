"""Changes of whole selections: begun at once, carried out in steps, undone in steps.

The action's row says how far it is, so that a process that dies loses nothing and another goes
on. Every step is one transaction.
"""

from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from modelless_web.records.models import Action, Former, User
from modelless_web.records.organise.changes import apply, checked, revert
from modelless_web.records.organise.selection import Selection

AT_ONCE: Final = 500
"""Generations in one step."""
KEPT: Final = timedelta(days=7)
"""For so long an action can be undone."""


@transaction.atomic
def begin(selection: Selection, verb: str, value: str = "") -> Action:
    """Begin to change a selection; a small one is changed when it returns.

    Raises UnknownChangeError with a sentence.
    """
    action = Action(
        owner=selection.owner,
        verb=verb,
        value=checked(selection.owner, verb, value),
        query="" if selection.picked is not None else selection.query,
        picked=None if selection.picked is None else [str(pk) for pk in selection.picked],
    )
    rows = selection.rows().order_by("-id")
    action.total = rows.count()
    newest = rows.values_list("pk", flat=True).first()
    action.newest = newest
    action.save(force_insert=True)
    if action.total <= AT_ONCE:
        _advance(action)
    return action


def undo(owner: User, pk: UUID) -> Action | None:
    """Begin to take an action back; None if there is none of that person to be taken back."""
    undoable = Action.objects.visible_to(owner).filter(pk=pk, state=Action.State.DONE)
    with transaction.atomic():
        if not undoable.exclude(verb=Action.Verb.PURGE).update(
            state=Action.State.UNDOING, done=0, total=F("changed")
        ):
            return None
        action = Action.objects.get(pk=pk)
        if action.changed <= AT_ONCE:
            _take_back(action)
        return action


@transaction.atomic
def step() -> Action | None:
    """Carry out a piece of the action that has waited longest; None when there is none."""
    waiting = Action.objects.filter(state__in=Action.OPEN).order_by("stepped_at")
    action = waiting.select_for_update(skip_locked=True).first()
    if action is None:
        return None
    if action.state == Action.State.UNDOING:
        _take_back(action)
    else:
        _advance(action)
    return action


def finish(owner: User) -> None:
    """Carry out to the end what is under way for a person, however long it takes."""
    under_way = Action.objects.visible_to(owner).filter(state=Action.State.RUNNING)
    for action in under_way.select_for_update():
        while action.is_open:
            _advance(action)


def forget() -> None:
    """Drop actions that can no longer be undone."""
    ended = Action.objects.exclude(state__in=Action.OPEN)
    ended.filter(made_at__lt=timezone.now() - KEPT).delete()


def _advance(action: Action) -> None:
    rows = Selection.of(action).rows().order_by("-id")
    if action.position:
        rows = rows.filter(pk__lt=action.position)
    elif action.newest:
        rows = rows.filter(pk__lte=action.newest)
    pks = list(rows.values_list("pk", flat=True)[:AT_ONCE])
    changed, formers = apply(action, pks)
    Former.objects.bulk_create(formers)
    action.done += len(pks)
    action.changed += changed
    if pks:
        action.position = pks[-1]
    if len(pks) < AT_ONCE:
        action.state = Action.State.DONE
    _save(action)


def _take_back(action: Action) -> None:
    formers = list(action.formers.order_by("pk")[:AT_ONCE])
    revert(action, formers)
    action.formers.filter(pk__in=[former.pk for former in formers]).delete()
    action.done += len(formers)
    if len(formers) < AT_ONCE:
        action.state = Action.State.UNDONE
    _save(action)


def _save(action: Action) -> None:
    action.stepped_at = timezone.now()
    action.save(update_fields=["done", "changed", "position", "state", "stepped_at"])
