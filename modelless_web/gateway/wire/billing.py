"""What a key may use and has used: GET /dashboard/billing/… (gateway reference, section 7.3)."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from modelless_web.gateway.errors import GatewayError, Kind

from .document import MOST, amount, ask, read_object

SUBSCRIPTION: Final = ask("/dashboard/billing/subscription", is_at_root=True)
USAGE: Final = ask("/dashboard/billing/usage", is_at_root=True)
STATUS: Final = ask("/api/status", is_at_root=True)

# What the limit of a key without one is said to be, whatever the unit.
UNLIMITED: Final = Decimal(100_000_000)
QUOTA_PER_UNIT: Final = Decimal(500_000)
IN_MONEY: Final = Decimal(1)
_CENTS: Final = 100


@dataclass(frozen=True, slots=True)
class Bill:
    """As reported, in US dollars; ``limit`` is what was left and what is used, None without one."""

    limit: Decimal | None
    used: Decimal

    @property
    def balance(self) -> Decimal | None:
        """What is left, never less than nothing; None where there is no limit.

        Some gateways forget to add the used part to the limit of a whole account, so that it is
        subtracted twice: they would report a debt.
        """
        return None if self.limit is None else max(self.limit - self.used, Decimal(0))


def read_limit(body: bytes) -> Decimal:
    """Return the limit in the gateway's unit. Raises GatewayError."""
    return _figure(read_object(body).get("hard_limit_usd"))


def read_used(body: bytes) -> Decimal:
    """Return what was used in the gateway's unit; on the wire it is hundredths of it.

    Raises GatewayError.
    """
    return _figure(read_object(body).get("total_usage")) / _CENTS


def read_unit(body: bytes) -> Decimal:
    """Return how many of the gateway's units are a dollar: 1, or its quota where it shows that.

    Raises GatewayError.
    """
    status = read_object(body).get("data")
    if not isinstance(status, dict) or status.get("display_in_currency") is not False:
        return IN_MONEY
    per_unit = amount(status.get("quota_per_unit"))
    return per_unit if per_unit and per_unit >= 1 else QUOTA_PER_UNIT


def settle(limit: Decimal, used: Decimal, unit: Decimal) -> Bill:
    """Put the three figures together. Raises GatewayError where they are no money."""
    if max(abs(limit), abs(used)) / unit >= MOST:
        raise _unreadable()
    return Bill(None if limit == UNLIMITED else limit / unit, used / unit)


def _figure(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise _unreadable()
    figure = Decimal(value)
    if abs(figure) >= MOST * QUOTA_PER_UNIT:
        raise _unreadable()
    return figure


def _unreadable() -> GatewayError:
    return GatewayError(Kind.UPSTREAM, "The gateway's bill could not be read.")
