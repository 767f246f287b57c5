"""Who is near a budget: by the same reading that refuses their runs."""

from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext

from modelless_web.records.models import Charge, Generation, Status, User
from modelless_web.records.models.generations import today
from modelless_web.records.money import nearness
from modelless_web.records.money.nearness import nearest
from modelless_web.records.usage import rollup
from tests.support import factories

from .book import budget, open_runs, priced

pytestmark = pytest.mark.django_db


def spend(owner: User, amount: str, currency: str = "USD") -> None:
    """An ended generation that cost so much today."""
    row = factories.generation(owner)
    Generation.objects.filter(pk=row.pk).update(
        status=Status.SUCCEEDED, charge=Charge.CHARGED, cost=Decimal(amount), currency=currency
    )
    rollup.count([row.pk])


def found() -> list[tuple[Any, str]]:
    """Who is near, and what is gone of the limit in hundredths."""
    return [
        (one.person or one.budget.person or one.budget.group, f"{one.share:.2f}")
        for one in nearest(today())
    ]


@pytest.fixture
def person() -> User:
    return factories.person()


def test_from_eighty_percent_on_somebody_is_near(person: User) -> None:
    budget("10", "person", person=person)
    spend(person, "7.99")
    assert found() == []
    spend(person, "0.01")
    assert found() == [(person, "0.80")]


def test_what_is_set_aside_counts_as_what_is_spent(person: User) -> None:
    for scope in ("each", "everyone"):
        budget("1", scope)
    spend(person, "0.70")
    open_runs(2, priced(), person)
    assert [share for _, share in found()] == ["0.90", "0.90"]


def test_of_a_budget_of_each_person_those_are_named_who_are_near(person: User) -> None:
    budget("10", "each")
    other, third = factories.person(), factories.person()
    spend(person, "8")
    spend(other, "12")
    spend(third, "1")
    assert found() == [(other, "1.20"), (person, "0.80")]


def test_whoever_has_only_something_under_way_is_near_too(person: User) -> None:
    budget("0.1", "each")
    open_runs(1, priced(), person)
    assert found() == [(person, "1.00")]


def test_a_group_is_near_together(person: User) -> None:
    group, other = Group.objects.create(name="Drawers"), factories.person()
    group.user_set.add(person, other)
    budget("10", "group", "month", group=group)
    spend(person, "5")
    spend(other, "4")
    assert found() == [(group, "0.90")]


def test_the_worst_come_first_whatever_their_budgets_are(person: User) -> None:
    other = factories.person()
    budget("10", "person", "month", person=person)
    budget("2", "each")
    spend(other, "1.80")
    spend(person, "9.50")
    assert [share for _, share in found()] == ["4.75", "0.95", "0.90"]


def test_a_limit_of_nothing_is_always_reached(person: User) -> None:
    budget("0", "person", person=person)
    assert [share for _, share in found()] == ["1.00"]


def test_another_currency_fills_no_budget(person: User) -> None:
    budget("10", "each")
    spend(person, "9", "EUR")
    assert found() == []


@pytest.mark.parametrize("more", [{"enabled": False}, {"period": "generation"}])
def test_what_holds_for_no_time_is_never_near(person: User, more: dict[str, Any]) -> None:
    budget("1", "everyone", **more)
    spend(person, "9")
    assert found() == []


def test_it_asks_as_often_for_many_people_as_for_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nearness, "MOST", 5)
    budget("1", "each")
    counts = []
    for _ in range(2):
        for _ in range(4):
            spend(factories.person(), "2")
        with CaptureQueriesContext(connection) as context:
            assert len(nearest(today())) in {4, 5}
        counts.append(len(context))
    assert counts[0] == counts[1]
