"""What a generation was thought to cost, what it cost, and how far the two are apart.

A list rounds; the page of one tells every place, since bills are compared with it.
"""

from django.contrib import admin
from django.utils.safestring import SafeString

from modelless_web.backoffice import pieces
from modelless_web.records.models import Basis, Generation, PriceRule
from modelless_web.records.money.amounts import exactly, spoken


def cost(row: Generation) -> str:
    """What it cost, as short as a list needs it."""
    if row.is_open:
        return pieces.NOTHING
    if row.cost is None:
        return "Not known"
    is_estimated = row.cost_basis == Basis.ESTIMATED
    return f"{'about ' if is_estimated else ''}{spoken(row.cost, row.currency)}"


def rule(row: Generation) -> SafeString | str:
    """The rule of the price book that priced it."""
    if row.price_rule is None:
        return "None: no price was known when it was sent"
    if admin.site.is_registered(PriceRule):
        return pieces.link(row.price_rule, row.price_rule)
    return str(row.price_rule)


def estimate(row: Generation) -> str:
    """The range that was said before it was sent."""
    low, high = row.estimate_low, row.estimate
    if high is None:
        return pieces.NOTHING
    if low is None or low == high:
        return exactly(high, row.currency)
    return f"{exactly(low, row.currency)} to {exactly(high, row.currency)}"


def actual(row: Generation) -> str:
    """What it cost, and how that is known."""
    if row.is_open:
        return "Not ended yet"
    basis = row.get_cost_basis_display()
    return basis if row.cost is None else f"{exactly(row.cost, row.currency)} ({basis.lower()})"


def difference(row: Generation) -> str:
    """How far what it cost is above or below what was said."""
    low, high, amount = row.estimate_low, row.estimate, row.cost
    if amount is None or high is None:
        return pieces.NOTHING
    if amount > high:
        return f"{exactly(amount - high, row.currency)} above the estimate"
    if low is not None and amount < low:
        return f"{exactly(low - amount, row.currency)} below the estimate"
    return "Within the estimate"
