"""The one function that finds, whatever door a query came in by."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from modelless_web.records.ids import moved
from modelless_web.records.language.query import Query
from modelless_web.records.models import Entry, Generation, User
from modelless_web.records.models.generations import is_visible_to
from modelless_web.records.search.conditions import Asked, Reader, matching
from modelless_web.records.search.names import Names
from modelless_web.records.search.ranking import score

RANKED: Final = 200
"""How many of the newest hits are put in order when the best come first."""
SLACK: Final = timedelta(minutes=1)
"""An id is made just before its row gets a number, which another row may get in between."""
END: Final = 2**62
"""A number above all others."""


def find(
    user: User, query: Query, *, before: UUID | None = None, ranked: bool = False
) -> QuerySet[Generation]:
    """A person's own generations that match a query, newest first.

    ``before`` goes on behind a generation, or behind a moment (``ids.first_at``): so a page far
    down costs what the first does, where ``filter(pk__lt=…)`` walks through all hits above it.
    ``ranked`` puts the best first, among the newest 200 hits alone: to weigh all that have a
    common word would cost as much as reading them.
    """
    return _found(is_visible_to(user), query, user, before, ranked=ranked)


def find_all(
    query: Query, *, before: UUID | None = None, ranked: bool = False
) -> QuerySet[Generation]:
    """Everybody's generations that match, those in the trash too: for the operator alone."""
    return _found(Q(), query, None, before, ranked=ranked)


def find_each(user: User, queries: Iterable[Query]) -> list[QuerySet[Generation]]:
    """What each of many queries finds, in no order; their names are read together."""
    queries = list(queries)
    names = Names(user, queries)
    found = []
    for query in queries:
        reader = Reader(user, names)
        reader.read(query)
        found.append(matching(reader.asked, is_visible_to(user), user))
    return found


def _found(
    scope: Q,
    query: Query,
    owner: User | None,
    before: UUID | None,
    *,
    ranked: bool,
) -> QuerySet[Generation]:
    reader = Reader(owner, Names(owner, [query]))
    reader.read(query)
    asked = reader.asked
    if not asked.clauses:
        asked.between(None, before)
        return matching(asked, scope, owner).order_by("-pk")
    hits = matching(asked, scope, owner).filter(**numbers(asked, before))
    newest = hits.order_by("-words__pk")
    if not ranked:
        return newest
    best = score(asked.clauses)
    within = newest.values("words__pk")[:RANKED]
    weighed = Generation.objects.filter(words__in=within).annotate(score=best)
    return weighed.order_by("-score", "-words__pk")


def numbers(asked: Asked, before: UUID | None = None) -> dict[str, int]:
    """The numbers between which the index is walked, as a filter of generations; in one query."""
    highest = [moved(asked.until, SLACK)] if asked.until else []
    highest += [before] if before else []
    edges = {
        "words__pk__gte": moved(asked.since, -SLACK) if asked.since else None,
        "words__pk__lt": min(highest, default=None),
    }
    wanted = {name: _number_at(pk) for name, pk in edges.items() if pk}
    if not wanted:
        return {}
    found = Entry.objects.values_list(*wanted.values()).first() or [END] * len(wanted)
    return dict(zip(wanted, found, strict=True))


def _number_at(pk: UUID) -> Coalesce:
    """The number of a generation or, where there is none, of the next that is newer."""
    newer = Entry.objects.filter(generation__gte=pk).order_by("generation_id")
    return Coalesce(Subquery(newer.values("docid")[:1]), END)
