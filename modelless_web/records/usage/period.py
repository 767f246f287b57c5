"""Which days a reading is about: as the address says it, as days, and as terms of a query."""

import calendar
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from modelless_web.records.language.operators import days, spoken
from modelless_web.records.language.query import Term

THIS_MONTH: Final = "month"
LAST_DAYS: Final = "days"
RANGE: Final = "range"
MANY: Final = 30
"""Days of ``LAST_DAYS``."""
LONGEST: Final = timedelta(days=3660)
MOST_DAYS: Final = 92
"""Days that stand each for itself; of a longer period, months do."""
FIRST: Final = date(1970, 1, 1)
LAST: Final = date(9998, 12, 31)
"""Between these, every clock can be set back and forth."""
_DAY: Final = timedelta(days=1)


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
        if self.name in {LAST_DAYS, RANGE}:
            return between(self.first, self.last)
        return [Term(f"{self.first:%Y-%m}" if self.name == THIS_MONTH else self.name, "on")]

    def steps(self) -> Iterator[Step]:
        """Each of its days or, if it is long, each of its months, in order."""
        first = self.first
        while first <= self.last:
            last = month_end(first) if self.by_month else first
            name = f"{first:%Y-%m}" if self.by_month else first.isoformat()
            yield Step(first, min(last, self.last), name)
            first = last + _DAY


def between(first: date, last: date) -> list[Term]:
    """What finds the generations of some days, both included."""
    return [Term(first.isoformat(), "after"), Term((last + _DAY).isoformat(), "before")]


def month_end(day: date) -> date:
    """The last day of its month."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def this_month(today: date) -> Period:
    """The whole month that ``today`` is in."""
    return Period(THIS_MONTH, today.replace(day=1), month_end(today))


def read(words: Mapping[str, str], today: date) -> Period:
    """The period that an address names; this month where it names none that there is.

    ``period`` is ``month``, ``days`` (the last thirty), a year, a month, or ``range`` with
    ``from`` and ``to``, in either order; of more than ten years, the last ten.
    """
    try:
        found = _read(words.get("period", THIS_MONTH), words, today)
    except (ValueError, OverflowError):
        return this_month(today)
    return found if found.first >= FIRST and found.last <= LAST else this_month(today)


def _read(name: str, words: Mapping[str, str], today: date) -> Period:
    if name == LAST_DAYS:
        return Period(name, today - (MANY - 1) * _DAY, today)
    if name == RANGE:
        first, last = sorted(date.fromisoformat(words.get(end, "")) for end in ("from", "to"))
        return Period(name, max(first, last - LONGEST), last)
    first, after = days(name)
    return Period(name, first, after - _DAY)
