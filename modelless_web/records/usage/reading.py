"""What the roll-up says: sums over its cells. Each reading is one query, as long as it names few.

Amounts of different currencies are never added: sums have one for each.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import reduce
from itertools import islice
from operator import or_
from typing import Any, Final

from django.db.models import F, Q, QuerySet, Sum

from modelless_web.records.models.usage import Cell, Span
from modelless_web.records.money.amounts import ZERO
from modelless_web.records.usage.period import Period

type Key = tuple[Any, ...]

GENERATIONS: Final = "generations"
PICTURES: Final = "pictures"
TOKENS: Final = "tokens"
COUNTED: Final = (GENERATIONS, PICTURES, TOKENS)
"""What can be measured beside money, which is measured by its currency."""
SEVERAL: Final = 3
"""Currencies that are read of each of the first combinations."""
FEW: Final = 200
"""Cells that are put in order here; of more, the database does it first."""
SUMS: Final = {f"sum_{name}": Sum(name) for name in Cell.MEASURES}
"""The measures of cells, added up; in the order of ``MEASURES``."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What some generations add up to; ``costs`` by currency, without those that cost nothing."""

    generations: int = 0
    pictures: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    unpriced: int = 0
    estimated: int = 0
    costs: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def tokens(self) -> int:
        return self.prompt_tokens + self.completion_tokens

    def measured(self, measure: str) -> Decimal:
        """How much of it there is: of ``COUNTED``, or of a currency."""
        if measure in COUNTED:
            return Decimal(getattr(self, measure))
        return self.costs.get(measure, ZERO)

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(
            self.generations + other.generations,
            self.pictures + other.pictures,
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            self.unpriced + other.unpriced,
            self.estimated + other.estimated,
            {
                currency: self.costs.get(currency, ZERO) + other.costs.get(currency, ZERO)
                for currency in sorted({*self.costs, *other.costs})
            },
        )

    def __neg__(self) -> "Figures":
        return Figures(
            -self.generations,
            -self.pictures,
            -self.prompt_tokens,
            -self.completion_tokens,
            -self.unpriced,
            -self.estimated,
            {currency: -cost for currency, cost in self.costs.items()},
        )


NONE: Final = Figures()
type Sums = dict[Key, Figures]


def within(rows: QuerySet[Any], period: Period, longest: Span = Span.YEAR) -> QuerySet[Any]:
    """Of the cells of all spans, the fewest that count a period's days, each of them once.

    None is longer than ``longest``: to be told apart by day, it takes the cells of days.
    """
    pieces = (Q(span=span, day__range=(first, last)) for span, first, last in period.spans(longest))
    return rows.filter(reduce(or_, pieces))


def cells(rows: QuerySet[Any], *names: str) -> QuerySet[Any, Key]:
    """Every combination of these columns: they, the currency, and the sums of ``MEASURES``.

    The newest days first.
    """
    order = sorted([*names, "currency"], key=lambda name: name != "day")
    found = rows.order_by(*("-day" if name == "day" else name for name in order))
    summed: QuerySet[Any, Key] = found.values_list(*names, "currency").annotate(**SUMS)
    return summed.filter(sum_generations__gt=0)


def sums(rows: QuerySet[Any], *names: str) -> Sums:
    """The figures for every combination of these columns."""
    return _sums(cells(rows, *names), len(names))


def first_sums(
    rows: QuerySet[Any], period: Period, names: Collection[str], most: int, today: date
) -> Sums:
    """The same within a period, of the first ``most`` combinations, the newest days first.

    Of cells of all spans; where days are told apart, of as few days as hold so many.
    """
    found: Sums = {}
    for part in period.newest(today) if "day" in names else (period,):
        longest = Span.DAY if "day" in names else Span.YEAR
        some = list(cells(within(rows, part, longest), *names)[: SEVERAL * most + 1])
        found = _sums(some, len(names))
        if len(some) > SEVERAL * most:
            # It may have more currencies than were read.
            found.popitem()
        if len(found) >= most:
            break
    return dict(islice(found.items(), most))


def total(found: Sums) -> Figures:
    """What all of them add up to."""
    return fold(found).get((), NONE)


def by_month(found: Sums) -> Sums:
    """The same figures by the first days of their months; they are by day."""
    months: Sums = {}
    for (day,), figures in found.items():
        month = (day.replace(day=1),)
        months[month] = months.get(month, NONE) + figures
    return months


def fold(found: Sums, *places: int) -> Sums:
    """The same figures by fewer columns, by their places."""
    folded: Sums = {}
    for key, figures in found.items():
        less = tuple(key[place] for place in places)
        folded[less] = folded.get(less, NONE) + figures
    return folded


def most_of(rows: QuerySet[Any], name: str, measure: str, most: int) -> Sums:
    """The figures of the ``most`` models or people that have the most of a measure.

    One query where there are few of them, three where there are many.
    """
    found = list(cells(rows, name)[: FEW + 1])
    if len(found) > FEW:
        rows = rows.filter(**{f"{name}__in": _first(rows, name, measure, most)})
        return sums(rows, name)
    folded = _sums(found, 1)
    order = sorted(
        folded, key=lambda key: (-folded[key].measured(measure), -folded[key].generations, key)
    )
    return {key: folded[key] for key in order[:most]}


def _first(rows: QuerySet[Any], name: str, measure: str, most: int) -> list[Any]:
    measured = {
        GENERATIONS: Sum("generations"),
        PICTURES: Sum("pictures"),
        TOKENS: Sum(F("prompt_tokens") + F("completion_tokens")),
    }.get(measure, Sum("cost", filter=Q(currency=measure), default=0))
    ranked = rows.order_by().values(name).annotate(measured=measured, many=Sum("generations"))
    return list(ranked.order_by("-measured", "-many", name).values_list(name, flat=True)[:most])


def _sums(found: Iterable[Key], size: int) -> Sums:
    folded: Sums = {}
    for cell in found:
        key = cell[:size]
        folded[key] = folded.get(key, NONE) + _figures(cell[size], cell[size + 1 :])
    return folded


def lately(rows: QuerySet[Any], today: date) -> tuple[Figures, Figures]:
    """Today, and this month so far; one query."""
    keys = [(span, span.first(today)) for span in (Span.DAY, Span.MONTH)]
    spans, days = zip(*keys, strict=True)
    found = sums(rows.filter(span__in=spans, day__in=days), "span", "day")
    now, month = (found.get(key, NONE) for key in keys)
    return now, month


def forecast(month: Figures, today: date) -> Figures:
    """What the month comes to if its other days are as those so far, today included."""
    days = Span.MONTH.last(today).day

    def until_the_end(so_far: int) -> int:
        return round(Decimal(so_far) * days / today.day)

    return Figures(
        until_the_end(month.generations),
        until_the_end(month.pictures),
        until_the_end(month.prompt_tokens),
        until_the_end(month.completion_tokens),
        until_the_end(month.unpriced),
        costs={currency: cost * days / today.day for currency, cost in month.costs.items()},
    )


def _figures(currency: str, cell: tuple[Any, ...]) -> Figures:
    values = dict(zip(Cell.MEASURES, cell, strict=True))
    cost = values.pop("cost")
    return Figures(**values, costs={currency: cost} if currency else {})
