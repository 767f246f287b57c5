"""Export: what a query finds, or what was picked, as a ZIP, a table or JSON Lines."""

import re
from typing import Final

from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.views.decorators.http import require_http_methods

from modelless_web.records.export.archive import counted
from modelless_web.records.ids import read_uuid
from modelless_web.records.organise.selection import Counts, Selection
from modelless_web.studio.download import FORMS, download
from modelless_web.studio.requests import StudioRequest
from modelless_web.studio.views.history import LONGEST_QUERY

MOST_PICKED: Final = 10_000


@require_http_methods(["GET", "HEAD", "POST"])
def export(request: StudioRequest) -> HttpResponseBase:
    """The download in the ``format`` that was asked for; without one, how much it would be."""
    said = request.POST or request.GET
    form = said.get("format", "")
    if form and request.method == "HEAD":
        # A file would be made for nobody.
        return HttpResponseNotAllowed(["GET", "POST"])
    selection = read_selection(request)
    if form in FORMS and selection.rows().exists():
        return download(selection.rows(), form)
    counts = selection.counts()
    context = {
        "is_empty": not counts.generations,
        "figures": figures(counts, selection.references()),
        "forms": FORMS,
        "selection": selection,
    }
    template = "studio/export.html" + ("#figures" if request.htmx else "")
    response = render(request, template, context, status=404 if form else 200)
    # The same address is a page and a fragment; a cache must not mix them up.
    response["Vary"] = "HX-Request"
    return response


def read_selection(request: StudioRequest) -> Selection:
    """What is meant: the picked ones, by ids in ``of``, or everything that matches ``q``.

    Many ids may stand in one field: a form has room for a thousand fields only. Raises BadRequest
    for more than 10,000, and Http404 unless all of them can be seen.
    """
    said = request.POST or request.GET
    query = said.get("q", "")[:LONGEST_QUERY]
    if "all" in said or (request.method != "POST" and "of" not in said):
        return Selection(request.user, query=query)
    words = re.findall(r"[^\s,]+", " ".join(said.getlist("of")))
    found = {read_uuid(word) for word in words}
    picked = tuple(pk for pk in found if pk)
    if len(found) > MOST_PICKED:
        raise BadRequest
    selection = Selection(request.user, query=query, picked=picked)
    if selection.rows().count() != len(found):
        raise Http404
    return selection


def figures(counts: Counts, along: Counts) -> str:
    """How much it would be, in words; what went along is named where there is some."""
    words = [counted(counts.generations, "generation"), counted(counts.pictures, "picture")]
    if along.pictures:
        words.append(counted(along.pictures, "reference picture"))
    return ", ".join((*words, filesizeformat(counts.size + along.size)))
