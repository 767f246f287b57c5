"""The alarm that what runs cost and what the price book says part ways.

Two things can be compared. Of a model: what its newest runs cost, after the tokens that the
gateway reported, with what was said before they were sent. Of a gateway: by how much its own bill
grew with what our runs cost meanwhile; only this sees a price that changed unannounced, but of
which model cannot be told, so all that ran in that time are named.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from django.db import transaction

from modelless_web.records.models.bills import Bill, Drift
from modelless_web.records.models.gateways import Gateway
from modelless_web.records.models.generations import Basis, Charge, Generation
from modelless_web.records.models.usage import Usage
from modelless_web.records.money.amounts import ZERO, spoken
from modelless_web.records.prices.bills import of_key
from modelless_web.records.prices.tariffs import span

# Runs looked at, newest first, and how many there must be for a judgement.
RUNS: Final = 50
FEWEST: Final = 10
# How far a model's runs may be from what was expected of them, at either end.
SLACK: Final = Decimal("1.25")
# How far a bill may be from what we have counted: a tenth of the larger, and a cent.
TENTH: Final = Decimal("0.1")
CENT: Final = Decimal("0.01")
# A bill is compared over so long, or since the look before if that is longer ago.
WINDOW: Final = timedelta(days=1)
ACTIVE: Final = timedelta(days=30)


@transaction.atomic
def check(gateway: Gateway, moment: datetime) -> list[Drift]:
    """Look at a gateway and its models: raise the alarms there are now, end those that are over."""
    found = [_of_model(gateway, model, moment) for model in _active(gateway, moment)]
    alarms = [alarm for alarm in (*found, _of_bill(gateway, moment)) if alarm]
    Drift.objects.bulk_create(
        alarms,
        update_conflicts=True,
        unique_fields=["gateway", "model", "currency"],
        update_fields=["low", "high", "actual", "runs", "models_used", "since", "checked_at"],
    )
    Drift.objects.filter(gateway=gateway).exclude(checked_at=moment).delete()
    return alarms


def alarms(gateways: Collection[int]) -> dict[int, list[Drift]]:
    """The alarms there are now, by gateway."""
    found: dict[int, list[Drift]] = defaultdict(list)
    for alarm in Drift.objects.filter(gateway__in=gateways):
        found[alarm.gateway_id].append(alarm)
    return found


def sentence(alarm: Drift) -> str:
    """What parts ways by how much, and what may be the reason."""
    actual = spoken(alarm.actual, alarm.currency)
    if alarm.model:
        expected = span(alarm.low, alarm.high, alarm.currency)
        return (
            f"The newest {alarm.runs} runs of {alarm.model} cost {actual}; {expected} was expected "
            "before they were sent. Its answers have changed, or its price in the book is wrong."
        )
    ran = f"{alarm.runs} runs of {', '.join(alarm.models_used)}" if alarm.runs else "no runs"
    return (
        f"Since {alarm.since:%Y-%m-%d %H:%M} UTC its bill grew by {actual}, while "
        f"{spoken(alarm.high, alarm.currency)} was counted here for {ran}. "
        "A price in the book is wrong, or somebody else uses the key."
    )


def _active(gateway: Gateway, moment: datetime) -> Iterable[str]:
    recent = Usage.objects.filter(gateway=gateway, day__gte=(moment - ACTIVE).date())
    return recent.exclude(currency="").values_list("model", flat=True).distinct().order_by("model")


def _of_model(gateway: Gateway, model: str, moment: datetime) -> Drift | None:
    """Whether the newest runs of a model together cost what was said before."""
    runs = Generation.objects.filter(
        gateway=gateway, model=model, charge=Charge.CHARGED, cost_basis=Basis.EXACT
    )
    priced = runs.exclude(estimate=None).order_by("-queued_at")
    newest = list(priced.only("currency", "estimate_low", "estimate", "cost", "queued_at")[:RUNS])
    same = [run for run in newest if run.currency == newest[0].currency]
    low = sum((run.estimate_low or ZERO for run in same), ZERO)
    high = sum((run.estimate or ZERO for run in same), ZERO)
    actual = sum((run.cost or ZERO for run in same), ZERO)
    if len(same) < FEWEST or low / SLACK <= actual <= high * SLACK:
        return None
    return Drift(
        gateway=gateway,
        model=model,
        currency=same[0].currency,
        low=low,
        high=high,
        actual=actual,
        runs=len(same),
        since=same[-1].queued_at,
        seen_at=moment,
        checked_at=moment,
    )


def _of_bill(gateway: Gateway, moment: datetime) -> Drift | None:
    """Whether the gateway's bill grew by what our runs cost in the same time.

    Between two looks at which nothing was under way; and only if all that ran had a price.
    """
    quiet = of_key(gateway).filter(is_quiet=True)
    last = quiet.first()
    if last is None:
        return None
    before = quiet.filter(read_at__lt=last.read_at)
    first = before.filter(read_at__gte=last.read_at - WINDOW).last() or before.first()
    if first is None or last.unpriced != first.unpriced or last.used < first.used:
        return None
    actual, expected = last.used - first.used, last.counted - first.counted
    if abs(actual - expected) <= max(actual, expected) * TENTH + CENT:
        return None
    # Nothing was under way at the first look, so what ended since was asked for since.
    since = Generation.objects.filter(gateway=gateway, queued_at__gt=first.read_at)
    ran = since.filter(queued_at__lte=last.read_at, cost__gt=0).order_by()
    return Drift(
        gateway=gateway,
        currency=Bill.CURRENCY,
        low=expected,
        high=expected,
        actual=actual,
        runs=ran.count(),
        models_used=sorted(ran.values_list("model", flat=True).distinct()),
        since=first.read_at,
        seen_at=moment,
        checked_at=moment,
    )
