"""What is done to a whole selection: the question before, the progress, the way back."""

from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from modelless_web.engine import tasks
from modelless_web.records.ids import read_uuid
from modelless_web.records.models import Action
from modelless_web.records.organise.changes import UnknownChangeError
from modelless_web.records.organise.selection import Selection
from modelless_web.studio.requests import StudioRequest, lead
from modelless_web.studio.views.marks import came_from, read_change

SEE_OTHER: Final = 303
UNPROCESSABLE: Final = 422
MOST_PICKED: Final = 1_000
Verb = Action.Verb
# What a cell shows, and what takes it away.
SIGNS: Final = (Verb.STAR, Verb.UNSTAR, Verb.RATE, Verb.REJECT, Verb.ACCEPT)
LEAVING: Final = (Verb.TRASH, Verb.RESTORE, Verb.PURGE)
MOST_SHOWN: Final = 200
NOTHING_PICKED: Final = "Tick something first, or choose everything that matches."


@require_POST
def act(request: StudioRequest) -> HttpResponse:
    """Change a selection; one that was not picked by hand is counted and asked about first."""
    selection = read_selection(request)
    verb, value = read_change(request)
    back = came_from(request, reverse("history"))
    if selection.picked == ():
        return _asked(request, {"problem": NOTHING_PICKED, "back": back}, UNPROCESSABLE)
    is_sure = selection.picked is not None and verb != Action.Verb.PURGE
    try:
        if not (is_sure or "sure" in request.POST):
            question = _question(selection, verb, value)
            return _asked(request, question | {"back": back})
        action = tasks.change(selection, verb, value)
    except UnknownChangeError as error:
        return _asked(request, {"problem": str(error), "back": back}, UNPROCESSABLE)
    if request.htmx and selection.picked is not None:
        return render(request, "components/action.html", _shown(action, back, selection))
    return HttpResponseRedirect(_told(back, action), status=SEE_OTHER)


@require_safe
def progress(request: StudioRequest, pk: UUID) -> HttpResponse:
    """How far a change of a selection is; a page that has waited for the end is shown anew."""
    action, back = _own_action(request, pk), came_from(request, reverse("history"))
    if request.htmx and not action.is_open:
        return lead(request, _told(back, action))
    context = {"action": action, "back": back}
    template = "components/action.html" if request.htmx else "studio/action.html"
    return render(request, template, context)


@require_POST
def undo(request: StudioRequest, pk: UUID) -> HttpResponse:
    """Take a change back to the exact state before."""
    _own_action(request, pk)
    tasks.undo(request.user, pk)
    action = _own_action(request, pk)
    back = came_from(request, reverse("history"))
    if request.htmx and action.verb in SIGNS:
        selection = Selection.of(action)
        return render(request, "components/action.html", _shown(action, back, selection))
    return lead(request, _told(back, action))


def read_selection(request: StudioRequest) -> Selection:
    """What is meant: the ticked ones, or with ``all`` everything that matches ``q``."""
    in_trash = request.POST.get("place") == "trash"
    query = request.POST.get("q", "")
    if "all" in request.POST:
        return Selection(request.user, query=query, in_trash=in_trash)
    # The box of a stack has the ids of all that is in it.
    words = " ".join(request.POST.getlist("of")).split()
    found = (read_uuid(text) for text in words[:MOST_PICKED])
    picked = tuple(dict.fromkeys(pk for pk in found if pk))
    return Selection(request.user, query=query, picked=picked, in_trash=in_trash)


def last_action(request: StudioRequest) -> Action | None:
    """The change that the address says was just made."""
    pk = read_uuid(request.GET.get("did", ""))
    return Action.objects.visible_to(request.user).filter(pk=pk).first() if pk else None


def _question(selection: Selection, verb: str, value: str) -> dict[str, Any]:
    if verb not in Action.Verb.values:
        raise UnknownChangeError("There is nothing of that name to be done.")
    return {
        "counts": selection.counts(),
        "verb": verb,
        "value": value,
        "label": Action.Verb(verb).label,
        "selection": selection,
        "is_final": verb == Action.Verb.PURGE,
    }


def _asked(request: StudioRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    template = "studio/action.html" + ("#question" if request.htmx else "")
    return render(request, template, context, status=status)


def _shown(action: Action, back: str, selection: Selection) -> dict[str, Any]:
    """An action's toast, and what becomes of the cells of those that were picked."""
    shown: dict[str, Any] = {"action": action, "back": back}
    if selection.picked is None:
        return shown
    if action.verb in SIGNS:
        return shown | {"marked": selection.rows()[:MOST_SHOWN]}
    if action.verb in LEAVING:
        return shown | {"removed": selection.picked}
    return shown


def _own_action(request: StudioRequest, pk: UUID) -> Action:
    action = Action.objects.visible_to(request.user).filter(pk=pk).first()
    if action is None:
        raise Http404
    return action


def _told(address: str, action: Action) -> str:
    return f"{address}{'&' if '?' in address else '?'}did={action.pk}"
