"""What a list that has filters of its own finds by a query: the operator's lists.

A common word is in almost half of all rows, and every other filter tries them one by one: so a
page looks through the newest alone, and says so. All are there for who has the time, as an
export has.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Case, Count, F, Min, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.lookups import Exact

from modelless_web.records.ids import moment_of, moved
from modelless_web.records.language.query import Query
from modelless_web.records.models import Generation
from modelless_web.records.models.entries import Match
from modelless_web.records.search.conditions import Aside, Asked, Reader
from modelless_web.records.search.find import SLACK, numbers
from modelless_web.records.search.names import Names

type Rows = QuerySet[Any]

NEWEST_FIRST: Final = "-words__pk"


def find_within(
    rows: Rows, query: Query, owners: Collection[int] = ()
) -> "tuple[Rows, Hits | None]":
    """Those of ``rows`` that match, and the hits of its words if it asks for any.

    Where there are hits, they are the newest first, else in the order of ``rows``; these are
    everybody's, or of ``owners`` alone.
    """
    reader = Reader(None, Names(None, [query]))
    reader.read(query)
    if not reader.asked.clauses:
        return rows.filter(_times(reader.asked), reader.asked.condition), None
    hits = Hits(reader.asked, rows, owners)
    return hits.all, hits


@dataclass(frozen=True, slots=True, kw_only=True)
class Newest:
    """How many were found among the newest hits; ``is_all`` says that there are no others."""

    count: int
    lowest: int
    is_all: bool

    def of(self, rows: Rows) -> Rows:
        """Those of the rows that hits found that were looked through."""
        return rows.filter(words__pk__gte=self.lowest)


class Hits:
    """What has the words that are asked for, and which of it a list shows."""

    def __init__(self, asked: Asked, rows: Rows, owners: Collection[int]) -> None:
        # Of one person alone the index knows; nobody else's rows are walked through.
        owner = next(iter(owners)) if len(owners) == 1 else None
        match = Match(tuple(asked.clauses), owner)
        hits = Generation.objects.filter(words__all__matches=match, **numbers(asked))
        self._hits = hits.order_by(NEWEST_FIRST)
        self._shown = asked.condition
        if rows.query.where:
            self._shown &= Q(Exact(_one_of(rows), 1))

    @property
    def all(self) -> Rows:
        """All of them, however long that takes."""
        return self._hits.filter(Aside(self._shown)) if self._shown else self._hits

    def newest(self, most: int) -> Newest:
        """Look through the newest ``most`` hits; one query."""
        fits = Case(When(self._shown, then=1), default=0) if self._shown else Value(1)
        hits = self._hits.annotate(number=F("words__pk"), fits=fits)[:most]
        found: dict[str, Any] = hits.aggregate(
            hits=Count("number"), count=Sum("fits"), lowest=Min("number")
        )
        return Newest(
            count=found["count"] or 0, lowest=found["lowest"] or 0, is_all=found["hits"] < most
        )


def _times(asked: Asked) -> Q:
    """Around the ids that are asked for: a list is in the order of times, and so is its index."""
    ends = {
        "queued_at__gte": asked.since and moment_of(moved(asked.since, -SLACK)),
        "queued_at__lt": asked.until and moment_of(moved(asked.until, SLACK)),
    }
    return Q(**{name: end for name, end in ends.items() if end})


def _one_of(rows: Rows) -> Subquery:
    """1 for one of the rows. Not EXISTS, of which PostgreSQL looks up all there are beforehand."""
    found = rows.order_by().filter(pk=OuterRef("pk")).annotate(one=Value(1))
    return Subquery(found.values("one")[:1])
