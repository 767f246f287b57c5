"""What the history could be narrowed by, with counts, and the months to jump to."""

from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from modelless_web.records.language.query import Query
from modelless_web.records.models import Status
from modelless_web.records.search.facets import Facet, months
from modelless_web.records.search.facets import facets as facets_of
from modelless_web.studio.requests import StudioRequest
from modelless_web.studio.views.history import read_query

TITLES: Final = {"status": "Status", "model": "Model", "kind": "Kind", "tag": "Tag", "is": "Marks"}


@require_safe
def facets(request: StudioRequest) -> HttpResponse:
    """What the query could be narrowed by, with counts; as a page of its own where no script is."""
    query = read_query(request)
    found = facets_of(request.user, query)
    groups = [
        {
            "title": title,
            "choices": [_choice(request, query, one) for one in found.by_operator[name]],
        }
        for name, title in TITLES.items()
    ]
    by_month = [
        {"month": month, "url": _url_at(request, query, month.first)}
        for month in months(request.user, query, found)
    ]
    here = reverse("history") + _words(request, query)
    context = {
        "groups": [group for group in groups if group["choices"]],
        "found": found,
        "months": by_month,
        "query": query,
        "here": here,
    }
    return render(request, "studio/facets.html" + ("#facets" if request.htmx else ""), context)


def _choice(request: StudioRequest, query: Query, facet: Facet) -> dict[str, Any]:
    """A facet as a link that narrows by it or, where it is asked for already, does so no longer."""
    is_on = facet.term in query.terms
    then = query.without(facet.term) if is_on else query.with_term(facet.term.text)
    label = facet.label
    if facet.term.operator == "status":
        label = Status(label).label
    url = f"{reverse('history')}{_words(request, then)}"
    return {"label": label, "count": facet.count, "url": url, "is_on": is_on}


def _url_at(request: HttpRequest, query: Query, month: date) -> str:
    """The history from the last day of a month on."""
    following = (month.replace(day=28) + timedelta(days=4)).replace(day=1)
    last = following - timedelta(days=1)
    return f"{reverse('history')}{_words(request, query, at=f'{last:%Y-%m-%d}')}"


def _words(request: HttpRequest, query: Query, at: str = "") -> str:
    """The address's words with another query, and the date to begin at."""
    kept = {name: request.GET.get(name, "") for name in ("view", "stacks")}
    words = {"q": query.text} | kept | {"at": at}
    return "?" + urlencode({name: value for name, value in words.items() if value})
