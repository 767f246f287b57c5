"""Values of operators: amounts of money, such as ``>0.05``, ``0.01..0.05``, ``0``, ``unknown``."""

import re
from decimal import Decimal
from typing import Final

UNKNOWN: Final = "unknown"
_NUMBER: Final = r"\d{1,9}(?:\.\d{1,9})?"
_AMOUNT: Final = re.compile(rf"(>=|<=|>|<|=)?({_NUMBER})(\+)?|({_NUMBER})\.\.({_NUMBER})", re.ASCII)
_SIGNS: Final = {">=": "gte", ">": "gt", "<=": "lte", "<": "lt"}
_SAID: Final = {
    ">=": "cost: {} or more",
    ">": "cost: more than {}",
    "<=": "cost: {} or less",
    "<": "cost: less than {}",
}


class ValueSentenceError(ValueError):
    """A value that an operator can't take; the message says what it takes."""


def read_amount(value: str) -> str:
    """The one spelling of an amount. Raises ValueSentenceError."""
    if value.lower() in {UNKNOWN, "none"}:
        return UNKNOWN
    found = _AMOUNT.fullmatch(value)
    if found is None or (found[1] and found[3]):
        raise ValueSentenceError("it takes an amount, as in >0.05, <1, 0.01..0.05, or unknown")
    if found[4]:
        least, most = _plain(found[4]), _plain(found[5])
        if Decimal(least) > Decimal(most):
            raise ValueSentenceError("there is no such amount")
        return least if least == most else f"{least}..{most}"
    sign = ">=" if found[3] else found[1] or ""
    return f"{sign.removeprefix('=')}{_plain(found[2])}"


def amount_range(value: str) -> dict[str, Decimal]:
    """What an amount in its one spelling asks for, as lookups with their ends."""
    if ".." in value:
        least, most = value.split("..")
        return {"gte": Decimal(least), "lte": Decimal(most)}
    sign = value.rstrip("0123456789.")
    return {_SIGNS.get(sign, "exact"): Decimal(value.removeprefix(sign))}


def amount_label(value: str, _without: bool) -> str:
    """As a person reads it."""
    if value == UNKNOWN:
        return "cost: unknown"
    if ".." in value:
        return "cost: {} to {}".format(*value.split(".."))
    sign = value.rstrip("0123456789.")
    return _SAID.get(sign, "cost: {}").format(value.removeprefix(sign))


def _plain(number: str) -> str:
    """Without zeros that say nothing."""
    whole, _, part = number.partition(".")
    part = part.rstrip("0")
    return f"{int(whole)}.{part}" if part else str(int(whole))
