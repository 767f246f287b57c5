"""What may still be spent: worked out from the ledger and its roll-up whenever it is asked.

Nothing is counted apart, so nothing can drift. What is spent is what the roll-up says; what is set
aside is the estimate of every generation that is still open, so that an end settles it and a
crash, after which the next start ends what was open, releases it.
"""

from calendar import monthrange
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final, Self

from django.db.models import Case, DateField, OuterRef, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from modelless_web.records.models.budgets import Budget
from modelless_web.records.models.gateways import Gateway
from modelless_web.records.models.generations import Generation
from modelless_web.records.models.usage import Usage
from modelless_web.records.models.users import User
from modelless_web.records.money.amounts import ZERO, MoneyField, spoken

WHOSE: Final = {
    Budget.Scope.EVERYONE: "everybody’s budget together",
    Budget.Scope.GROUP: "your group’s budget",
    Budget.Scope.EACH: "your budget",
    Budget.Scope.PERSON: "your budget",
}


class OverBudgetError(Exception):
    """A budget has no room for it, so nothing was sent. Its text says which and until when."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A budget as it stands on one day; of a budget for one generation nothing is ever gone."""

    budget: Budget
    spent: Decimal
    reserved: Decimal
    day: date

    @classmethod
    def of(cls, row: Any, day: date) -> Self:
        """How a budget stands that was read ``with_standing`` on that day."""
        return cls(budget=row, spent=row.spent, reserved=row.reserved, day=day)

    @property
    def left(self) -> Decimal:
        """What may still be asked for."""
        limit: Decimal = self.budget.limit
        return max(limit - self.spent - self.reserved, ZERO)

    @property
    def is_for_time(self) -> bool:
        """Whether it fills up over a day or a month."""
        return self.budget.period != Budget.Period.GENERATION

    @property
    def said_left(self) -> str:
        """What is left, as the composer says it: ``$3.10 of $5.00 left today``."""
        left, limit = self._spoken(self.left, self.budget.limit)
        when = "today" if self.budget.period == Budget.Period.DAY else "this month"
        shared = {Budget.Scope.EVERYONE: " for everybody", Budget.Scope.GROUP: " for your group"}
        return f"{left} of {limit} left {when}{shared.get(Budget.Scope(self.budget.scope), '')}"

    def objection(self, amount: Decimal | None, currency: str) -> str:
        """Why an amount does not fit into it; "" if it does. None is one that nobody knows."""
        budget = self.budget
        if amount == ZERO:
            return ""
        if amount is None or currency != budget.currency:
            return self._unknown() if budget.is_hard and budget.refuses_unknown else ""
        if amount <= self.left:
            return ""
        return self._shortfall(amount) if budget.is_hard else self._warning()

    def _unknown(self) -> str:
        return (
            f"No price is known for this, and {self._whose} refuses what it can’t count. "
            "Choose another model, or ask an admin for its price."
        )

    def _warning(self) -> str:
        return f"This goes beyond {self._whose} of {self._limit}, which only warns."

    def _shortfall(self, amount: Decimal) -> str:
        asked, spent, reserved = self._spoken(amount, self.spent, self.reserved)
        said = f"This may cost {asked}, and {self._whose} is {self._limit}"
        if not self.is_for_time:
            return f"{said}. Ask for fewer answers, a shorter one or a cheaper model."
        return (
            f"{said}: {spent} is spent and {reserved} set aside for what is under way. "
            f"It is whole again {self._back()}."
        )

    @property
    def _limit(self) -> str:
        (limit,) = self._spoken(self.budget.limit)
        span = self.budget.get_period_display()
        return f"{limit} {span}" if self.is_for_time else f"{limit} for {span}"

    @property
    def _whose(self) -> str:
        return WHOSE[Budget.Scope(self.budget.scope)]

    def _spoken(self, *amounts: Decimal) -> list[str]:
        return [spoken(amount, self.budget.currency) for amount in amounts]

    def _back(self) -> str:
        if self.budget.period == Budget.Period.DAY:
            return "tomorrow"
        first = _last(self.day) + timedelta(days=1)
        return f"on {first.day} {first:%B}"


def standings(person: User, day: date) -> list[Standing]:
    """Every budget that holds for a person, as it stands on a day of their calendar.

    One statement: a run that settles meanwhile is either open in it or spent, never both.
    """
    rows = with_standing(Budget.objects.holding_for(person), day, person)
    return [Standing.of(row, day) for row in rows]


def refusal(row: Generation, owner: User) -> str:
    """Why a generation that is about to be queued goes beyond a hard budget; "" if it does not.

    To be asked in the transaction that queues it: until that ends, nobody else's is let through
    on the same money.
    """
    if row.estimate == ZERO or not Budget.objects.holding_for(owner).refusing().exists():
        return ""
    Gateway.objects.count_alone()
    standing = standings(owner, row.day)
    return next(iter(objections(standing, row.estimate, row.currency, is_hard=True)), "")


def objections(
    standing: Collection[Standing], amount: Decimal | None, currency: str, *, is_hard: bool
) -> list[str]:
    """What hard budgets refuse an amount for, or what soft ones say of it."""
    said = (one.objection(amount, currency) for one in standing if one.budget.is_hard == is_hard)
    return [sentence for sentence in said if sentence]


def with_standing(
    budgets: QuerySet[Budget], day: date, person: User | None = None
) -> QuerySet[Any]:
    """The same budgets with what is ``spent`` of them on a day and what is ``reserved``.

    Without a person both are None for a budget that each person has.
    """
    spent = Usage.objects.filter(currency=OuterRef("currency"))
    reserved = Generation.objects.open().filter(currency=OuterRef("currency"))
    rows = budgets.annotate(
        begins=_by_period(day, day.replace(day=1)), ends=_by_period(day, _last(day))
    )
    return rows.annotate(
        spent=_summed(spent, "cost", person), reserved=_summed(reserved, "estimate", person)
    )


def _by_period(of_day: date, of_month: date) -> Case:
    return Case(
        When(period=Budget.Period.DAY, then=Value(of_day, DateField())),
        default=Value(of_month, DateField()),
        output_field=DateField(),
    )


def _summed(rows: QuerySet[Any], column: str, person: User | None) -> Case:
    """The sum of a column over what falls under a budget: on its days, and of its people."""
    within = rows.filter(day__gte=OuterRef("begins"), day__lte=OuterRef("ends")).order_by()

    def total(of: QuerySet[Any]) -> Coalesce:
        # By currency, which is one: a subquery's sum needs something to group by.
        found = of.values("currency").annotate(total=Sum(column)).values("total")
        return Coalesce(Subquery(found), Value(ZERO, MoneyField()), output_field=MoneyField())

    own = total(within.filter(owner=person)) if person else Value(None, MoneyField())
    return Case(
        When(period=Budget.Period.GENERATION, then=Value(ZERO, MoneyField())),
        When(scope=Budget.Scope.EVERYONE, then=total(within)),
        When(scope=Budget.Scope.GROUP, then=total(within.filter(owner__groups=OuterRef("group")))),
        When(scope=Budget.Scope.PERSON, then=total(within.filter(owner=OuterRef("person")))),
        default=own,
        output_field=MoneyField(),
    )


def _last(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])
