"""The money on the page of a generation: what was said, what it cost, and what lies between."""

from decimal import Decimal
from typing import Any, Final

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from modelless_web.records.models import Basis, Charge, Gateway, PriceRule, Status
from tests.records.money import book

from .conftest import Make

FIELDS: Final = ("charge", "rule_shown", "estimate_shown", "actual_cost", "difference")
DOLLARS: Final = {"currency": "USD", "charge": Charge.CHARGED, "cost_basis": Basis.EXACT}


@pytest.fixture
def rule(gateway: Gateway) -> PriceRule:
    return book.rule(gateway)


@pytest.fixture
def money(admin: Client, make: Make) -> Any:
    """What the group says of a generation, field by field, as it is read."""

    def said(**columns: Any) -> tuple[str, ...]:
        row = make(**columns)
        page = admin.get(reverse("admin:records_generation_change", args=[row.pk]))
        (group,) = (each for each in page.context["adminform"] if each.name == "Money")
        fields = {field.field["name"]: field for line in group for field in line}
        assert tuple(fields) == FIELDS
        return tuple(strip_tags(str(fields[name].contents())) for name in FIELDS)

    return said


def amounts(low: str, high: str, cost: str) -> dict[str, Decimal]:
    return {"estimate_low": Decimal(low), "estimate": Decimal(high), "cost": Decimal(cost)}


def test_what_the_gateway_reported_is_exact(money: Any, rule: PriceRule) -> None:
    assert money(price_rule=rule, **DOLLARS, **amounts("0.04", "0.08", "0.052")) == (
        "Charged",
        str(rule),
        "$0.04 to $0.08",
        "$0.052 (what the gateway reported)",
        "Within the estimate",
    )


@pytest.mark.parametrize(
    ("cost", "difference"),
    [
        ("0.1", "$0.02 above the estimate"),
        ("0.080000001", "$0.000000001 above the estimate"),
        ("0.08", "Within the estimate"),
        ("0.04", "Within the estimate"),
        ("0.0125", "$0.0275 below the estimate"),
    ],
)
def test_the_difference_is_what_lies_outside_of_what_was_said(
    money: Any, cost: str, difference: str
) -> None:
    assert money(**DOLLARS, **amounts("0.04", "0.08", cost))[-1] == difference


def test_one_amount_that_was_said_is_no_range(money: Any) -> None:
    assert money(**DOLLARS, **amounts("0.04", "0.04", "0.04"))[2] == "$0.04"


def test_our_own_estimate_is_called_one(money: Any) -> None:
    columns = DOLLARS | {"cost_basis": Basis.ESTIMATED}
    assert money(**columns, **amounts("0.04", "0.08", "0.06"))[3] == "$0.06 (our own estimate)"


def test_without_a_known_price_nothing_is_called_free(money: Any) -> None:
    assert money(charge=Charge.CHARGED) == (
        "Charged",
        "None: no price was known when it was sent",
        "-",
        "No price known",
        "-",
    )


def test_what_was_refused_costs_nothing_and_less_than_was_said(money: Any, rule: PriceRule) -> None:
    columns = {"status": Status.FAILED, "charge": Charge.REFUSED, "currency": "USD"}
    free = {"cost_basis": Basis.FREE, "price_rule": rule}
    assert money(**columns, **free, **amounts("0.04", "0.08", "0")) == (
        "Refused",
        str(rule),
        "$0.04 to $0.08",
        "$0.00 (costs nothing)",
        "$0.04 below the estimate",
    )


def test_what_was_maybe_charged_says_so_beside_its_estimate(money: Any, rule: PriceRule) -> None:
    columns = {"status": Status.INTERRUPTED, "charge": Charge.MAYBE, "currency": "EUR"}
    guessed = {"cost_basis": Basis.ESTIMATED, "price_rule": rule}
    assert money(**columns, **guessed, **amounts("0.04", "0.08", "0.08")) == (
        "Maybe charged",
        str(rule),
        "€0.04 to €0.08",
        "€0.08 (our own estimate)",
        "Within the estimate",
    )


def test_what_is_under_way_has_an_estimate_alone(money: Any, rule: PriceRule) -> None:
    said = {"estimate_low": Decimal("0.04"), "estimate": Decimal("0.08"), "currency": "USD"}
    shown = money(status=Status.RUNNING, charge="", price_rule=rule, **said)
    assert shown[2:] == ("$0.04 to $0.08", "Not ended yet", "-")
