"""Charts as geometry: where bars stand and what they lead to. Templates only draw them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil
from typing import Final

HEIGHT: Final = 176
"""Pixels; widths are percent of whatever room there is."""
TOP: Final = 18
"""Pixels above, for the word on the highest line."""
GAP: Final = 0.22
"""Of the room of one bar: what is left free beside it."""
LEAST: Final = 2
"""Pixels of a bar that is not nothing."""
MOST_MARKS: Final = 6
_ROUND: Final = (2, 4, 6, 8, 10)
"""Ends of the axis whose halves are round, too."""


@dataclass(frozen=True, slots=True)
class Point:
    """What a bar is made of: how high, what it is, what is said of it, and where it leads."""

    value: Decimal
    label: str
    title: str
    href: str
    is_marked: bool = False


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar: ``x`` and ``width`` in percent, ``y`` and ``height`` in pixels from the top.

    ``left`` and ``room`` are those of the whole column, which is easier to hit.
    """

    x: float
    width: float
    y: float
    height: float
    left: float
    room: float
    title: str
    href: str
    is_marked: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A line across, ``y`` pixels from the top, with what it stands for."""

    y: float
    label: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A word below the bars, ``x`` percent from the left."""

    x: float
    label: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars beside each other above an axis."""

    bars: tuple[Bar, ...]
    lines: tuple[Line, ...]
    marks: tuple[Mark, ...]
    bottom: int = TOP + HEIGHT
    full_height: int = TOP + HEIGHT + 24


def chart(points: Sequence[Point], say: Callable[[Decimal], str]) -> Chart:
    """Stand the points beside each other, the highest line not below the highest of them."""
    top = ceiling(max((point.value for point in points), default=Decimal(0)))
    room = 100 / max(len(points), 1)
    each = ceil(len(points) / MOST_MARKS) or 1
    return Chart(
        tuple(_bar(point, place, room, top) for place, point in enumerate(points)),
        tuple(Line(TOP + HEIGHT * (1 - part / 2), say(top * part / 2)) for part in range(3)),
        tuple(
            Mark(round((place + 0.5) * room, 3), point.label)
            for place, point in enumerate(points)
            if place % each == 0
        ),
    )


def ceiling(most: Decimal) -> Decimal:
    """The least of 2, 4, 6, 8, 10, 20 … and their tenths that is not below ``most``."""
    if most <= 0:
        return Decimal(_ROUND[0])
    unit = Decimal(1).scaleb(most.adjusted())
    return next(unit * step for step in _ROUND if unit * step >= most)


def share(value: Decimal, most: Decimal) -> float:
    """Percent of the longest bar's length."""
    return round(float(100 * value / most), 3) if most else 0.0


def _bar(point: Point, place: int, room: float, top: Decimal) -> Bar:
    height = float(HEIGHT * point.value / top)
    height = max(round(height, 2), LEAST) if point.value > 0 else 0.0
    return Bar(
        x=round((place + GAP / 2) * room, 3),
        width=round((1 - GAP) * room, 3),
        y=TOP + HEIGHT - height,
        height=height,
        left=round(place * room, 3),
        room=round(room, 3),
        title=point.title,
        href=point.href,
        is_marked=point.is_marked,
    )
