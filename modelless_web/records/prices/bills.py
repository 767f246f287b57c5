"""What gateways report of the key's account: kept as reported, for staff, asked once a minute."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Final

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


def is_due(gateway: Gateway, moment: datetime) -> bool:
    """Take the turn to ask: once a minute for everybody, whether it answers or not."""
    free = Q(bill_asked_at=None) | Q(bill_asked_at__lte=moment - FRESH)
    return bool(Gateway.objects.filter(free, pk=gateway.pk).update(bill_asked_at=moment))


def note(gateway: Gateway, told: billing.Bill, moment: datetime) -> Bill:
    """Keep what a gateway reported beside what we have counted."""
    counted = counted_of(gateway)
    bill = Bill.objects.create(
        gateway=gateway,
        key_tail=gateway.key_tail,
        read_at=moment,
        limit=told.limit,
        used=told.used,
        counted=counted["cost"] or ZERO,
        unpriced=(counted["unpriced"] or 0) + (counted["foreign"] or 0),
        is_quiet=not Generation.objects.filter(gateway=gateway, status__in=OPEN).exists(),
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


def counted_of(gateway: Gateway) -> dict[str, Any]:
    """What all our runs at a gateway have cost, and how many have no cost in that currency."""
    ours = Usage.objects.filter(gateway=gateway)
    return ours.aggregate(
        cost=Sum("cost", filter=Q(currency=Bill.CURRENCY)),
        unpriced=Sum("unpriced"),
        foreign=Sum("generations", filter=~Q(currency__in=["", Bill.CURRENCY])),
    )
