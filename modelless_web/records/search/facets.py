"""What there is to narrow a search by, with how often: counted among the newest hits alone."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import Count, Sum

from modelless_web.records.language.operators import KINDS, days
from modelless_web.records.language.query import Query, Term
from modelless_web.records.models import Generation, Tag, Usage, User
from modelless_web.records.models.generations import OPEN
from modelless_web.records.models.usage import Span
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
class Month:
    """A month by its first day, and how much matches in it: ``is_least``, of what was counted."""

    first: date
    count: int
    is_least: bool = False


@dataclass(frozen=True, slots=True)
class Facets:
    """Facets by operator (``model``, ``status``, ``kind``, ``tag``, ``is``), the commonest first.

    ``hits`` says how many were counted; ``is_partial``, that there are more. ``by_month`` has
    those by the first days of their months.
    """

    by_operator: dict[str, list[Facet]]
    by_month: Counter[date]
    hits: int
    is_partial: bool


def facets(user: User, query: Query) -> Facets:
    """Count what the newest thousand hits have in common; two queries beside those of ``find``."""
    hits = find(user, query)
    columns = "model", "status", "model_kind", "is_starred", "is_rejected", "day", "pk"
    rows = list(hits.values_list(*columns)[: COUNTED + 1])
    counted = rows[:COUNTED]
    through = Tag.generations.through.objects.filter(generation__in=[row[-1] for row in counted])
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
    by_month = Counter(row[5].replace(day=1) for row in counted)
    return Facets(by_operator, by_month, len(counted), len(rows) > COUNTED)


def months(user: User, query: Query, counted: Facets) -> list[Month]:
    """The months to jump to, newest first; three queries, or none where every hit was counted.

    What nothing narrows is counted by the roll-up. Of more hits than were ``counted``, the months
    further back are those in which the person has made anything.
    """
    hits = counted.by_month
    if query.terms and not counted.is_partial:
        return [Month(first, hits[first]) for first in sorted(hits, reverse=True)]
    made = _made(user)
    if not query.terms:
        return [Month(first, made[first]) for first in sorted(made, reverse=True)]
    oldest = min(hits)
    known = [Month(first, hits[first], is_least=first == oldest) for first in hits]
    asked = max((first.replace(day=1) for first in _begins(query)), default=date.min)
    beyond = [Month(first, 0, is_least=True) for first in made if asked <= first < oldest]
    return sorted([*known, *beyond], key=lambda month: month.first, reverse=True)


def _begins(query: Query) -> Iterator[date]:
    """The first days that its dates ask for."""
    for term in query.terms:
        if term.operator in {"after", "on"} and not term.is_without:
            yield days(term.value)[0]


def _made(user: User) -> Counter[date]:
    """How much a person has by month: the roll-up knows what has ended, in the trash or not."""
    own = Generation.objects.filter(owner=user).order_by()
    ended = Usage.spans.filter(owner=user, span=Span.MONTH, is_purged=False)
    trashed = own.trashed().exclude(status__in=OPEN)
    going = own.open().filter(deleted_at=None)
    found = Counter[date]()
    for first, many in ended.values_list("day").annotate(many=Sum("generations")):
        found[first] += many
    for day, many in trashed.values_list("day").annotate(many=Count("pk")):
        found[day.replace(day=1)] -= many
    found.update(day.replace(day=1) for day in going.values_list("day", flat=True))
    return +found


def _facets(operator: str, counts: "Counter[str]") -> list[Facet]:
    common: Iterable[tuple[str, int]] = counts.most_common(MOST)
    return [Facet(Term(value, operator), count) for value, count in common if count]
