"""What the address of a usage page asks for, and what it could ask for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.http import HttpRequest, QueryDict

from modelless_web.records.models import Charge, Status
from modelless_web.records.models.generations import OPEN
from modelless_web.records.usage import period as periods
from modelless_web.records.usage.period import Period

MONTHS_BACK: Final = 12
YEARS_BACK: Final = 4
ENDED: Final = [status for status in Status if status not in OPEN]
HEADS: Final = {
    "owner": "Person",
    "day": "Day",
    "month": "Month",
    "model": "Model",
    "status": "Status",
    "charge": "Charge",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for."""

    period: Period
    model: str = ""
    status: str = ""
    charge: str = ""
    person: str = ""
    measure: str = ""
    by: tuple[str, ...] = ()

    @property
    def filters(self) -> dict[str, str]:
        """What narrows it, by column."""
        found = {"model": self.model, "status": self.status, "charge": self.charge}
        return {name: value for name, value in found.items() if value}

    def words(self) -> dict[str, Any]:
        """The words of the address that ask for this."""
        period = self.period
        words: dict[str, Any] = {"period": period.name}
        if period.name == periods.RANGE:
            words |= {"from": period.first.isoformat(), "to": period.last.isoformat()}
        words |= self.filters | {"person": self.person, "measure": self.measure}
        return {name: value for name, value in words.items() if value} | {"by": list(self.by)}


def dimensions(names: Sequence[str], asked: Asked) -> list[tuple[str, str, bool]]:
    """What can be chosen together, and whether it is."""
    return [(name, HEADS[name], name in asked.by) for name in names]


def read(request: HttpRequest, today: date, names: Sequence[str]) -> Asked:
    """Read the address; what it can't be is left out."""
    said = request.GET
    status, charge = said.get("status", ""), said.get("charge", "")
    return Asked(
        periods.read(said.dict(), today),
        model=_word(said, "model", 200),
        status=status if status in ENDED else "",
        charge=charge if charge in Charge else "",
        person=_word(said, "person", 150).strip(),
        measure=said.get("measure", ""),
        by=tuple(name for name in names if name in said.getlist("by")),
    )


def _word(said: QueryDict, name: str, longest: int) -> str:
    """A word of the address; PostgreSQL knows no text with a NUL in it."""
    return said.get(name, "").replace("\0", "")[:longest]


def choices(today: date) -> list[tuple[str, str]]:
    """The periods to choose from, with their words in the address."""
    months, month = [], today
    for _ in range(MONTHS_BACK):
        month = month.replace(day=1) - timedelta(days=1)
        months.append((f"{month:%Y-%m}", f"{month:%B %Y}"))
    years = [(str(year), str(year)) for year in range(today.year, today.year - YEARS_BACK, -1)]
    fixed = [
        (periods.TODAY, "Today"),
        (periods.THIS_MONTH, "This month"),
        (periods.LAST_DAYS, "Last 30 days"),
        (periods.LAST_MONTHS, "Last 12 months"),
        (periods.ALL, "All time"),
    ]
    return [*fixed, *months, *years, (periods.RANGE, "From – to")]
