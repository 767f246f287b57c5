"""What there is to narrow a search by, with how often: counted among the newest hits alone."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import Count

from modelless_web.records.language.operators import KINDS
from modelless_web.records.language.query import Query, Term
from modelless_web.records.models import Tag, User
from modelless_web.records.search.find import find

COUNTED: Final = 1000
"""Hits. To count all that a common word has would cost as much as reading them."""
MOST: Final = 12
_KIND_OF: Final = {kind: name for name, kinds in KINDS.items() for kind in kinds}


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

    ``days`` are those of the hits that were counted; ``is_partial`` says that there are more.
    """

    by_operator: dict[str, list[Facet]]
    days: tuple[date, ...]
    is_partial: bool

    @property
    def hits(self) -> int:
        return len(self.days)


def facets(user: User, query: Query) -> Facets:
    """Count what the newest thousand hits have in common; two queries beside those of ``find``."""
    hits = find(user, query)
    columns = "model", "status", "model_kind", "is_starred", "is_rejected", "pk", "day"
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
    return Facets(by_operator, tuple(row[6] for row in counted), len(rows) > COUNTED)


def _facets(operator: str, counts: "Counter[str]") -> list[Facet]:
    common: Iterable[tuple[str, int]] = counts.most_common(MOST)
    return [Facet(Term(value, operator), count) for value, count in common if count]
