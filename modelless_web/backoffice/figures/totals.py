"""The line of totals above a list: how many, how well, how fast, and for how much."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.db.models import QuerySet

from modelless_web.backoffice import pieces
from modelless_web.backoffice.figures.cells import Cell, Counted
from modelless_web.records.models import Status
from modelless_web.records.models.generations import OPEN
from modelless_web.records.money.amounts import ZERO, spoken
from modelless_web.records.money.estimate import percentile

NEWEST: Final = 1_000
"""Rows whose durations are looked at."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of the line, as it is read, with what has to be known of it."""

    name: str
    value: str
    note: str = ""


def figures(counted: Counted, durations: Sequence[int]) -> list[Figure]:
    """The figures, of cells and of the newest durations in milliseconds."""
    cells = counted.cells
    total = sum(cell.generations for cell in cells)
    by_status = Counter[str]()
    for cell in cells:
        by_status[cell.status] += cell.generations
    under_way = sum(by_status[status] for status in OPEN)
    return [
        Figure("Requests", f"{total:,}", _requests_note(counted, under_way)),
        Figure("Pictures", f"{sum(cell.pictures for cell in cells):,}"),
        _tokens(cells),
        *_costs(cells),
        Figure("Failed", *_failed(by_status, total - under_way)),
        *_speed(durations),
    ]


def newest_durations(rows: QuerySet[Any]) -> list[int]:
    """The durations in milliseconds of the first thousand that have ended, shortest first."""
    ended = rows.filter(duration_ms__isnull=False)
    return sorted(ended.values_list("duration_ms", flat=True)[:NEWEST])


def _requests_note(counted: Counted, under_way: int) -> str:
    notes = [counted.bound, f"{under_way:,} under way" if under_way else ""]
    return ", ".join(filter(None, notes))


def _tokens(cells: Iterable[Cell]) -> Figure:
    asked = sum(cell.prompt_tokens for cell in cells)
    came = sum(cell.completion_tokens for cell in cells)
    return Figure("Tokens", f"{asked + came:,}", f"{asked:,} in, {came:,} out")


def _costs(cells: Iterable[Cell]) -> list[Figure]:
    """One figure for each currency: amounts in different ones are never added."""
    amounts, estimated = defaultdict[str, Decimal](lambda: ZERO), Counter[str]()
    unpriced = 0
    for cell in cells:
        unpriced += cell.unpriced
        if cell.currency:
            amounts[cell.currency] += cell.cost
            estimated[cell.currency] += cell.estimated
    costs = [
        Figure(
            f"Cost, {currency}",
            spoken(amounts[currency], currency),
            f"{estimated[currency]:,} by our estimate" if estimated[currency] else "",
        )
        for currency in sorted(amounts)
    ]
    if unpriced:
        costs.append(Figure("No price known", f"{unpriced:,}"))
    return costs or [Figure("Cost", "Nothing")]


def _failed(by_status: Counter[str], ended: int) -> tuple[str, str]:
    failed = by_status[Status.FAILED]
    share = f"{100 * failed / ended:.1f} %" if ended else pieces.NOTHING
    return share, f"{failed:,} of {ended:,} that ended" if ended else ""


def _speed(durations: Sequence[int]) -> list[Figure]:
    if not durations:
        return []
    half, most = (pieces.seconds_text(percentile(durations, share) / 1000) for share in (0.5, 0.95))
    return [Figure("p50", half, f"of the newest {len(durations):,}"), Figure("p95", most)]
