"""The marks of one generation: its star, rating, tags and boards."""

from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from modelless_web.engine import tasks
from modelless_web.records.models import Action, Board
from modelless_web.records.organise.changes import UnknownChangeError
from modelless_web.records.organise.selection import Selection
from modelless_web.studio.requests import StudioRequest, own_generation

SEE_OTHER: Final = 303
# The field that holds a verb's value, where its button can't.
FIELDS: Final[dict[str, str]] = {
    Action.Verb.RATE: "rating",
    Action.Verb.TAG: "tag",
    Action.Verb.UNTAG: "tag",
    Action.Verb.PLACE: "board",
    Action.Verb.REMOVE: "board",
}


@require_POST
def mark(request: StudioRequest, pk: UUID) -> HttpResponse:
    """Change one generation; its marks come back, or the page that it was done on."""
    row = own_generation(request, pk)
    verb, value = read_change(request)
    problem = ""
    try:
        tasks.change(Selection(request.user, picked=(row.pk,)), verb, value)
    except UnknownChangeError as error:
        problem = str(error)
    if request.htmx:
        context = marks_of(request, own_generation(request, pk)) | {"problem": problem}
        return render(request, "components/marks.html#answer", context)
    return HttpResponseRedirect(came_from(request, row.get_absolute_url()), status=SEE_OTHER)


def read_change(request: StudioRequest) -> tuple[str, str]:
    """The verb and its value, from the pressed button or from the field beside it."""
    verb, _, value = request.POST.get("change", "").partition(":")
    return verb, value or request.POST.get(FIELDS.get(verb, ""), "")


def marks_of(request: StudioRequest, row: Any) -> dict[str, Any]:
    """What the marks of a generation show: its own, and what could be put on it."""
    return {
        "generation": row,
        "tags": list(row.tags.all()),
        "boards": list(row.boards.all()),
        "other_boards": Board.objects.visible_to(request.user)
        .filter(query="")
        .exclude(generations=row),
    }


def came_from(request: StudioRequest, otherwise: str) -> str:
    """Where the form says that it came from, if that is here."""
    place = request.POST.get("next", "") or request.GET.get("next", "")
    here = url_has_allowed_host_and_scheme(place, allowed_hosts=None)
    return place if place.startswith("/") and here else otherwise
