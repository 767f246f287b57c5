"""Amounts of money: how they are kept and how they are said."""

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, Final

from django import forms
from django.db import models

PLACES: Final = 9
# What a column has room for.
DIGITS: Final = 18
UNIT: Final = Decimal(1).scaleb(-PLACES)
ZERO: Final = Decimal(0)
_SIGNS: Final = {"USD": "$", "EUR": "€", "GBP": "£", "CNY": "¥", "JPY": "¥"}
_CENTS: Final = 2
_FIGURES: Final = 2


class MoneyField(models.Field):  # type: ignore[type-arg]
    """A ``Decimal``, kept as a whole number of billionths.

    SQLite keeps decimals as floating-point numbers: the sum of a million of them drifts, and no
    two ways of adding them up agree. Whole numbers add up exactly on every database.
    """

    description = "An amount of money"

    def get_internal_type(self) -> str:
        return "BigIntegerField"

    def from_db_value(self, value: Any, *_: object) -> Decimal | None:
        return None if value is None else Decimal(int(value)).scaleb(-PLACES)

    def to_python(self, value: Any) -> Decimal | None:
        return None if value in (None, "") else Decimal(value)

    def get_prep_value(self, value: Any) -> int | None:
        value = super().get_prep_value(value)
        return None if value is None else int(rounded(Decimal(value)).scaleb(PLACES))

    def formfield(self, **options: Any) -> Any:
        return super().formfield(
            **{
                "form_class": forms.DecimalField,
                "max_digits": DIGITS,
                "decimal_places": PLACES,
                **options,
            }
        )


def rounded(amount: Decimal) -> Decimal:
    """To billionths, halves to the even one."""
    return amount.quantize(UNIT, ROUND_HALF_EVEN)


def spoken(amount: Decimal | None, currency: str) -> str:
    """An amount as people read it: ``$1.20``, ``$0.00042``; cents, or two figures below a unit.

    None is said to be not known: it is never taken for nothing.
    """
    if amount is None:
        return "no price known"
    places = _CENTS
    if amount and abs(amount) < 1:
        places = max(_CENTS, _FIGURES - 1 - amount.adjusted())
    return _written(amount, currency, places)


def exactly(amount: Decimal, currency: str) -> str:
    """A price as people read it: ``$2.50``, ``$0.0125``; every place that it has."""
    return _written(amount, currency, PLACES)


def _written(amount: Decimal, currency: str, places: int) -> str:
    """With so many places at most, and no zeros at the end but those of the cents."""
    whole, _, part = f"{abs(amount):,.{places}f}".partition(".")
    text = f"{whole}.{part.rstrip('0'):0<{_CENTS}}"
    sign = "-" if amount < 0 else ""
    mark = _SIGNS.get(currency)
    return f"{sign}{mark}{text}" if mark else f"{sign}{text} {currency}".strip()


def spoken_range(low: Decimal, high: Decimal, currency: str) -> str:
    """From one amount to another, with the currency said once: ``$0.02–0.05``."""
    first, last = spoken(low, currency), spoken(high, currency)
    if first == last:
        return first
    mark = _SIGNS.get(currency)
    return f"{first}–{last.removeprefix(mark)}" if mark else f"{first.split()[0]}–{last}"
