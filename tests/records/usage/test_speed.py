"""How long answers took: of the newest, within the period, of whoever is asked about."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from modelless_web.records.models import Generation, Status
from modelless_web.records.usage import speed
from modelless_web.records.usage.period import Period
from modelless_web.records.usage.speed import queue, speeds
from tests.studio.factories import a_generation
from tests.support import factories

pytestmark = pytest.mark.django_db

MARCH = Period("2026-03", date(2026, 3, 1), date(2026, 3, 31))


def ran(seconds: float, on: int = 5, **columns: Any) -> Generation:
    """A run that took so long, and half of that to its first byte."""
    moment = columns.pop("queued_at", datetime(2026, 3, on, 12, tzinfo=UTC))
    return a_generation(
        columns.pop("owner", None) or factories.guest(),
        queued_at=moment,
        day=columns.pop("day", moment.date()),
        first_byte_at=moment + timedelta(seconds=seconds / 2),
        saved_at=moment + timedelta(seconds=seconds),
        **columns,
    )


def test_half_and_nearly_all_are_told() -> None:
    for seconds in range(1, 21):
        ran(seconds)
    (found,) = speeds(["stable-diffusion", "unused"], MARCH, Q())
    assert (found.runs, found.seconds) == (20, ["5.0", "9.5", "10.0", "19.0"])


def test_only_runs_of_the_period_that_were_answered_count() -> None:
    ran(2)
    ran(100, status=Status.RUNNING)
    ran(100, queued_at=datetime(2026, 4, 2, tzinfo=UTC))
    ran(100, queued_at=datetime(2026, 3, 31, 23, tzinfo=UTC), day=date(2026, 4, 1))
    Generation.objects.filter(pk=ran(100).pk).update(first_byte_at=None)
    assert [found.whole_p95 for found in speeds(["stable-diffusion"], MARCH, Q())] == [2000]


def test_the_newest_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speed, "NEWEST", 2)
    for on, seconds in ((5, 90), (6, 1), (7, 2)):
        ran(seconds, on)
    (found,) = speeds(["stable-diffusion"], MARCH, Q())
    assert (found.runs, found.whole_p95) == (2, 2000)


def test_each_model_is_one_query(
    django_assert_num_queries: Callable[[int], CaptureQueriesContext],
) -> None:
    with django_assert_num_queries(3):
        speeds(["one", "two", "three"], MARCH, Q(owner=1))


def test_what_is_open_is_counted_by_state() -> None:
    first = factories.generation()
    factories.generation()
    ran(2)
    told = [(one.status, one.count, one.since) for one in queue()]
    assert told == [(Status.QUEUED, 2, first.queued_at), (Status.RUNNING, 0, None)]
