"""The one function that finds, whatever door a query came in by."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import F, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from modelless_web.records.ids import moved
from modelless_web.records.language.query import Query
from modelless_web.records.models import Entry, Generation, User
from modelless_web.records.models.entries import Match
from modelless_web.records.models.generations import is_visible_to
from modelless_web.records.search.conditions import Asked, Reader, matching
from modelless_web.records.search.names import Names
from modelless_web.records.search.ranking import score

RANKED: Final = 200
"""How many of the newest hits are put in order when the best come first."""
LOOKED_THROUGH: Final = 1000
"""So many of the newest rows are looked through before PostgreSQL may walk down all of them."""
ENOUGH: Final = 2
"""Hits among those that make a walk worth it: a page is then some 25,000 rows down at most."""
PAGE: Final = 50
"""Hits, as many as a page shows: for those it says whether it would walk."""
_NEAR: Final = """
SELECT count(*) FROM (
    SELECT FROM (
        SELECT records_words FROM records_words WHERE rowid < %s ORDER BY rowid DESC LIMIT %s
    ) AS newest
    WHERE records_words @@ %s::tsquery LIMIT %s
) AS hits
"""
WALK: Final = "records_words_pkey"
"""The index by which it does."""
LAST: Final = UUID(int=2**128 - 1)
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
        # Even an end that cuts nothing off leads SQLite into the index of a person's own by id.
        asked.between(None, before or LAST)
        return matching(asked, scope, owner).order_by("-pk")
    newest = _newest(asked, scope, owner, before)
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


def _newest(
    asked: Asked, scope: Q, owner: User | None, before: UUID | None
) -> QuerySet[Generation]:
    """The hits of words, newest first.

    PostgreSQL takes words for independent and evenly spread, so of common words that never meet,
    or that were common years ago, it expects a page of hits at once and walks down every row. Where
    it would, although the newest rows have next to none, it is made to gather what its index of
    words has, and sort.
    """
    bounds = numbers(asked, before)
    newest = matching(asked, scope, owner).filter(**bounds).order_by("-words__pk")
    if (
        connection.vendor == "sqlite"
        or _are_near(asked.match(owner), bounds.get("words__pk__lt", END))
        or WALK not in newest[:PAGE].explain()
    ):
        return newest
    gathered = matching(asked, scope, owner, is_scarce=True).filter(**bounds)
    return gathered.order_by((F("words__pk") + 0).desc())


def _are_near(match: Match, before: int) -> bool:
    """Whether the newest rows before a number have enough of the words for a walk to end soon."""
    with connection.cursor() as cursor:
        cursor.execute(_NEAR, [before, LOOKED_THROUGH, match.for_postgresql(), ENOUGH])
        (found,) = cursor.fetchone()
    return bool(found == ENOUGH)


def _number_at(pk: UUID) -> Coalesce:
    """The number of a generation or, where there is none, of the next that is newer."""
    newer = Entry.objects.filter(generation__gte=pk).order_by("generation_id")
    return Coalesce(Subquery(newer.values("docid")[:1]), END)
