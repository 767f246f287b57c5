"""History: everything a person has made, newest first, found by one query language."""

from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any, Final, cast
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import FETCH_RAISE
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from modelless_web.records.ids import first_at, read_uuid
from modelless_web.records.language.completion import complete, tags_like
from modelless_web.records.language.query import OPERATORS, Query, parse
from modelless_web.records.models import Board, Generation
from modelless_web.records.models.generations import GenerationQuerySet
from modelless_web.records.search.find import find
from modelless_web.records.stacks import Stack, stacked
from modelless_web.studio.requests import StudioRequest
from modelless_web.studio.views.action import last_action

PAGE: Final = 48
LONGEST_QUERY: Final = 1_000
# Words of the address that a link to another page of the same history leaves out.
PASSING: Final = frozenset({"undo", "did", "before", "at"})
EXAMPLES: Final = (
    "A lighthouse on a rocky coast at golden hour, long shadows, calm sea",
    "A neon city street at night in the rain, reflections, cinematic",
    "A misty mountain forest at dawn, pastel colours, 1536x1024",
)


@require_safe
def history(request: StudioRequest) -> HttpResponse:
    """One page of the history, as a grid or a list, narrowed by the query in the address."""
    query = read_query(request)
    is_ranked = request.GET.get("sort") == "best" and query.has_words
    is_stacked = request.GET.get("stacks") != "off"
    before = None if is_ranked else _before(request)
    found = find(request.user, query, before=before, ranked=is_ranked)
    rows = cast(GenerationQuerySet, found).with_answers().fetch_mode(FETCH_RAISE)
    page = list(rows[: PAGE + 1])
    generations = page[:PAGE]
    has_more = len(page) > PAGE and not is_ranked
    mine = Generation.objects.visible_to(request.user)
    context = {
        "generations": generations,
        "days": _days(generations, is_ranked, is_stacked=is_stacked),
        "is_stacked": is_stacked,
        "stacks_url": _url(request, stacks="off" if is_stacked else ""),
        "facets_url": reverse("facets") + _url(request).removeprefix(request.path),
        "cull_url": f"{reverse('cull')}?{urlencode({'q': query.text})}",
        "next_url": _url(request, before=str(generations[-1].pk)) if has_more else "",
        "newest_url": _url(request) if before else "",
        "view": "list" if request.GET.get("view") == "list" else "grid",
        "grid_url": _url(request, view=""),
        "list_url": _url(request, view="list"),
        "query": query,
        "is_ranked": is_ranked,
        "sort_url": _url(request, sort="" if is_ranked else "best"),
        "chips": chips(request, query),
        "here": _url(request),
        "undo": _undo(request),
        "action": last_action(request),
        "boards": [board for board in Board.objects.visible_to(request.user) if not board.is_smart],
        "operators": [one for one in OPERATORS.values() if not one.for_staff],
        "is_empty": not generations and not mine.exists(),
        "examples": [
            {"prompt": prompt, "url": f"{reverse('create')}?{urlencode({'prompt': prompt})}"}
            for prompt in EXAMPLES
        ],
    }
    is_fragment = request.htmx and before and not request.htmx.history_restore_request
    return render(request, "studio/history.html" + ("#rows" if is_fragment else ""), context)


@require_safe
def completions(request: StudioRequest) -> HttpResponse:
    """What the last word of a query may become or, with ``tag``, that tag: options of a list."""
    if "tag" in request.GET:
        names = tags_like(request.user, request.GET["tag"])
        return _options(request, [{"text": name, "help": ""} for name in names])
    text = request.GET.get("q", "")[:LONGEST_QUERY]
    found = [
        {"text": text[: one.start] + one.text + text[one.end :], "help": one.help or one.text}
        for one in complete(request.user, text, len(text))
    ]
    return _options(request, found)


def _options(request: StudioRequest, found: list[dict[str, str]]) -> HttpResponse:
    return render(request, "components/completions.html", {"completions": found})


def read_query(request: StudioRequest) -> Query:
    """The query in the address."""
    return parse(request.GET.get("q", "")[:LONGEST_QUERY])


def chips(request: StudioRequest, query: Query) -> list[dict[str, str]]:
    """Each term of the query as a person reads it, and the address without it."""
    return [
        {"label": term.label, "remove_url": _url(request, q=query.without(term).text)}
        for term in query.terms
    ]


def _days(rows: list[Generation], is_ranked: bool, *, is_stacked: bool) -> list[dict[str, Any]]:
    collapse = stacked if is_stacked else _apart
    by_day = groupby(rows, key=lambda row: None if is_ranked else row.day)
    found = [(day, list(group)) for day, group in by_day]
    return [{"date": day, "generations": of, "stacks": collapse(of)} for day, of in found]


def _apart(rows: list[Generation]) -> list[Stack]:
    return [Stack([row], is_open=True) for row in rows]


def _before(request: StudioRequest) -> UUID | None:
    """The row that the page begins after, or the first that a date's end leaves out."""
    pk = read_uuid(request.GET.get("before", ""))
    if pk:
        return pk
    try:
        day = date.fromisoformat(request.GET.get("at", ""))
        return first_at(datetime.combine(day + timedelta(days=1), time(), request.user.zone))
    except (ValueError, OverflowError):
        return None


def _url(request: HttpRequest, **changes: str) -> str:
    """This page's address with some of its words changed or, where empty, left out."""
    words = {k: v for k, v in request.GET.items() if k not in PASSING} | changes
    query = urlencode({name: value for name, value in words.items() if value})
    return f"{request.path}?{query}" if query else request.path


def _undo(request: StudioRequest) -> Generation | None:
    pk = read_uuid(request.GET.get("undo", ""))
    if pk is None:
        return None
    return Generation.objects.filter(owner=request.user, pk=pk, deleted_at__isnull=False).first()
