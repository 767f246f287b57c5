"""What the history could be narrowed by, with counts, and the months to jump to."""

from datetime import date, timedelta
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from modelless_web.records.organise.facets import facets_of, months_of
from modelless_web.records.search.query import Query
from modelless_web.studio.requests import StudioRequest
from modelless_web.studio.views.history import read_query


@require_safe
def facets(request: StudioRequest) -> HttpResponse:
    """What the query could be narrowed by, with counts; as a page of its own where no script is."""
    query = read_query(request)
    groups = [
        {
            "title": facet.title,
            "choices": [
                {"choice": choice, "url": f"{reverse('history')}{_words(request, choice.query)}"}
                for choice in facet.choices
            ],
        }
        for facet in facets_of(request.user, query)
    ]
    months = [
        {"month": month, "count": count, "url": _url_at(request, query, month)}
        for month, count in months_of(request.user, query)
    ]
    here = reverse("history") + _words(request, query)
    context = {"groups": groups, "months": months, "query": query, "here": here}
    return render(request, "studio/facets.html" + ("#facets" if request.htmx else ""), context)


def _url_at(request: HttpRequest, query: Query, month: date) -> str:
    """The history from the last day of a month on."""
    following = (month.replace(day=28) + timedelta(days=4)).replace(day=1)
    last = following - timedelta(days=1)
    return f"{reverse('history')}{_words(request, query)}&at={last:%Y-%m-%d}"


def _words(request: HttpRequest, query: Query) -> str:
    """The address's words with another query."""
    words = {"q": query.text, "view": request.GET.get("view", "")}
    return "?" + urlencode({name: value for name, value in words.items() if value})
