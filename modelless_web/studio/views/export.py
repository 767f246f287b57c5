"""Export: what a filter finds, or what was selected, as a ZIP, a table or JSON Lines."""

import re
from typing import Final

from django.core.exceptions import BadRequest
from django.db.models import QuerySet
from django.http import Http404, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.views.decorators.http import require_http_methods

from modelless_web.records.export.rows import totals
from modelless_web.records.models import Generation, User
from modelless_web.studio.download import FORMS, download
from modelless_web.studio.forms.history import HistoryFilter
from modelless_web.studio.requests import StudioRequest, read_uuid

MOST_SELECTED: Final = 10_000


@require_http_methods(["GET", "POST"])
def export(request: StudioRequest) -> HttpResponseBase:
    """The download in the ``form`` that was asked for; without one, what it would be.

    ``of`` holds ids, each in a field of its own or many in one; without any, the fields of the
    history's filter count.
    """
    said = request.POST if request.method == "POST" else request.GET
    rows = _selected(request.user, said) if "of" in said else _found(request.user, said)
    form = said.get("form", "")
    if form in FORMS and rows.exists():
        return download(rows, form)
    sums = totals(rows)
    context = {
        "is_empty": not sums.generations,
        "figures": f"{_count(sums.generations, 'generation')},"
        f" {_count(sums.pictures, 'picture')}, {filesizeformat(sums.size)}",
        "forms": FORMS,
        "fields": [
            (name, value)
            for name, values in said.lists()
            for value in values
            if name not in {"form", "csrfmiddlewaretoken"}
        ],
    }
    template = "studio/export.html" + ("#figures" if request.htmx else "")
    return render(request, template, context, status=404 if form else 200)


def _found(person: User, said: QueryDict) -> QuerySet[Generation]:
    values = HistoryFilter(said, person=person).values
    return Generation.objects.visible_to(person).matching(**values)  # type: ignore[arg-type]


def _selected(person: User, said: QueryDict) -> QuerySet[Generation]:
    """Those that were named. Raises BadRequest for too many, Http404 unless all can be seen."""
    pks = {read_uuid(word) for text in said.getlist("of") for word in re.findall(r"[^\s,]+", text)}
    if len(pks) > MOST_SELECTED:
        raise BadRequest
    rows = Generation.objects.visible_to(person).filter(pk__in=[pk for pk in pks if pk])
    if rows.count() != len(pks):
        raise Http404
    return rows


def _count(number: int, of: str) -> str:
    return f"{number:,} {of}{'' if number == 1 else 's'}"
