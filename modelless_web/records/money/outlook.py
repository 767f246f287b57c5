"""What the composer says of money before anything is sent."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from modelless_web.records.models.users import User
from modelless_web.records.money.amounts import spoken, spoken_range
from modelless_web.records.money.budgets import Standing, objections, standings
from modelless_web.records.money.estimate import Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """One line: what it will cost, what is left of the tightest budget, and what stands against it.

    ``refusals`` keep it from being sent; ``warnings`` do not, and are left out beside those.
    """

    cost: str
    left: str = ""
    refusals: Collection[str] = ()
    warnings: Collection[str] = ()


def outlook(thought: Estimate, person: User, moment: datetime) -> Outlook:
    """What an estimate means for a person now."""
    standing = standings(person, person.day(moment))
    refusals, warnings = (
        objections(standing, thought.high, thought.currency, is_hard=is_hard)
        for is_hard in (True, False)
    )
    return Outlook(
        cost=_cost(thought, has_budgets=bool(standing)),
        left=_left(standing, thought),
        refusals=refusals,
        warnings=[] if refusals else warnings,
    )


def _cost(thought: Estimate, *, has_budgets: bool) -> str:
    low, high = thought.low, thought.high
    if low is None or high is None:
        return "No price known, so no budget counts it" if has_budgets else "No price known"
    if thought.is_free:
        return "Costs nothing" if thought.rule else "Practice, costs nothing"
    if low == high:
        return spoken(high, thought.currency)
    return f"About {spoken_range(low, high, thought.currency)}"


def _left(standing: Collection[Standing], thought: Estimate) -> str:
    over_time = [
        one for one in standing if one.is_for_time and one.budget.currency == thought.currency
    ]
    tightest = min(over_time, key=lambda one: one.left, default=None)
    return tightest.said_left if tightest else ""
