"""Facets: what the hits have in common, and how often."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from modelless_web.records.ids import first_at
from modelless_web.records.language.query import parse
from modelless_web.records.models import Status, User
from modelless_web.records.search import facets
from modelless_web.records.search.facets import Month
from modelless_web.records.search.find import find
from modelless_web.records.usage import rollup
from tests.records.search import history
from tests.studio.factories import UNHURRIED, unsaved_generation
from tests.support import factories

pytestmark = pytest.mark.django_db


def test_what_the_hits_have_in_common_is_counted() -> None:
    owner = factories.guest()
    history.make(factories.guest())
    history.make(owner)
    found = facets.facets(owner, parse("lighthouse"))
    counts = {
        name: {facet.label: facet.count for facet in some}
        for name, some in found.by_operator.items()
    }
    assert counts == {
        "model": {"stable-diffusion": 3},
        "status": {"succeeded": 2, "failed": 1},
        "kind": {"image": 3},
        "tag": {"sea": 2, "two words": 1},
        "is": {"starred": 1, "rejected": 1},
    }
    assert (found.hits, found.is_partial) == (3, False)


def test_every_facet_narrows_to_as_many_as_it_says() -> None:
    owner = factories.guest()
    history.make(owner)
    query = parse("")
    for some in facets.facets(owner, query).by_operator.values():
        for facet in some:
            narrowed = query.with_term(facet.term.text)
            assert facets.facets(owner, narrowed).hits == facet.count


def months(owner: User, typed: str = "") -> list[Month]:
    """The months of what a query finds, by a roll-up that is up to date."""
    rollup.rebuild()
    query = parse(typed)
    return facets.months(owner, query, facets.facets(owner, query))


def test_months_count_what_their_own_link_finds() -> None:
    owner = factories.guest()
    history.make(owner)
    found = months(owner)
    assert found == [Month(date(2026, 3, 1), 3), Month(date(2025, 12, 1), 2)]
    for month in found:
        assert facets.facets(owner, parse(f"on:{month.first:%Y-%m}")).hits == month.count


def test_months_of_a_search_are_those_of_its_hits() -> None:
    owner = factories.guest()
    history.make(owner)
    assert months(owner, "poem") == [Month(date(2026, 3, 1), 1)]
    assert months(owner, "nothing") == []


def test_what_runs_has_a_month_and_what_lies_in_the_trash_has_none() -> None:
    owner = factories.guest()
    gateway = factories.gateway()
    gone = {"deleted_at": datetime(2026, 5, 2, tzinfo=UTC), "day": date(2026, 5, 1)}
    for columns in (
        {"status": Status.RUNNING, "day": date(2026, 4, 30)},
        {"status": Status.RUNNING} | gone,
        {"status": Status.FAILED} | gone,
    ):
        unsaved_generation(owner, gateway, **columns).save(force_insert=True)
    assert months(owner) == [Month(date(2026, 4, 1), 1)]


def test_behind_the_hits_that_are_counted_come_the_months_of_everything(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    owner = factories.guest()
    history.make(owner)
    monkeypatch.setattr(facets, "COUNTED", 1)
    assert months(owner, "lighthouse") == [
        Month(date(2026, 3, 1), 1, is_least=True),
        Month(date(2025, 12, 1), 0, is_least=True),
    ]
    assert months(owner, "lighthouse after:2026") == [Month(date(2026, 3, 1), 1)]
    assert months(owner, "after:2026") == [Month(date(2026, 3, 1), 1, is_least=True)]


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
    assert months(owner) == [Month(*item) for item in sorted(counted.items(), reverse=True)]
    for month, count in counted.items():
        assert find(owner, parse(f"on:{month:%Y-%m}")).count() == count


def test_only_the_newest_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    owner = factories.guest()
    history.make(owner)
    monkeypatch.setattr(facets, "COUNTED", 2)
    found = facets.facets(owner, parse(""))
    assert (found.hits, found.is_partial) == (2, True)


def test_facets_cost_two_queries_beside_finding(
    django_assert_num_queries: Callable[[int], CaptureQueriesContext],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    owner = factories.guest()
    history.make(owner)
    monkeypatch.setattr("modelless_web.records.search.find.ENOUGH", 0)
    # PostgreSQL is asked first whether there are hits near.
    with django_assert_num_queries(2 if connection.vendor == "sqlite" else 3):
        facets.facets(owner, parse("lighthouse"))


def test_a_history_of_nothing_has_no_months() -> None:
    assert months(factories.guest()) == []
