"""How amounts are said."""

from decimal import Decimal

import pytest

from modelless_web.records.money.amounts import exactly, spoken, spoken_range


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        ("0", "$0.00"),
        ("0.05", "$0.05"),
        ("0.5", "$0.50"),
        ("0.0999", "$0.10"),
        ("0.0123", "$0.012"),
        ("0.00042", "$0.00042"),
        ("0.000000004", "$0.000000004"),
        ("1.236", "$1.24"),
        ("1234567.5", "$1,234,567.50"),
        ("-0.05", "-$0.05"),
    ],
)
def test_an_amount_has_cents_or_two_figures(amount: str, said: str) -> None:
    assert spoken(Decimal(amount), "USD") == said


@pytest.mark.parametrize(
    ("amount", "said"),
    [("2.5", "$2.50"), ("0.0125", "$0.0125"), ("0.040000000", "$0.04"), ("30", "$30.00")],
)
def test_a_price_has_every_place(amount: str, said: str) -> None:
    assert exactly(Decimal(amount), "USD") == said


def test_what_is_not_known_is_not_nothing() -> None:
    assert spoken(None, "USD") == "no price known"


def test_a_currency_without_a_sign_stands_behind() -> None:
    assert spoken(Decimal("1.5"), "CHF") == "1.50 CHF"


@pytest.mark.parametrize(
    ("low", "high", "currency", "said"),
    [
        ("0.02", "0.05", "USD", "$0.02–0.05"),
        ("0.1", "0.1", "USD", "$0.10"),
        ("1", "2", "CHF", "1.00–2.00 CHF"),
    ],
)
def test_a_range_says_its_currency_once(low: str, high: str, currency: str, said: str) -> None:
    assert spoken_range(Decimal(low), Decimal(high), currency) == said
