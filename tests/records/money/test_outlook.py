"""What the composer says of money: one line for every case."""

from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from modelless_web.records.models import PriceRule
from modelless_web.records.money.estimate import Estimate
from modelless_web.records.money.outlook import Outlook, outlook
from tests.records.money.book import budget
from tests.support import factories

pytestmark = pytest.mark.django_db


def look(low: str | None = "0.02", high: str | None = "0.05", **more: Any) -> Outlook:
    values: dict[str, Any] = {"currency": "USD", "rule": PriceRule()} | more
    amounts = [None if each is None else Decimal(each) for each in (low, high)]
    thought = Estimate(low=amounts[0], high=amounts[1], **values)
    return outlook(thought, factories.person(), timezone.now())


@pytest.mark.parametrize(
    ("amounts", "more", "said"),
    [
        (("0.02", "0.05"), {}, "About $0.02–0.05"),
        (("0.1", "0.1"), {}, "$0.10"),
        (("0", "0"), {}, "Costs nothing"),
        (("0", "0"), {"rule": None, "currency": ""}, "Practice, costs nothing"),
        ((None, None), {"rule": None, "currency": ""}, "No price known"),
    ],
)
def test_the_cost_is_a_range_or_what_is_known_of_it(
    amounts: tuple[str | None, str | None], more: dict[str, Any], said: str
) -> None:
    assert look(*amounts, **more).cost == said


def test_who_has_a_budget_is_told_when_it_counts_nothing() -> None:
    budget("5")
    found = look(None, None, rule=None, currency="")
    assert (found.cost, found.left) == ("No price known, so no budget counts it", "")


def test_the_tightest_budget_of_the_currency_is_shown() -> None:
    budget("5", "everyone", "month")
    budget("3")
    budget("2", currency="EUR")
    budget("1", period="generation")
    assert look().left == "$3.00 of $3.00 left today"


def test_shared_money_is_said_to_be_shared() -> None:
    budget("5", "everyone", "month")
    assert look().left == "$5.00 of $5.00 left this month for everybody"


def test_a_soft_budget_warns_unless_a_hard_one_refuses() -> None:
    budget("0.01", is_hard=False)
    found = look()
    assert not found.refusals
    assert found.warnings == ["This goes beyond your budget of $0.01 a day, which only warns."]
    budget("0.04")
    found = look()
    assert (len(found.refusals), found.warnings) == (1, [])
