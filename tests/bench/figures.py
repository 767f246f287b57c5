"""What a bench hands back: a figure, the aim beside it, and how both are printed."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from statistics import quantiles
from typing import Final

HEAD: Final = ("bench", "figure", "value", "unit", "aim", "")


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number. ``aim`` is the most it should be, in the same unit."""

    bench: str
    name: str
    value: float
    unit: str
    aim: float | None = None

    def line(self) -> str:
        """The figure as one line of JSON."""
        return json.dumps(asdict(self))

    def cells(self) -> tuple[str, ...]:
        """The figure as a row of the table."""
        aim = "" if self.aim is None else f"≤ {shown(self.aim)}"
        over = "over" if self.aim is not None and self.value > self.aim else ""
        return self.bench, self.name, shown(self.value), self.unit, aim, over


def shown(value: float) -> str:
    """A number with three significant digits, or all of a whole number."""
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:,.1f}" if abs(value) >= 100 else f"{value:.3g}"


def percentile(values: Sequence[float], percent: int) -> float:
    """The value that ``percent`` of the values stay below; the only one of one."""
    if not values:
        return float("nan")
    if len(values) == 1:
        return values[0]
    return quantiles(values, n=100, method="inclusive")[percent - 1]


def table(figures: Iterable[Figure]) -> str:
    """The figures as aligned columns."""
    rows = [HEAD, *(figure.cells() for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    numeric = {2, 4}
    return "\n".join(
        "  ".join(
            cell.rjust(width) if column in numeric else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )
