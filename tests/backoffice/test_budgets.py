"""The budgets in the admin: how each stands, and for whom it may be."""

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from modelless_web.records.models import Budget, User
from tests.records.money.book import budget, open_runs, priced

LIST = reverse("admin:records_budget_changelist")
ADD = reverse("admin:records_budget_add")


def cells(admin: Client, row: Budget) -> list[str]:
    """What the list says is spent, set aside and left."""
    page = admin.get(LIST).context["cl"]
    found = next(one for one in page.result_list if one.pk == row.pk)
    return [getattr(page.model_admin, name)(found) for name in ("spent", "set_aside", "left")]


def sent(**fields: str) -> dict[str, str]:
    """The form of a new budget."""
    return {"limit": "5", "currency": "USD", "period": "day", "enabled": "on", **fields}


def test_the_list_says_what_is_spent_set_aside_and_left(admin: Client, owner: User) -> None:
    row = budget("5", "everyone")
    open_runs(3, priced(), owner)
    assert cells(admin, row) == ["$0.00", "$0.30", "$4.70"]


def test_of_a_budget_that_each_person_has_the_list_says_so(admin: Client) -> None:
    assert cells(admin, budget("5", "each")) == ["by person"] * 3


def test_a_budget_for_one_generation_is_never_spent(admin: Client) -> None:
    assert cells(admin, budget("5", "everyone", "generation")) == ["-"] * 3


def test_the_list_asks_as_often_for_many_as_for_few(admin: Client, owner: User) -> None:
    counts = []
    for many in (2, 30):
        for _ in range(many):
            budget("5", "person", person=owner)
        with CaptureQueriesContext(connection) as context:
            admin.get(LIST)
        counts.append(len(context))
    assert counts[0] == counts[1]


def test_a_budget_is_made_here(admin: Client, owner: User) -> None:
    group = Group.objects.create(name="Drawers")
    for fields in (
        {"scope": "everyone"},
        {"scope": "person", "person": str(owner.pk)},
        {"scope": "group", "group": str(group.pk)},
    ):
        admin.post(ADD, sent(**fields))
    assert {row.scope for row in Budget.objects.all()} == {"everyone", "person", "group"}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"scope": "person"}, "Say which person it is for."),
        ({"scope": "group"}, "Say which group it is for."),
        ({"scope": "each", "person": "mine"}, "or make it a budget of one person."),
        ({"scope": "everyone", "limit": "-1"}, "greater than or equal to 0"),
        ({"scope": "everyone", "limit": "12345678901"}, "no more than"),
        ({"scope": "everyone", "currency": "dollars"}, "at most 3 characters"),
    ],
)
def test_a_budget_that_makes_no_sense_is_refused_in_words(
    admin: Client, owner: User, fields: dict[str, Any], said: str
) -> None:
    if "person" in fields:
        fields = fields | {"person": str(owner.pk)}
    page = admin.post(ADD, sent(**fields)).content.decode()
    assert said in page
    assert not Budget.objects.exists()


def near(browser: Client) -> list[dict[str, Any]]:
    return list(browser.get(LIST).context["near"])


def test_above_the_list_stands_who_is_near_a_limit(admin: Client, owner: User) -> None:
    budget("0.3", "each", "month")
    budget("0.35", "person", person=owner, is_hard=False)
    open_runs(3, priced(), owner)
    told = [(str(one["who"]), one["percent"], one["limit"], one["state"]) for one in near(admin)]
    assert told == [
        ("painter", "100", "$0.30 a month", "Refused from now on"),
        ("painter", "85", "$0.35 a day", "Near"),
    ]
    page = admin.get(LIST).content.decode()
    assert "Near a limit or at it" in page
    assert "$0.30 a month" in page


def test_where_nobody_is_near_the_list_says_so(admin: Client) -> None:
    budget("5", "everyone")
    assert near(admin) == []
    assert "Nobody has used 80 % of a limit." in admin.get(LIST).content.decode()
