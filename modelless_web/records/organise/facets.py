"""What a query could be narrowed by, with counts: statuses, models, tags, and months to jump to."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

from django.db.models import Count
from django.db.models.functions import TruncMonth

from modelless_web.records.models import Status, User
from modelless_web.records.search.find import find
from modelless_web.records.search.query import Query

MOST_CHOICES: Final = 12


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to narrow: how many it would leave, and the query that does it or takes it back."""

    label: str
    count: int
    query: Query
    is_on: bool = False


@dataclass(frozen=True, slots=True)
class Facet:
    """Choices of one kind, the most frequent first."""

    title: str
    choices: list[Choice]


def facets_of(user: User, query: Query) -> list[Facet]:
    """The facets of what matches, empty ones left out; three queries."""
    rows = find(user, query).order_by()
    statuses = rows.values_list("status").annotate(many=Count("pk")).order_by("-many")
    models = rows.values_list("model").annotate(many=Count("pk")).order_by("-many", "model")
    tags = rows.exclude(tags=None).values_list("tags__name").annotate(many=Count("pk"))
    names = {status.value: status.label for status in Status}
    facets = [
        Facet("Status", _choices(query, "status", statuses, names)),
        Facet("Model", _choices(query, "model", models[:MOST_CHOICES])),
        Facet("Tag", _choices(query, "tag", tags.order_by("-many", "tags__name")[:MOST_CHOICES])),
    ]
    return [facet for facet in facets if facet.choices]


def months_of(user: User, query: Query) -> list[tuple[date, int]]:
    """The months in which something matches, newest first, with how much; one query."""
    rows = find(user, query).order_by().annotate(month=TruncMonth("queued_at"))
    counted: Counter[date] = Counter()
    for month, count in rows.values_list("month").annotate(Count("pk")):
        counted[month.date()] += count
    return sorted(counted.items(), reverse=True)


def _choices(
    query: Query,
    operator: str,
    counts: Iterable[tuple[str, int]],
    names: Mapping[str, str] = MappingProxyType({}),
) -> list[Choice]:
    made = []
    for value, count in counts:
        term = f'{operator}:"{value}"' if " " in value else f"{operator}:{value}"
        narrowed = query.with_term(term)
        same = next((one for one in query.terms if one.text == narrowed.terms[-1].text), None)
        label = names.get(value, value)
        made.append(
            Choice(label, count, query.without(same) if same else narrowed, is_on=bool(same))
        )
    return made
