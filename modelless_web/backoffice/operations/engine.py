"""What the engine is at, as far as the ledger tells: whoever runs it, on whichever machine."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Min, Q
from django.utils import timezone

from modelless_web.engine.rescue.queue import MOST_IN_TURN
from modelless_web.records.models import Action, Discarded, Gateway, Generation, Picture, Status


@dataclass(frozen=True, slots=True)
class Holder:
    """A process that holds leases on running rows."""

    name: str
    runs: int
    waiting: int
    """Of them, those that wait for their next attempt."""
    until: datetime
    is_late: bool


def holders(now: datetime) -> list[Holder]:
    """Every process that holds a lease, and until when the soonest of its leases lasts."""
    rows = Generation.objects.filter(status=Status.RUNNING).order_by("lease_owner")
    told = rows.values_list("lease_owner").annotate(
        Count("pk"), Count("retry_at"), Min("lease_until")
    )
    return [
        Holder(name, runs, waiting, until, is_late=until < now)
        for name, runs, waiting, until in told
    ]


def queue() -> dict[str, Any]:
    """How many wait for a place, since when, and for which models most."""
    waiting = Generation.objects.filter(status=Status.QUEUED)
    by_model = waiting.order_by().values("model").annotate(count=Count("pk"))
    return {
        **waiting.aggregate(count=Count("pk"), oldest=Min("queued_at")),
        "models": by_model.order_by("-count", "model")[:10],
    }


def rescue(now: datetime) -> dict[str, Any]:
    """The pictures that are not safe yet."""
    return Picture.objects.filter(state=Picture.State.WAITING).aggregate(
        count=Count("pk"),
        due=Count("pk", filter=Q(next_try_at__lte=now)),
        tried=Count("pk", filter=Q(attempts__gte=MOST_IN_TURN)),
        here=Count("pk", filter=Q(next_try_at=None)),
        soonest=Min("expires_at", filter=Q(expires_at__gt=now)),
        latest=Max("next_try_at"),
    )


def state() -> dict[str, Any]:
    """Everything that the page shows, in a fixed number of queries."""
    now = timezone.now()
    return {
        "now": now,
        "holders": holders(now),
        "queue": queue(),
        "down": Gateway.objects.exclude(down_since=None).defer("key"),
        "rescue": rescue(now),
        "chores": Action.objects.filter(state__in=Action.OPEN)
        .select_related("owner")
        .order_by("stepped_at")[:50],
        "discarded": Discarded.objects.count(),
        "lost": Picture.objects.filter(
            state=Picture.State.LOST, generation__queued_at__gte=now - timedelta(days=1)
        ).count(),
    }
