"""What each term of a query asks of a generation, as conditions for the database."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import reduce
from operator import and_, or_
from typing import Any, Final
from uuid import UUID

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, Exists, Func, OuterRef, Q, QuerySet

from modelless_web.records.ids import first_at, moved
from modelless_web.records.language.operators import KINDS, OPERATORS, days, number_range
from modelless_web.records.language.query import Query, Term, parse
from modelless_web.records.language.values import UNKNOWN, amount_range
from modelless_web.records.models import (
    Board,
    Generation,
    Picture,
    Placement,
    Tag,
    User,
)
from modelless_web.records.models.entries import Clause, Match
from modelless_web.records.models.generations import OPEN, midnight
from modelless_web.records.search.names import Names

EARLIEST: Final = timedelta(hours=14)
"""So long before it begins in UTC, a day begins somewhere on Earth."""
LATEST: Final = timedelta(hours=12)
"""So long after it in UTC, it begins everywhere."""
DEEPEST: Final = 5
"""So many smart boards may name each other; what is behind the last of them holds nothing."""

NOTHING: Final = Q(pk__in=())


@dataclass(slots=True)
class Asked:
    """A query taken apart: words for the index, conditions, and the ids between which it asks."""

    clauses: list[Clause] = field(default_factory=list)
    where: list[Q] = field(default_factory=list)
    since: UUID | None = None
    until: UUID | None = None

    def between(self, since: UUID | None, until: UUID | None) -> None:
        """Narrow the ids: ``since`` is one of them, ``until`` the first that is not."""
        if since:
            self.since = max(self.since or since, since)
        if until:
            self.until = min(self.until or until, until)

    @property
    def condition(self) -> Q:
        """Everything but the words."""
        ends = {"pk__gte": self.since, "pk__lt": self.until}
        within = Q(**{name: end for name, end in ends.items() if end})
        return reduce(and_, self.where, within)

    def match(self, owner: User | None, *, is_scarce: bool = False) -> Match:
        """What the words of one person's rows must satisfy; of everybody's, if it is None."""
        return Match(tuple(self.clauses), owner.pk if owner else None, is_scarce)


class Reader:
    """Takes queries apart for one person, or for the operator (``owner`` is None)."""

    def __init__(self, owner: User | None, names: Names) -> None:
        self._owner = owner
        self._names = names
        self.asked = Asked()

    def read(self, query: Query, depth: int = 0) -> None:
        """Add what a query asks for; smart boards ask for what their own queries do."""
        for terms in _grouped(query.terms):
            first = terms[0]
            if not first.operator:
                self.asked.clauses.append(Clause(first.words, first.is_prefix, first.is_without))
            elif OPERATORS[first.operator].values == "date" and not first.is_without:
                self.asked.between(*_span(first))
                self.asked.where.append(_on_days(first))
            elif first.operator == "board":
                self._read_board(first, depth)
            else:
                self._add(reduce(or_, map(self._condition, terms)), first)

    def _add(self, condition: Q, term: Term) -> None:
        self.asked.where.append(~condition if term.is_without else condition)

    def _condition(self, term: Term) -> Q:
        if term.operator == "tag":
            return self._tagged(term.value)
        if term.operator == "model":
            return Q(model__in=self._names.models(term.value))
        if term.operator == "owner":
            return Q(owner__in=self._names.people(term.value))
        return CONDITIONS[term.operator](term.value)

    def _tagged(self, name: str) -> Q:
        placed = Tag.generations.through.objects.filter(tag__in=self._names.tags(name))
        return Q(pk__in=placed.values("generation"))

    def _read_board(self, term: Term, depth: int) -> None:
        boards = self._names.boards(term.value)
        if len(boards) == 1 and boards[0].is_smart and not term.is_without and depth < DEEPEST:
            self.read(parse(boards[0].query), depth + 1)
            return
        self._add(reduce(or_, (self._on(board, depth) for board in boards), NOTHING), term)

    def _on(self, board: Board, depth: int) -> Q:
        if not board.is_smart:
            placed = Placement.objects.filter(board=board.pk)
            return Q(pk__in=placed.values("generation"))
        if depth >= DEEPEST:
            return NOTHING
        inner = Reader(self._owner, self._names)
        inner.read(parse(board.query), depth + 1)
        return Q(pk__in=matching(inner.asked, Q(), self._owner).values("pk"))


class Aside(Func):
    """A condition by which SQLite is not to look for rows, but only to judge those it has.

    It counts on any index to leave ten rows, and would try every row of a person on the words.
    """

    output_field = BooleanField()
    template = "(%(expressions)s)"

    def as_sqlite(self, compiler: Any, connection: BaseDatabaseWrapper, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="+(%(expressions)s)", **context)


def matching(
    asked: Asked, scope: Q, owner: User | None, *, is_scarce: bool = False
) -> QuerySet[Generation]:
    """Those in ``scope`` that have what is asked for, in no order; ``is_scarce`` as a ``Match``."""
    scope = asked.condition & scope
    if not asked.clauses:
        return Generation.objects.filter(scope)
    match = asked.match(owner, is_scarce=is_scarce)
    rows = Generation.objects.filter(words__all__matches=match)
    return rows.filter(Aside(scope)) if scope else rows


def _grouped(terms: Iterable[Term]) -> list[list[Term]]:
    """Terms of which any one is enough together, each other for itself."""
    groups: dict[object, list[Term]] = {}
    for term in terms:
        operator = OPERATORS.get(term.operator)
        is_any = operator and operator.is_one and operator.values in {"model", "choices", "person"}
        groups.setdefault(term.operator if is_any and not term.is_without else term, []).append(
            term
        )
    return list(groups.values())


def _days(term: Term) -> tuple[date | None, date | None]:
    """The first day that a date asks for, and the first after them; of each person's calendar."""
    first, after = days(term.value)
    return {"before": (None, first), "after": (first, None), "on": (first, after)}[term.operator]


def _span(term: Term) -> tuple[UUID | None, UUID | None]:
    """The ids between which all rows of those days are, wherever their owners live.

    An id holds the moment at which its row was made, and its day is that of the owner's calendar.
    """
    first, after = _days(term)
    since = moved(first_at(midnight(first)), -EARLIEST) if first else None
    return since, moved(first_at(midnight(after)), LATEST) if after else None


def _on_days(term: Term) -> Q:
    """What decides, after the ids have narrowed."""
    first, after = _days(term)
    asked = {"day__gte": first, "day__lt": after}
    return Q(**{name: day for name, day in asked.items() if day})


def _date(operator: str) -> Callable[[str], Q]:
    return lambda value: _on_days(Term(value, operator))


def _number(column: str) -> Callable[[str], Q]:
    def condition(value: str) -> Q:
        asked = number_range(value)
        ends = {f"{column}__gte": asked.least, f"{column}__lte": asked.most}
        return Q(**{name: end for name, end in ends.items() if end is not None})

    return condition


def _cost(value: str) -> Q:
    """By the amount, in whatever currency it is; or those that ended without a known price."""
    if value == UNKNOWN:
        return Q(cost=None) & ~Q(status__in=OPEN)
    return Q(**{f"cost__{sign}": amount for sign, amount in amount_range(value).items()})


def _of_row(related: Any) -> Q:
    return Q(Exists(related.filter(generation=OuterRef("pk"))))


FLAGS: Final[Mapping[str, Q]] = {
    "starred": Q(is_starred=True),
    "rejected": Q(is_rejected=True),
    "refined": Q(descent=Generation.Descent.REFINED),
    "again": Q(descent=Generation.Descent.AGAIN),
    "rated": Q(rating__gt=0),
    "open": Q(status__in=OPEN),
}
POSSESSIONS: Final[Mapping[str, Callable[[], Q]]] = {
    "picture": lambda: _of_row(Picture.objects.exclude(state=Picture.State.LOST)),
    "answer": lambda: ~Q(text=""),
    "error": lambda: ~Q(error_kind=""),
    "tag": lambda: _of_row(Tag.generations.through.objects),
    "board": lambda: _of_row(Placement.objects),
}
CONDITIONS: Final[Mapping[str, Callable[[str], Q]]] = {
    "status": lambda value: Q(status=value),
    "kind": lambda value: Q(model_kind__in=KINDS[value]),
    "rating": _number("rating"),
    "tokens": _number("total_tokens"),
    "cost": _cost,
    "charge": lambda value: Q(charge=value),
    "before": _date("before"),
    "after": _date("after"),
    "on": _date("on"),
    "is": lambda value: FLAGS[value],
    "has": lambda value: POSSESSIONS[value](),
    "error": lambda value: Q(error_kind=value),
}
