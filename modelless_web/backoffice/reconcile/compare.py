"""A bill beside the ledger, day by day and model by model: what does not match."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlencode

from django.db.models import Count, Q, Sum
from django.db.models.functions import TruncDate
from django.urls import reverse

from modelless_web.backoffice.reconcile.bill import Billed, BillError, Key
from modelless_web.records.models import Charge, Gateway, Generation
from modelless_web.records.money.amounts import ZERO, spoken

MOST_DAYS: Final = 366
ROUNDING: Final = Decimal("0.01")
"""So far a day of one model may be apart: bills round otherwise than we do."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What the ledger says of one day and model, what is charged and what may be apart."""

    requests: int = 0
    maybe_requests: int = 0
    cost: Decimal = ZERO
    maybe_cost: Decimal = ZERO
    unpriced: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """One day and model: what is on the bill, what is in the ledger, and where it is listed."""

    day: date
    model: str
    billed: Billed | None
    kept: Kept
    currency: str
    link: str

    @property
    def difference(self) -> Decimal | None:
        """How much more the bill asks than the ledger explains, below 0 how much less.

        What may have been charged explains a bill as far as it goes. None: the bill says none.
        """
        amount = ZERO if self.billed is None else self.billed.amount
        if amount is None:
            return None
        return _outside(amount, self.kept.cost, self.kept.cost + self.kept.maybe_cost)

    @property
    def requests_apart(self) -> int:
        """The same of requests."""
        asked = 0 if self.billed is None else self.billed.requests
        kept = self.kept.requests
        return int(_outside(Decimal(asked), kept, kept + self.kept.maybe_requests))

    @property
    def billed_text(self) -> str:
        """What the bill asks."""
        if self.billed is None:
            return "not on the bill"
        return "not said" if self.billed.amount is None else self._said(self.billed.amount)

    @property
    def cost_text(self) -> str:
        """What the ledger says is charged."""
        unpriced = f" and {self.kept.unpriced:,} without a price" if self.kept.unpriced else ""
        return self._said(self.kept.cost) + unpriced

    @property
    def maybe_text(self) -> str:
        """What the ledger says may be charged."""
        return self._said(self.kept.maybe_cost)

    @property
    def difference_text(self) -> str:
        """How far they are apart."""
        if self.difference:
            return self._said(self.difference)
        return f"{self.requests_apart:+,} requests" if self.requests_apart else "none"

    def _said(self, amount: Decimal) -> str:
        return spoken(amount, self.currency)

    @property
    def matches(self) -> bool:
        """Whether the two say the same."""
        return not self.requests_apart and abs(self.difference or ZERO) <= ROUNDING


def compare(bill: Mapping[Key, Billed], gateway: Gateway, currency: str, zone: tzinfo) -> list[Row]:
    """Lay a bill beside what the ledger has of its days, by day and model.

    Raises BillError where it is of more than a year.
    """
    first, last = min(day for day, _ in bill), max(day for day, _ in bill)
    if (last - first).days >= MOST_DAYS:
        raise BillError("The bill is of more than a year; compare it in parts.")
    kept = _kept(gateway, currency, first, last, zone)
    return [
        Row(
            *key,
            bill.get(key),
            kept.get(key, Kept()),
            currency,
            _link(gateway, *key, zone),
        )
        for key in sorted(bill.keys() | kept.keys())
    ]


def _kept(
    gateway: Gateway, currency: str, first: date, last: date, zone: tzinfo
) -> dict[Key, Kept]:
    """The ledger of these days, as far as it may stand on a bill in that currency."""
    charged, maybe = Q(charge=Charge.CHARGED), Q(charge=Charge.MAYBE)
    rows = Generation.objects.filter(
        charged | maybe,
        gateway=gateway,
        currency__in=(currency, ""),
        queued_at__gte=_begin(first, zone),
        queued_at__lt=_begin(last + timedelta(days=1), zone),
    )
    sums = {
        "asked": Count("pk", filter=charged),
        "maybe_asked": Count("pk", filter=maybe),
        "sum_cost": Sum("cost", filter=charged),
        "sum_maybe": Sum("cost", filter=maybe),
        "unpriced": Count("pk", filter=Q(cost=None)),
        "sum_prompt": Sum("prompt_tokens"),
        "sum_completion": Sum("completion_tokens"),
    }
    by = {"billed_day": TruncDate("queued_at", tzinfo=zone)}
    cells = rows.order_by().values("model", **by).annotate(**sums)
    return {
        (day, model): Kept(*_filled(told))
        for day, model, *told in cells.values_list("billed_day", "model", *sums)
    }


def _filled(sums: Iterable[Any]) -> list[Any]:
    return [ZERO if value is None else value for value in sums]


def _begin(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _outside(amount: Decimal, least: Decimal | int, most: Decimal | int) -> Decimal:
    """How far an amount is above ``most`` or, below 0, under ``least``."""
    return max(amount - most, ZERO) + min(amount - least, ZERO)


def _link(gateway: Gateway, day: date, model: str, zone: tzinfo) -> str:
    query = {
        "gateway": gateway.pk,
        "model": model,
        "queued_at__gte": _begin(day, zone).isoformat(),
        "queued_at__lt": _begin(day + timedelta(days=1), zone).isoformat(),
    }
    return f"{reverse('admin:records_generation_changelist')}?{urlencode(query)}"
