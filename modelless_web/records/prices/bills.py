"""What gateways report of the key's account: kept as reported, for staff, asked once a minute."""

from collections.abc import Collection
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final, NamedTuple

from django.db.models import F, Q, QuerySet, Sum

from modelless_web.gateway.wire import billing
from modelless_web.records.models.bills import Bill
from modelless_web.records.models.gateways import Gateway
from modelless_web.records.models.generations import OPEN, Generation
from modelless_web.records.models.usage import Usage
from modelless_web.records.money.amounts import ZERO, spoken

FRESH: Final = timedelta(minutes=1)
# A gateway that tells no longer, or a key that is gone: what it said is soon of no use.
SHOWN: Final = timedelta(days=1)
KEPT: Final = timedelta(days=2)


class Counted(NamedTuple):
    """The sum of all costs in the bill's currency, and how many runs are not in it."""

    cost: Decimal
    unpriced: int


def is_due(gateway: Gateway, moment: datetime) -> bool:
    """Take the turn to ask: once a minute for everybody, whether it answers or not."""
    free = Q(bill_asked_at=None) | Q(bill_asked_at__lte=moment - FRESH)
    return bool(Gateway.objects.filter(free, pk=gateway.pk).update(bill_asked_at=moment))


def note(gateway: Gateway, told: billing.Bill, before: Counted, moment: datetime) -> Bill:
    """Keep what a gateway reported beside what we have counted, now and ``before`` it was asked.

    The two belong together only if nothing was under way meanwhile.
    """
    counted = count(gateway)
    is_open = Generation.objects.filter(gateway=gateway, status__in=OPEN).exists()
    bill = Bill.objects.create(
        gateway=gateway,
        key_tail=gateway.key_tail,
        read_at=moment,
        limit=told.limit,
        used=told.used,
        counted=counted.cost,
        unpriced=counted.unpriced,
        is_quiet=counted == before and not is_open,
    )
    old = of_key(gateway).filter(read_at__lt=moment - KEPT)
    newest = old.first()
    if newest:
        Bill.objects.filter(gateway=gateway, read_at__lt=newest.read_at).delete()
    return bill


def of_key(gateway: Gateway) -> QuerySet[Bill]:
    """What was reported of the key that the gateway has now, newest first."""
    return Bill.objects.filter(gateway=gateway, key_tail=gateway.key_tail)


def newest(gateways: Collection[int], moment: datetime) -> dict[int, Bill]:
    """The report of each gateway that is to be shown; those that do not tell are missing."""
    current = Bill.objects.filter(
        gateway__in=gateways, key_tail=F("gateway__key_tail"), read_at__gt=moment - SHOWN
    )
    # The later one takes the place of the earlier.
    return {bill.gateway_id: bill for bill in current.order_by("read_at")}


def sentence(bill: Bill) -> str:
    """What a gateway reported, as staff read it."""
    used = spoken(bill.used, Bill.CURRENCY)
    if bill.limit is None or bill.balance is None:
        return f"Balance unlimited, {used} used"
    left, limit = (spoken(amount, Bill.CURRENCY) for amount in (bill.balance, bill.limit))
    return f"Balance {left} of {limit}"


def count(gateway: Gateway) -> Counted:
    """What all our runs at a gateway have cost so far."""
    sums = Usage.objects.filter(gateway=gateway).aggregate(
        cost=Sum("cost", filter=Q(currency=Bill.CURRENCY)),
        unpriced=Sum("unpriced"),
        foreign=Sum("generations", filter=~Q(currency__in=["", Bill.CURRENCY])),
    )
    unpriced = (sums["unpriced"] or 0) + (sums["foreign"] or 0)
    return Counted(sums["cost"] or ZERO, unpriced)
