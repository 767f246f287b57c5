"""How amounts are said."""

from decimal import Decimal

import pytest

from modelless_web.records.money.amounts import spoken, spoken_range


@pytest.mark.parametrize(
    ("amount", "currency", "said"),
    [
        ("0", "USD", "$0.00"),
        ("0.05", "USD", "$0.05"),
        ("0.1", "USD", "$0.10"),
        ("0.0999", "USD", "$0.10"),
        ("0.042", "USD", "$0.042"),
        ("0.00042", "USD", "$0.00042"),
        ("1.2", "EUR", "€1.20"),
        ("1234.567", "CHF", "1,234.57 CHF"),
        ("-0.5", "GBP", "-£0.50"),
    ],
)
def test_an_amount_has_cents_and_below_a_unit_two_figures(
    amount: str, currency: str, said: str
) -> None:
    assert spoken(Decimal(amount), currency) == said


def test_what_is_not_known_is_never_taken_for_nothing() -> None:
    assert spoken(None, "USD") == "no price known"


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
