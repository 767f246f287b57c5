"""The chart above a list: up to thirty bars, a day or a month each, as shapes for an SVG."""

from calendar import monthrange
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from typing import Final

from django.utils.formats import date_format

from modelless_web.backoffice.figures.cells import Cell
from modelless_web.records.models import Status

MOST_BARS: Final = 30
MOST_DAYS: Final = 31
"""The longest span that is drawn day by day."""
WIDTH: Final = 900
HEIGHT: Final = 120
GAP: Final = 4
LEAST: Final = 2
"""Of a bar that stands for something at all."""
A_DAY: Final = timedelta(days=1)

type Link = Callable[[date, date], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A stretch of days: what it holds, where it stands in the drawing, and where it leads."""

    label: str
    link: str
    count: int
    failed: int
    x: float
    width: float
    height: float
    failed_height: float

    @property
    def y(self) -> float:
        return HEIGHT - self.height

    @property
    def failed_y(self) -> float:
        return HEIGHT - self.failed_height

    @property
    def title(self) -> str:
        """What is said of it in words."""
        failed = f", {self.failed:,} failed" if self.failed else ""
        return f"{self.label}: {self.count:,} requests{failed}"


@dataclass(frozen=True, slots=True)
class Chart:
    """The bars from left to right; ``most`` is what the highest stands for."""

    bars: list[Bar]
    most: int
    earlier: int
    """Requests before the first bar, and where they are listed."""
    earlier_link: str
    width: int = WIDTH
    height: int = HEIGHT


def chart(
    cells: Iterable[Cell], since: date | None, until: date | None, link: Link
) -> Chart | None:
    """Draw cells from ``since`` to before ``until``, or as far as they go; None without any day.

    ``link(first, after)`` is where the list of these days is.
    """
    totals, failed = Counter[date](), Counter[date]()
    for cell in cells:
        totals[cell.day] += cell.generations
        failed[cell.day] += cell.generations * (cell.status == Status.FAILED)
    first = since or min(totals, default=None)
    last = until - A_DAY if until else max(totals, default=None)
    if first is None or last is None or first > last:
        return None
    spans = list(islice(_backwards(first, last), MOST_BARS))[::-1]
    counts = [(_within(totals, span), _within(failed, span)) for span in spans]
    most = max(count for count, _ in counts)
    start, step = spans[0][0], WIDTH / len(spans)

    def bar(place: int, span: tuple[date, date], count: int, failed: int) -> Bar:
        return Bar(
            label=_label(*span),
            link=link(*span),
            count=count,
            failed=failed,
            x=round(place * step + GAP / 2, 1),
            width=round(step - GAP, 1),
            height=_height(count, most),
            failed_height=_height(failed, most),
        )

    bars = [
        bar(place, span, *held)
        for place, (span, held) in enumerate(zip(spans, counts, strict=True))
    ]
    return Chart(bars, most, _within(totals, (first, start)), link(first, start))


def _backwards(first: date, last: date) -> Iterator[tuple[date, date]]:
    """The days of a short span, the months of a long one, the newest first."""
    by_days = (last - first).days < MOST_DAYS
    after = last + A_DAY
    while after > first:
        newest = after - A_DAY
        begin = newest if by_days else max(newest.replace(day=1), first)
        yield begin, after
        after = begin


def _within(counts: Counter[date], span: tuple[date, date]) -> int:
    begin, after = span
    return sum(count for day, count in counts.items() if begin <= day < after)


def _height(count: int, most: int) -> float:
    return max(LEAST, round(HEIGHT * count / most, 1)) if count else 0


def _label(begin: date, after: date) -> str:
    last = after - A_DAY
    if begin == last:
        return date_format(begin, "j M Y")
    is_month = begin.day == 1 and last.day == monthrange(last.year, last.month)[1]
    if is_month:
        return date_format(begin, "M Y")
    return f"{date_format(begin, 'j')} to {date_format(last, 'j M Y')}"
