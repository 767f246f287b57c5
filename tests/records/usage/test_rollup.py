"""The roll-up by day, month, quarter and year: whatever is added or taken away, all agree."""

from datetime import date
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelless_web.records.models import Generation, Status, Usage, UsageOfAll, User
from modelless_web.records.models.generations import Charge
from modelless_web.records.models.usage import Span
from modelless_web.records.usage import rollup
from modelless_web.records.usage.checking import differences
from modelless_web.records.usage.period import Period
from modelless_web.records.usage.reading import fold, sums, total, within
from tests.studio.factories import a_generation
from tests.support import factories

DAYS = st.dates(date(2023, 11, 1), date(2026, 3, 31))


@given(st.lists(st.tuples(DAYS, st.integers(1, 9))))
def test_each_span_adds_up_to_the_same(cells: list[tuple[date, int]]) -> None:
    days: dict[Any, Any] = {
        (day, many % 3, *"abcdefg"): (many, Decimal(many)) for day, many in cells
    }
    for table, span in product(rollup.TABLES, Span):
        found = rollup.spread(table, days)
        of_span = {key: sums for key, sums in found.items() if key[0] == span}
        assert sum(many for many, _ in of_span.values()) == sum(many for many, _ in days.values())
        assert all(key[1] == span.first(key[1]) for key in of_span)


@pytest.fixture
def owner(db: None) -> User:
    """Who has made something on some days of two years."""
    owner, gateway = factories.person(), factories.gateway()
    for number, day in enumerate(DAYS_OF_WORK):
        row = a_generation(
            owner, gateway=gateway, day=day, model=f"model {number % 2}", charge=Charge.CHARGED
        )
        Generation.objects.filter(pk=row.pk).update(cost=Decimal(number), currency="USD")
    rollup.rebuild()
    return owner


DAYS_OF_WORK = [date(2024 + n // 12, n % 12 + 1, day) for n in range(20) for day in (1, 15, 28)]


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2024, 1, 1), date(2025, 12, 31)),
        (date(2024, 1, 2), date(2025, 8, 27)),
        (date(2024, 3, 15), date(2024, 3, 15)),
        (date(2024, 11, 1), date(2025, 10, 31)),
        (date(2024, 2, 28), date(2025, 2, 1)),
    ],
)
def test_a_period_is_the_sum_of_its_days_whatever_it_is_read_from(
    owner: User, first: date, last: date
) -> None:
    period = Period("range", first, last)
    expected = sum(first <= day <= last for day in DAYS_OF_WORK)
    by_day = total(sums(within(Usage.spans.all(), period, Span.DAY), "day", "model"))
    assert by_day.generations == expected
    for table, longest in product(rollup.TABLES, Span):
        found = sums(within(table.spans.all(), period, longest), "model", "status")
        assert total(found) == by_day
        assert len(fold(found, 1)) == 1


def test_what_is_taken_over_is_taken_over_in_every_span(owner: User) -> None:
    guest = factories.guest()
    row = a_generation(guest, status=Status.FAILED, error_kind="rate", charge=Charge.REFUSED)
    rollup.count([row.pk])
    assert Usage.spans.filter(owner=guest).count() == len(Span)
    Generation.objects.filter(pk=row.pk).update(owner=owner)
    rollup.hand_over(guest, owner)
    assert not Usage.spans.filter(owner=guest).exists()
    assert differences() == []


def test_a_span_that_says_something_else_is_a_difference(owner: User) -> None:
    Usage.spans.filter(span=Span.YEAR, day=date(2024, 1, 1)).update(generations=1)
    wrong = differences()
    assert {difference.key[0] for difference in wrong} == {"year"}
    assert "owner" in wrong[0].names
    UsageOfAll.spans.filter(span=Span.MONTH, day=date(2024, 1, 1)).update(cost=0)
    assert {difference.key[0] for difference in differences()} == {"month", "year"}
    rollup.rebuild()
    assert differences() == []
