"""Who is near the end of a budget, or at it: the reading that refuses runs, the other way round."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.db.models import Q, QuerySet, Sum

from modelless_web.records.models.budgets import Budget
from modelless_web.records.models.generations import Generation
from modelless_web.records.models.usage import Usage
from modelless_web.records.models.users import User
from modelless_web.records.money.amounts import ZERO
from modelless_web.records.money.budgets import with_standing

NEAR: Final = Decimal("0.8")
"""Of the limit, spent and set aside together."""
MOST: Final = 50
"""Rows; and people that are looked at of a budget that each person has."""

type Share = tuple[Any, int, Decimal, Decimal]
"""A budget that each person has, one of them by id, and what is spent and reserved of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearness:
    """How near somebody is to a limit; ``person`` for a budget that each person has."""

    budget: Budget
    spent: Decimal
    reserved: Decimal
    person: User | None = None

    @property
    def share(self) -> Decimal:
        """What is gone of the limit; of a limit of nothing, everything."""
        gone = self.spent + self.reserved
        return gone / self.budget.limit if self.budget.limit else Decimal(1)

    @property
    def is_at_limit(self) -> bool:
        return self.share >= 1


def nearest(day: date) -> list[Nearness]:
    """Those that are near a budget on a day, the worst first, fifty at most.

    Two queries, and two more for every budget that each person has.
    """
    budgets = Budget.objects.filter(enabled=True).exclude(period=Budget.Period.GENERATION)
    rows = with_standing(budgets.select_related("person", "group"), day)
    apart = [row for row in rows if row.scope == Budget.Scope.EACH]
    found = [
        Nearness(budget=row, spent=row.spent, reserved=row.reserved)
        for row in rows
        if row.scope != Budget.Scope.EACH
    ]
    found += _of_each(apart)
    near = [one for one in found if one.share >= NEAR]
    return sorted(near, key=lambda one: one.share, reverse=True)[:MOST]


def _of_each(budgets: Iterable[Any]) -> Iterator[Nearness]:
    shares = [share for budget in budgets for share in _shares(budget)]
    people = User.objects.in_bulk({owner for _, owner, _, _ in shares}) if shares else {}
    for budget, owner, spent, reserved in shares:
        yield Nearness(budget=budget, spent=spent, reserved=reserved, person=people[owner])


def _shares(budget: Any) -> list[Share]:
    """What those have used of it who may be near."""
    days = {"day__gte": budget.begins, "day__lte": budget.ends, "currency": budget.currency}
    open_runs = Generation.objects.open().filter(**days, estimate__gt=0)
    reserved = _by_owner(open_runs, "estimate")
    near = Q(total__gte=budget.limit * NEAR) | Q(owner__in=reserved)
    spent = _by_owner(Usage.objects.filter(**days), "cost", near, MOST + len(reserved))
    return [
        (budget, owner, spent.get(owner, ZERO), reserved.get(owner, ZERO))
        for owner in {**spent, **reserved}
    ]


def _by_owner(
    rows: QuerySet[Any], column: str, kept: Q | None = None, most: int | None = None
) -> dict[int, Decimal]:
    """The sums of a column, the largest first."""
    sums = rows.order_by().values("owner").annotate(total=Sum(column)).order_by("-total")
    wanted = sums.filter(kept) if kept else sums
    return dict(wanted.values_list("owner", "total")[:most])
