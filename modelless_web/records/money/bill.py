"""What a generation cost, as people read it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from modelless_web.records.money.amounts import ZERO, spoken, spoken_range

if TYPE_CHECKING:
    from modelless_web.records.models import Generation

# By ``Charge``; rows that are open have none.
SENTENCES: Final = {
    "charged": "The gateway charges for this: it reported what it used.",
    "maybe": "The gateway may have charged for this.",
    "refused": "Nothing was charged.",
    "unsent": "Nothing was charged.",
}


BASES: Final = {
    "exact": "by the price book, from what the gateway reported",
    "estimated": "our estimate: the gateway did not report what it used",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """``short`` is for a card, and empty where there is nothing to be paid or nothing known yet.

    ``thought`` is the range that was said before it was sent.
    """

    cost: str
    short: str
    basis: str
    charge: str
    sentence: str
    thought: str


def bill(row: "Generation") -> Bill:
    """What a generation was thought to cost, and what it did cost."""
    return Bill(
        cost=_cost(row),
        short="" if row.is_open or row.cost == ZERO else _cost(row),
        basis=BASES.get(row.cost_basis, ""),
        charge=row.get_charge_display(),
        sentence=SENTENCES[row.charge or ("maybe" if row.maybe_charged else "unsent")],
        thought=_thought(row),
    )


def _cost(row: "Generation") -> str:
    if row.is_open:
        return "not known yet"
    if row.cost == ZERO:
        return "nothing"
    said = spoken(row.cost, row.currency)
    if row.cost is None or row.cost_basis == "exact":
        return said
    return f"maybe {said}" if row.charge == "maybe" else f"about {said}, our estimate"


def _thought(row: "Generation") -> str:
    low, high = row.estimate_low, row.estimate
    if low is None or high is None:
        return spoken(None, "")
    return spoken_range(low, high, row.currency) if high else "nothing"
