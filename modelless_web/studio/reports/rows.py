"""Lines of usage tables, and how figures are told in them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from modelless_web.gateway.errors import SENTENCES, Kind
from modelless_web.records.models import Charge, Status, User
from modelless_web.records.money.amounts import spoken
from modelless_web.records.usage.reading import COUNTED, Figures


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table; ``share`` is the length of its bar in percent."""

    labels: tuple[str, ...]
    href: str
    figures: Figures
    share: float = 0.0
    name: str = ""

    @property
    def label(self) -> str:
        return self.labels[0]

    @property
    def generations(self) -> str:
        return f"{self.figures.generations:,}"

    @property
    def pictures(self) -> str:
        return f"{self.figures.pictures:,}"

    @property
    def tokens(self) -> str:
        return f"{self.figures.tokens:,}"

    @property
    def amounts(self) -> list[str]:
        """What it cost, in each currency."""
        costs = self.figures.costs.items()
        spent = [spoken(cost, currency) for currency, cost in costs if cost]
        return spent if spent or self.figures.unpriced else ["nothing"]

    @property
    def cost(self) -> str:
        """The same in a line, and of how many no price is known."""
        many = self.figures.unpriced
        return ", ".join([*self.amounts, *([f"{many:,} with no price known"] if many else [])])


def names_of(pks: Iterable[int]) -> dict[int, User]:
    """The people behind ids."""
    light = User.objects.only("username", "is_guest", "opaque_id")
    return light.in_bulk(set(pks))


def word_of(value: Any, people: dict[int, User]) -> Any:
    """What a term says of a value: of a person, the name."""
    person = people.get(value) if isinstance(value, int) else None
    return person.get_username() if person else value


def label_of(name: str, value: Any, people: dict[int, User]) -> str:
    """How a table tells a column's value."""
    if name == "owner":
        return str(people.get(value, value))
    if name == "status":
        return str(Status(value).label)
    return str(Charge(value).label) if name == "charge" else str(value)


def measured(figures: Figures, measure: str) -> str:
    """How much of a measure there is, in words."""
    value = figures.measured(measure)
    unit = f" {measure.removesuffix('s') if value == 1 else measure}" if measure in COUNTED else ""
    return f"{said(value, measure)}{unit}"


def said(value: Decimal, measure: str) -> str:
    """A number of a measure."""
    return f"{value:,.0f}" if measure in COUNTED else spoken(value, measure)


def cause(kind: str) -> str:
    """What went wrong, as the person read it."""
    return SENTENCES[Kind(kind)].cause if kind in Kind else kind


def short(name: str) -> str:
    """A day or a month below a bar."""
    day = date.fromisoformat(name if name.count("-") > 1 else f"{name}-01")
    return f"{day.day} {day:%b}" if name.count("-") > 1 else f"{day:%b %Y}"
