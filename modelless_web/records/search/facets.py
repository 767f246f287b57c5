"""What there is to narrow a search by, with how often: counted among the newest hits alone."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, DateField, QuerySet, Value

from modelless_web.records.ids import first_at, moment_of
from modelless_web.records.language.operators import KINDS
from modelless_web.records.language.query import Query, Term
from modelless_web.records.models import Generation, Tag, User
from modelless_web.records.models.generations import midnight
from modelless_web.records.search.conditions import EARLIEST, LATEST
from modelless_web.records.search.find import find

COUNTED: Final = 1000
"""Hits. To count all that a common word has would cost as much as reading them."""
MOST: Final = 12
_KIND_OF: Final = {kind: name for name, kinds in KINDS.items() for kind in kinds}
MOST_MONTHS: Final = 240


@dataclass(frozen=True, slots=True)
class Facet:
    """One value of an operator; ``query.with_term(facet.term.text)`` narrows by it."""

    term: Term
    count: int

    @property
    def label(self) -> str:
        return self.term.value


@dataclass(frozen=True, slots=True)
class Facets:
    """Facets by operator (``model``, ``status``, ``kind``, ``tag``, ``is``), the commonest first.

    ``hits`` says how many were counted; ``is_partial``, that there are more.
    """

    by_operator: dict[str, list[Facet]]
    hits: int
    is_partial: bool


def facets(user: User, query: Query) -> Facets:
    """Count what the newest thousand hits have in common; two queries."""
    hits = find(user, query)
    columns = "model", "status", "model_kind", "is_starred", "is_rejected", "pk"
    rows = list(hits.values_list(*columns)[: COUNTED + 1])
    counted = rows[:COUNTED]
    through = Tag.generations.through.objects.filter(generation__in=[row[5] for row in counted])
    tags = through.values_list("tag__name").annotate(times=Count("pk"))
    marks = {"starred": sum(row[3] for row in counted), "rejected": sum(row[4] for row in counted)}
    found = {
        "model": Counter(row[0] for row in counted),
        "status": Counter(row[1] for row in counted),
        "kind": Counter(_KIND_OF[row[2]] for row in counted if row[2] in _KIND_OF),
        "tag": Counter(dict(tags)),
        "is": Counter(marks),
    }
    by_operator = {name: _facets(name, counts) for name, counts in found.items()}
    return Facets(by_operator, len(counted), len(rows) > COUNTED)


def months(user: User, query: Query) -> list[tuple[date, int]]:
    """The months in which something matches, newest first, with how much; four queries.

    Of a history that goes back further than twenty years, the newest twenty.
    """
    hits = find(user, query)
    newest, oldest = hits.first(), hits.last()
    if newest is None or oldest is None:
        return []
    first = min(oldest.day, moment_of(oldest.pk).date()).replace(day=1)
    last = max(newest.day, moment_of(newest.pk).date()).replace(day=1)
    all_months = list(_months(first, _following(last)))[-MOST_MONTHS:]
    # By the ids, which begin with the time: a span of them is counted in the index alone. Only
    # around midnight between two months the day has to be looked at.
    counts = Counter[date]()
    for count in (_inside, _around):
        parts = [count(hits, month) for month in all_months]
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


def _facets(operator: str, counts: "Counter[str]") -> list[Facet]:
    common: Iterable[tuple[str, int]] = counts.most_common(MOST)
    return [Facet(Term(value, operator), count) for value, count in common if count]
