"""What the rows of a list add up to: from the roll-up where it knows, else from the newest rows."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final, NamedTuple, cast

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest

from modelless_web.backoffice.finding import GenerationList
from modelless_web.records.models import Generation, Usage
from modelless_web.records.models.generations import OPEN
from modelless_web.records.money.amounts import ZERO
from modelless_web.records.usage import reading, rollup

MOST_ROWS: Final = 100_000
"""Rows of the ledger that are added up at most, the newest first."""
MOST_OPEN: Final = 10_000
BY: Final = ("day", "status", "currency")
SHARED: Final = frozenset({*Usage.KEY, "practice"})
"""Filters, by name, that narrow the roll-up as well as the ledger."""


class Cell(NamedTuple):
    """What generations of one day, status and currency add up to."""

    day: date
    status: str
    currency: str
    generations: int
    pictures: int
    prompt_tokens: int
    completion_tokens: int
    cost: Decimal
    unpriced: int
    estimated: int


@dataclass(frozen=True, slots=True)
class Counted:
    """The rows that were looked through, their cells and, where there are more, words for it."""

    rows: QuerySet[Any]
    cells: list[Cell]
    bound: str = ""


def count(listed: GenerationList, request: HttpRequest) -> Counted:
    """Add up all that a list finds, however many pages it has."""
    rows = _in_rollup(listed, request)
    if rows is not None:
        # Looked up first: they are few, and a filter of the list may concern most of the ledger.
        pks = Generation.objects.filter(status__in=OPEN).values_list("pk", flat=True)
        under_way = listed.queryset.filter(pk__in=list(pks[:MOST_OPEN]))
        newest = listed.queryset.order_by("-queued_at")
        return Counted(newest, [*_from_rollup(rows), *_from_ledger(under_way)])
    found, has_more = listed.newest(MOST_ROWS)
    cells = list(_from_ledger(found))
    if has_more:
        return Counted(found, cells, f"among the newest {MOST_ROWS:,} with these words")
    is_bounded = sum(cell.generations for cell in cells) >= MOST_ROWS
    bound = f"the newest {MOST_ROWS:,}; more were found" if is_bounded else ""
    return Counted(found, cells, bound)


def _in_rollup(listed: GenerationList, request: HttpRequest) -> QuerySet[Usage] | None:
    """The rows of the roll-up that say what the list says; None if it can't know."""
    specs, _, other, *_ = listed.get_filters(request)
    active = [spec for spec in specs if spec.used_parameters]
    if listed.query or other or any(_name(spec) not in SHARED for spec in active):
        return None
    rows: QuerySet[Usage] = Usage.objects.filter(is_purged=False)
    for spec in active:
        rows = cast(QuerySet[Usage], spec.queryset(request, rows))
    return rows


def _name(spec: Any) -> str:
    return str(getattr(spec, "field_path", None) or spec.parameter_name)


def _from_rollup(rows: QuerySet[Usage]) -> Iterator[Cell]:
    yield from _cells(rows.order_by(), reading.SUMS)


def _from_ledger(rows: QuerySet[Generation]) -> Iterator[Cell]:
    newest = rows.values("pk")[:MOST_ROWS]
    # What is under way has no price yet, and is not without one.
    unpriced = Count("pk", filter=Q(cost=None) & ~Q(charge=""))
    found = Generation.objects.filter(pk__in=newest).order_by()
    yield from _cells(found, rollup.SUMS | {"unpriced": unpriced})


def _cells(rows: QuerySet[Any], sums: dict[str, Any]) -> Iterator[Cell]:
    size = len(BY)
    grouped = rows.values(*BY).annotate(**sums)
    for row in grouped.values_list(*BY, *sums):
        yield Cell._make((*row[:size], *(value or ZERO for value in row[size:])))
