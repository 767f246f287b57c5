"""The date links above a long list, read from the index on time and nothing else.

Django's own truncates the time of every row, in Python on SQLite: its cost grows with the table.
"""

from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db.models import Exists
from django.utils.formats import date_format

from modelless_web.records.models import Generation
from modelless_web.records.models.generations import midnight

FIELD: Final = "queued_at"
PARTS: Final = ("year", "month", "day")
FORMATS: Final = ("Y", "YEAR_MONTH_FORMAT", "MONTH_DAY_FORMAT")

type Link = Callable[[dict[str, str]], str]


@dataclass(frozen=True, slots=True)
class Span:
    """All time, a year, a month or a day, by as many numbers as it takes."""

    numbers: tuple[int, ...]

    @property
    def first(self) -> date:
        return date(*(*self.numbers, 1, 1)[:3])

    @property
    def last(self) -> date:
        match self.numbers:
            case (year,):
                return date(year, 12, 31)
            case (year, month):
                return date(year, month, monthrange(year, month)[1])
        return self.first

    @property
    def has_rows(self) -> Exists:
        after = self.last + timedelta(days=1)
        return Exists(
            Generation.objects.filter(
                queued_at__gte=midnight(self.first), queued_at__lt=midnight(after)
            )
        )

    def parts(self) -> "list[Span]":
        """The next smaller spans: the months of a year, the days of a month."""
        match len(self.numbers):
            case 0:
                times = _first_and_last()
                numbers = range(times[0].year, times[1].year + 1) if times else range(0)
            case 1:
                numbers = range(1, 13)
            case 2:
                numbers = range(1, self.last.day + 1)
            case _:
                numbers = range(0)
        return [Span((*self.numbers, number)) for number in numbers]

    def entry(self, link: Link) -> dict[str, str]:
        """The span as Django's template shows it."""
        filters = {
            f"{FIELD}__{part}": str(number)
            for part, number in zip(PARTS, self.numbers, strict=False)
        }
        depth = len(self.numbers)
        title = date_format(self.first, FORMATS[depth - 1]) if depth else "All dates"
        return {"title": title, "link": link(filters)}


def calendar(parameters: Mapping[str, str], link: Link) -> dict[str, Any]:
    """Return a way back and the spans with rows, for Django's ``date_hierarchy.html``.

    Four queries at most, each a few steps in the index on ``queued_at``.
    """
    span = _chosen(parameters) or _smallest_that_holds_all()
    parts = span.parts()
    back = Span(span.numbers[:-1]).entry(link) if span.numbers else None
    if not parts:
        return {"back": back, "choices": [{"title": span.entry(link)["title"]}]}
    return {"back": back, "choices": [part.entry(link) for part in _with_rows(parts)]}


def _chosen(parameters: Mapping[str, str]) -> Span | None:
    """The span that the address names; the list has refused nonsense before."""
    values = [parameters.get(f"{FIELD}__{part}", "") for part in PARTS]
    given = values[: values.index("")] if "" in values else values
    return Span(tuple(int(value) for value in given)) if given else None


def _smallest_that_holds_all() -> Span:
    times = _first_and_last()
    if times is None or times[0].year != times[1].year:
        return Span(())
    first, last = times
    return Span((first.year, first.month) if first.month == last.month else (first.year,))


def _first_and_last() -> tuple[datetime, datetime] | None:
    # Two queries: one for both ends would read the whole index.
    times = Generation.objects.values_list("queued_at", flat=True)
    first, last = times.order_by("queued_at").first(), times.order_by("-queued_at").first()
    return (first, last) if first and last else None


def _with_rows(spans: list[Span]) -> list[Span]:
    anchor = Generation.objects.order_by("queued_at")
    seen = anchor.values_list(*(span.has_rows for span in spans)).first()
    return [span for span, has_rows in zip(spans, seen or (), strict=False) if has_rows]
