"""History: everything a person has made, newest first."""

from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.db.models import FETCH_RAISE
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from modelless_web.records.models import Generation
from modelless_web.studio.forms.history import HistoryFilter
from modelless_web.studio.requests import StudioRequest, read_uuid

PAGE = 48
EXAMPLES = (
    "A lighthouse on a rocky coast at golden hour, long shadows, calm sea",
    "A neon city street at night in the rain, reflections, cinematic",
    "A misty mountain forest at dawn, pastel colours, 1536x1024",
)


@require_safe
def history(request: StudioRequest) -> HttpResponse:
    """One page of the history, as a grid or a list, narrowed by the filters in the address."""
    filters = HistoryFilter(request.GET, person=request.user)
    mine = Generation.objects.visible_to(request.user)
    rows = mine.matching(**filters.values).with_answers()  # type: ignore[arg-type]
    before = read_uuid(request.GET.get("before", ""))
    if before:
        rows = rows.filter(pk__lt=before)
    page = list(rows.fetch_mode(FETCH_RAISE)[: PAGE + 1])
    generations = page[:PAGE]
    context = {
        "generations": generations,
        "days": _days(generations),
        "next_url": _url(request, before=str(generations[-1].pk)) if len(page) > PAGE else "",
        "view": "list" if request.GET.get("view") == "list" else "grid",
        "grid_url": _url(request, view="", before=""),
        "list_url": _url(request, view="list", before=""),
        "filters": filters,
        "chips": [
            {"label": label, "remove_url": _url(request, before="", **{name: ""})}
            for name, label in filters.chips
        ],
        "undo": _undo(request),
        "is_empty": not generations and not mine.exists(),
        "examples": [
            {"prompt": prompt, "url": f"{reverse('create')}?{urlencode({'prompt': prompt})}"}
            for prompt in EXAMPLES
        ],
    }
    is_fragment = request.htmx and before and not request.htmx.history_restore_request
    return render(request, "studio/history.html" + ("#rows" if is_fragment else ""), context)


def _days(rows: list[Generation]) -> list[dict[str, Any]]:
    by_day = groupby(rows, key=lambda row: row.queued_at.date())
    return [{"date": day, "generations": list(group)} for day, group in by_day]


def _url(request: HttpRequest, **changes: str) -> str:
    """This page's address with some of its words changed or, where empty, left out."""
    words = {k: v for k, v in request.GET.items() if k != "undo"} | changes
    query = urlencode({name: value for name, value in words.items() if value})
    return f"{request.path}?{query}" if query else request.path


def _undo(request: StudioRequest) -> Generation | None:
    pk = read_uuid(request.GET.get("undo", ""))
    if pk is None:
        return None
    return Generation.objects.filter(owner=request.user, pk=pk).exclude(deleted_at=None).first()
