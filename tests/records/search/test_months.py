"""The months to jump to: counted by the days of whoever made something, as far as is counted."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from modelless_web.records.ids import first_at
from modelless_web.records.language.query import parse
from modelless_web.records.models import User
from modelless_web.records.search import facets
from modelless_web.records.search.find import find
from modelless_web.records.search.months import Month, months
from tests.records.search import history
from tests.studio.factories import UNHURRIED, unsaved_generation
from tests.support import factories

pytestmark = pytest.mark.django_db

DECEMBER, MARCH = date(2025, 12, 1), date(2026, 3, 1)
WINTER = [date(2026, 2, 1), date(2026, 1, 1), DECEMBER]


@pytest.fixture
def owner() -> User:
    """Whose history it is."""
    owner = factories.guest()
    history.make(owner)
    return owner


def months_of(owner: User, typed: str) -> list[Month]:
    query = parse(typed)
    return months(owner, query, facets.facets(owner, query))


@pytest.mark.parametrize(
    ("typed", "counts"), [("", (3, 2)), ("red", (1, 2)), ("-tag:none", (3, 2)), ("boat*", (1, 1))]
)
def test_months_count_what_their_own_link_finds(
    owner: User, typed: str, counts: tuple[int, int]
) -> None:
    found = months_of(owner, typed)
    assert found == list(zip((MARCH, DECEMBER), counts, strict=True))
    for month, count in found:
        narrowed = parse(typed).with_term(f"on:{month:%Y-%m}")
        assert facets.facets(owner, narrowed).hits == count


@given(hours=st.lists(st.integers(-40, 40), min_size=1, max_size=6), zone=st.integers(-12, 14))
@UNHURRIED
def test_months_follow_the_days_wherever_somebody_lives(hours: list[int], zone: int) -> None:
    owner = factories.guest()
    gateway = factories.gateway()
    days = []
    for number, hour in enumerate(hours):
        moment = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(hours=hour, minutes=number)
        days.append((moment + timedelta(hours=zone)).date())
        row = unsaved_generation(owner, gateway, day=days[-1], queued_at=moment)
        row.pk = UUID(int=first_at(moment).int | owner.pk << 8 | number)
        row.save(force_insert=True)
    counted = Counter(day.replace(day=1) for day in days)
    assert months_of(owner, "") == sorted(counted.items(), reverse=True)
    for month, count in counted.items():
        assert find(owner, parse(f"on:{month:%Y-%m}")).count() == count


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("-tag:none", [(month, None) for month in (MARCH, *WINTER)]),
        ("lighthouse", [(MARCH, 1), (DECEMBER, None)]),
        ("red", [(MARCH, 1), (DECEMBER, None)]),
        ("-tag:none after:2026-03", [(MARCH, None)]),
        ("-tag:none on:2026-03", [(MARCH, None)]),
        ("-tag:none -on:2024", [(month, None) for month in (MARCH, *WINTER)]),
        ("fox -fog", []),
    ],
)
def test_months_that_are_not_counted_whole_have_no_number(
    owner: User, typed: str, expected: list[Month], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facets, "COUNTED", 2)
    assert months_of(owner, typed) == expected


@pytest.mark.parametrize(("counted", "queries"), [(2, 1), (1000, 0)])
def test_a_querys_months_need_one_query_at_most(
    owner: User,
    counted: int,
    queries: int,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_num_queries: Callable[[int], CaptureQueriesContext],
) -> None:
    monkeypatch.setattr(facets, "COUNTED", counted)
    query = parse("lighthouse")
    found = facets.facets(owner, query)
    with django_assert_num_queries(queries):
        months(owner, query, found)


def test_a_history_of_nothing_has_no_months() -> None:
    assert months_of(factories.guest(), "") == []
    assert months_of(factories.guest(), "red") == []
