"""Which days a reading is about: as the address says it, as days, and as terms of a query."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Final

from modelless_web.records.language.operators import days, spoken
from modelless_web.records.language.query import Term
from modelless_web.records.models.usage import Span

TODAY: Final = "today"
THIS_MONTH: Final = "month"
LAST_DAYS: Final = "days"
LAST_MONTHS: Final = "months"
ALL: Final = "all"
RANGE: Final = "range"
MANY: Final = 30
"""Days of ``LAST_DAYS``."""
YEARS: Final = 10
"""Of ``ALL``."""
LONGEST: Final = timedelta(days=3660)
FEW_DAYS: Final = 8
"""That are looked at first where the newest will do."""
MOST_DAYS: Final = 92
"""Days that stand each for itself; of a longer period, months do."""
FIRST: Final = date(1970, 1, 1)
LAST: Final = date(9998, 12, 31)
"""Between these, every clock can be set back and forth."""
_DAY: Final = timedelta(days=1)
_LONGEST_FIRST: Final = (*reversed(Span),)


@dataclass(frozen=True, slots=True)
class Step:
    """One day or month of a period: from ``first`` to ``last``, both included."""

    first: date
    last: date
    name: str

    @property
    def label(self) -> str:
        return spoken(self.name)

    @property
    def begins(self) -> date:
        """The day, or the first day of the month, whether or not the period holds it."""
        return days(self.name)[0]

    @property
    def terms(self) -> list[Term]:
        """What finds its generations; of a month that the period cuts, those of its part."""
        first, after = days(self.name)
        if (self.first, self.last + _DAY) == (first, after):
            return [Term(self.name, "on")]
        return between(self.first, self.last)


@dataclass(frozen=True, slots=True)
class Period:
    """The days from ``first`` to ``last``, both included; ``name`` is the address's word for it."""

    name: str
    first: date
    last: date

    @property
    def label(self) -> str:
        """As a person says it."""
        if self.name == THIS_MONTH:
            return spoken(f"{self.first:%Y-%m}")
        if self.name == ALL:
            return "All time"
        if self.name == TODAY:
            return spoken(self.first.isoformat())
        if self.name == LAST_MONTHS:
            return f"{spoken(f'{self.first:%Y-%m}')} to {spoken(f'{self.last:%Y-%m}')}"
        if self.name in {LAST_DAYS, RANGE}:
            return f"{spoken(self.first.isoformat())} to {spoken(self.last.isoformat())}"
        return spoken(self.name)

    @property
    def by_month(self) -> bool:
        """Whether its steps are months."""
        return (self.last - self.first).days >= MOST_DAYS

    @property
    def terms(self) -> list[Term]:
        """What finds the generations of these days, and no others."""
        if self.name in {LAST_DAYS, LAST_MONTHS, ALL, RANGE}:
            return between(self.first, self.last)
        words = {TODAY: self.first.isoformat(), THIS_MONTH: f"{self.first:%Y-%m}"}
        return [Term(words.get(self.name, self.name), "on")]

    def spans(self, longest: Span = Span.YEAR) -> Iterator[tuple[Span, date, date]]:
        """What its days are counted in: the longest spans that are whole in it.

        Each with the first days of the first and the last of them; none is longer than ``longest``.
        """
        if longest is Span.DAY:
            yield longest, self.first, self.last
            return
        for span, found in groupby(self._pieces(longest), itemgetter(0)):
            days = [day for _, day in found]
            yield span, days[0], days[-1]

    def newest(self, today: date) -> Iterator["Period"]:
        """Its last days, each time eight times as many, until it is whole; none in the future."""
        last = min(self.last, today + 2 * _DAY)
        days = FEW_DAYS
        while (first := last - days * _DAY) > self.first:
            yield replace(self, first=first)
            days *= 8
        yield self

    def _pieces(self, longest: Span) -> Iterator[tuple[Span, date]]:
        first = self.first
        while first <= self.last:
            span = next(
                span
                for span in _LONGEST_FIRST[_LONGEST_FIRST.index(longest) :]
                if span.first(first) == first and span.last(first) <= self.last
            )
            yield span, first
            first = span.last(first) + _DAY

    def steps(self) -> Iterator[Step]:
        """Each of its days or, if it is long, each of its months, in order."""
        first = self.first
        while first <= self.last:
            last = (Span.MONTH if self.by_month else Span.DAY).last(first)
            name = f"{first:%Y-%m}" if self.by_month else first.isoformat()
            yield Step(first, min(last, self.last), name)
            first = last + _DAY


def between(first: date, last: date) -> list[Term]:
    """What finds the generations of some days, both included."""
    return [Term(first.isoformat(), "after"), Term((last + _DAY).isoformat(), "before")]


def this_month(today: date) -> Period:
    """The whole month that ``today`` is in."""
    return Period(THIS_MONTH, Span.MONTH.first(today), Span.MONTH.last(today))


def read(words: Mapping[str, str], today: date) -> Period:
    """The period that an address names; this month where it names none that there is.

    ``period`` is ``today``, ``month``, ``days`` (the last thirty), ``months`` (the last twelve),
    ``all``, a year, a month, or ``range`` with ``from`` and ``to``, in either order; of more than
    ten years, the last ten.
    """
    try:
        found = _read(words.get("period", THIS_MONTH), words, today)
    except (ValueError, OverflowError):
        return this_month(today)
    return found if found.first >= FIRST and found.last <= LAST else this_month(today)


def _read(name: str, words: Mapping[str, str], today: date) -> Period:
    if name == LAST_DAYS:
        return Period(name, today - (MANY - 1) * _DAY, today)
    if name in {TODAY, LAST_MONTHS, ALL}:
        return Period(name, *_standing(name, today))
    if name == RANGE:
        first, last = sorted(date.fromisoformat(words.get(end, "")) for end in ("from", "to"))
        return Period(name, max(first, last - LONGEST), last)
    first, after = days(name)
    return Period(name, first, after - _DAY)


def _standing(name: str, today: date) -> tuple[date, date]:
    if name == TODAY:
        return today, today
    if name == LAST_MONTHS:
        last = Span.MONTH.last(today)
        after = last + _DAY
        return after.replace(year=after.year - 1), last
    return date(today.year - YEARS + 1, 1, 1), Span.YEAR.last(today)
