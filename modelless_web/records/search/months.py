"""The months to jump to in what a query finds, with how much is in them."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, DateField, QuerySet, Value

from modelless_web.records.ids import first_at, moment_of
from modelless_web.records.language.query import Query
from modelless_web.records.models import Generation, User
from modelless_web.records.models.generations import midnight
from modelless_web.records.search.conditions import EARLIEST, LATEST
from modelless_web.records.search.facets import Facets
from modelless_web.records.search.find import find

MOST: Final = 240

type Month = tuple[date, int | None]
"""Its first day, and how much matches in it; None where that was not counted."""


def months(user: User, query: Query, found: Facets) -> list[Month]:
    """The months in which something matches, newest first; ``found`` are the query's facets.

    Without a query all of a history is counted, by its ids alone, in four queries. Of a query
    those hits are counted that its facets have counted, and any month before them may hold some;
    one query at most. Of a history that goes back further than twenty years, the newest twenty.
    """
    return _among(user, query, found) if query else _of_all(Generation.objects.visible_to(user))


def _among(user: User, query: Query, found: Facets) -> list[Month]:
    counts = Counter(day.replace(day=1) for day in found.days)
    counted: list[Month] = sorted(counts.items(), reverse=True)
    if not found.is_partial:
        return counted
    # Where the counting ended, in the middle of a month, it is not the whole month's.
    ended, _ = counted.pop()
    oldest = find(user, _dates(query)).values_list("day", flat=True).last()
    first = min(oldest.replace(day=1), ended) if oldest else ended
    return [*counted, *((month, None) for month in reversed([*_months(first, ended)]))][:MOST]


def _dates(query: Query) -> Query:
    """Since when it asks alone, by which the oldest is found without a walk."""
    return Query(
        tuple(
            term for term in query.terms if term.operator in {"after", "on"} and not term.is_without
        )
    )


def _of_all(history: QuerySet[Generation]) -> list[Month]:
    newest, oldest = history.first(), history.last()
    if newest is None or oldest is None:
        return []
    first = min(oldest.day, moment_of(oldest.pk).date()).replace(day=1)
    last = max(newest.day, moment_of(newest.pk).date()).replace(day=1)
    all_months = list(_months(first, _following(last)))[-MOST:]
    # By the ids, which begin with the time: a span of them is counted in the index alone. Only
    # around midnight between two months the day has to be looked at.
    counts = Counter[date]()
    for count in (_inside, _around):
        parts = [count(history, month) for month in all_months]
        for month, many in parts[0].union(*parts[1:], all=True).order_by():
            counts[month.replace(day=1)] += many
    return [(month, counts[month]) for month in reversed(all_months) if counts[month]]


def _inside(hits: QuerySet[Generation], month: date) -> QuerySet[Any]:
    """How many were made while it was this month everywhere."""
    span = _span(midnight(month) + LATEST, midnight(_following(month)) - EARLIEST)
    counted = hits.filter(**span).order_by().annotate(month=Value(month, DateField()))
    return counted.values_list("month").annotate(many=Count("pk"))


def _around(hits: QuerySet[Generation], month: date) -> QuerySet[Any]:
    """How many were made while it began, by their days."""
    begins = midnight(month)
    counted = hits.filter(**_span(begins - EARLIEST, begins + LATEST)).order_by()
    return counted.values_list("day").annotate(many=Count("pk"))


def _span(first: datetime, after: datetime) -> dict[str, UUID]:
    return {"pk__gte": first_at(first), "pk__lt": first_at(after)}


def _months(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first = _following(first)


def _following(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1)
