"""How long answers took, and what waits: read from the ledger, by its indexes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Count, Min, Q, QuerySet

from modelless_web.records.models import Generation, Status
from modelless_web.records.models.generations import OPEN, midnight
from modelless_web.records.money.estimate import percentile
from modelless_web.records.search.conditions import EARLIEST, LATEST
from modelless_web.records.usage.period import Period

NEWEST: Final = 1000
"""Runs of a model that are looked at."""
_MILLISECOND: Final = timedelta(milliseconds=1)
_COUNTED: Final = (Count("pk"), Min("queued_at"))


@dataclass(frozen=True, slots=True)
class Speed:
    """Of a model's newest ``runs``: milliseconds from the form to the first byte and to the end."""

    model: str
    runs: int
    first_p50: int
    first_p95: int
    whole_p50: int
    whole_p95: int

    @property
    def seconds(self) -> list[str]:
        """The four of them, as people read them."""
        spans = (self.first_p50, self.first_p95, self.whole_p50, self.whole_p95)
        return [f"{span / 1000:,.1f}" for span in spans]


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many are in an open state now, and since when the oldest was queued."""

    status: Status
    count: int
    since: datetime | None


def speeds(models: Iterable[str], period: Period, whose: Q) -> list[Speed]:
    """How fast these models were in a period; one query for each that reads up to 1,000 rows.

    Of every run that got an answer and has ended, whether it succeeded or not.
    """
    return [found for model in models if (found := _speed(model, period, whose))]


def queue() -> list[Waiting]:
    """What is open now, by state; one query."""
    counted = Generation.objects.open().order_by().values_list("status")
    found = {status: (count, since) for status, count, since in counted.annotate(*_COUNTED)}
    return [Waiting(status, *found.get(status, (0, None))) for status in OPEN]


def _speed(model: str, period: Period, whose: Q) -> Speed | None:
    began = midnight(period.first) - EARLIEST
    ended = midnight(period.last) + timedelta(days=1) + LATEST
    rows = Generation.objects.filter(
        whose,
        model=model,
        queued_at__range=(began, ended),
        day__range=(period.first, period.last),
        first_byte_at__isnull=False,
        saved_at__isnull=False,
    ).exclude(status__in=OPEN)
    moments: QuerySet[Any] = rows.order_by("-queued_at")
    times = list(moments.values_list("queued_at", "first_byte_at", "saved_at")[:NEWEST])
    if not times:
        return None
    first = sorted((byte - queued) // _MILLISECOND for queued, byte, _ in times)
    whole = sorted((saved - queued) // _MILLISECOND for queued, _, saved in times)
    ends = (percentile(each, share) for each in (first, whole) for share in (0.5, 0.95))
    return Speed(model, len(times), *ends)
