"""Budgets: whose money counts, on which days, and what is said when there is not enough."""

from contextlib import nullcontext
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from modelless_web.engine import submissions
from modelless_web.records.models import Budget, Generation, Status, User
from modelless_web.records.money.budgets import (
    OverBudgetError,
    Standing,
    standings,
    with_standing,
)
from modelless_web.records.usage import rollup
from tests.records.money.book import budget, open_runs, priced
from tests.support import factories

pytestmark = pytest.mark.django_db


def end(row: Generation, cost: str = "0.1", **columns: Any) -> None:
    """Let a generation have ended at this cost."""
    values = {"status": Status.SUCCEEDED, "charge": "charged", "cost": Decimal(cost)} | columns
    Generation.objects.filter(pk=row.pk).update(**values)
    rollup.count([row.pk])


def of(person: User) -> Standing:
    (found,) = standings(person, person.day(timezone.now()))
    return found


def test_what_is_open_is_set_aside_and_what_has_ended_is_spent() -> None:
    budget("1")
    person, model = factories.person(), priced()
    first, *_ = open_runs(3, model, person)
    end(first, "0.04")
    found = of(person)
    assert (found.spent, found.reserved, found.left) == (
        Decimal("0.04"),
        Decimal("0.2"),
        Decimal("0.76"),
    )


def test_what_was_deleted_for_good_is_still_spent() -> None:
    budget("1")
    person = factories.person()
    (row,) = open_runs(1, priced(), person)
    end(row)
    rollup.purge(Generation.objects.filter(pk=row.pk))
    row.delete()
    assert of(person).spent == Decimal("0.1")


def test_what_lies_in_the_trash_while_it_runs_is_still_set_aside() -> None:
    budget("1")
    person = factories.person()
    (row,) = open_runs(1, priced(), person)
    Generation.objects.filter(pk=row.pk).update(deleted_at=timezone.now())
    assert of(person).reserved == Decimal("0.1")


@pytest.mark.parametrize(
    ("scope", "counted"), [("everyone", 4), ("group", 3), ("each", 1), ("person", 1)]
)
def test_a_budget_counts_the_money_of_those_it_is_for(scope: str, counted: int) -> None:
    model, group = priced(), Group.objects.create(name="Drawers")
    person, colleague, stranger = factories.person(), factories.person(), factories.person()
    group.user_set.add(person, colleague)
    whose: dict[str, Any] = {"group": group, "person": person}
    budget("10", scope, **{scope: whose[scope]} if scope in whose else {})
    for who, runs in ((person, 1), (colleague, 2), (stranger, 1)):
        open_runs(runs, model, who)
    assert of(person).reserved == counted * Decimal("0.1")


def test_who_is_in_two_groups_has_the_budgets_of_both_once() -> None:
    person = factories.person()
    for name in ("Drawers", "Writers"):
        group = Group.objects.create(name=name)
        group.user_set.add(person, factories.person())
        budget("5", "group", group=group)
    assert len(standings(person, date(2026, 3, 1))) == 2


@pytest.mark.parametrize("whose", ["another person", "another group", "nobody any more"])
def test_budgets_of_others_do_not_hold(whose: str) -> None:
    match whose:
        case "another person":
            budget("0", "person", person=factories.person())
        case "another group":
            budget("0", "group", group=Group.objects.create(name="Drawers"))
        case _:
            budget("0", "everyone", enabled=False)
    (row,) = open_runs(1, priced(), factories.person())
    assert row.estimate == Decimal("0.1")


@pytest.mark.parametrize(
    ("period", "day", "counts"),
    [
        ("day", date(2026, 2, 28), True),
        ("day", date(2026, 2, 27), False),
        ("day", date(2026, 3, 1), False),
        ("month", date(2026, 2, 1), True),
        ("month", date(2026, 2, 28), True),
        ("month", date(2026, 1, 31), False),
        ("month", date(2026, 3, 1), False),
        ("generation", date(2026, 2, 28), False),
    ],
)
def test_a_budget_counts_the_days_of_its_period(period: str, day: date, counts: bool) -> None:
    budget("10", period=period)
    person, model = factories.person(), priced()
    _, ended = open_runs(2, model, person)
    Generation.objects.update(day=day)
    end(ended)
    (found,) = standings(person, date(2026, 2, 28))
    amount = Decimal("0.1") * counts
    assert (found.spent, found.reserved) == (amount, amount)


def test_days_are_those_of_the_persons_own_calendar() -> None:
    budget("10")
    far = factories.person(time_zone="Pacific/Kiritimati")
    (row,) = open_runs(1, priced(), far)
    assert row.day == far.day(row.queued_at)
    assert of(far).reserved == Decimal("0.1")


def test_another_currency_is_another_purse() -> None:
    budget("1", currency="EUR")
    person = factories.person()
    open_runs(1, priced("USD"), person)
    assert of(person).left == 1


def test_money_for_three_lets_three_through_to_the_last_billionth() -> None:
    budget("0.3")
    person, model = factories.person(), priced()
    open_runs(3, model, person)
    assert of(person).left == 0
    with pytest.raises(OverBudgetError, match=r"\$0.10, and your budget is \$0.30 a day"):
        open_runs(1, model, person)


@given(limit=st.integers(0, 10**7), gone=st.integers(0, 10**7), asked=st.integers(0, 10**7))
def test_what_fits_is_what_leaves_nothing_missing(limit: int, gone: int, asked: int) -> None:
    amounts = [Decimal(number).scaleb(-9) for number in (limit, gone, asked)]
    row = Budget(scope="each", period="day", limit=amounts[0])
    found = Standing(budget=row, spent=amounts[1], reserved=Decimal(0), day=date(2026, 3, 1))
    fits = not found.objection(amounts[2], "USD")
    assert fits == (gone + asked <= limit or (asked == 0))


def test_a_run_that_ended_cheaper_makes_room() -> None:
    budget("0.1")
    person, model = factories.person(), priced()
    (row,) = open_runs(1, model, person)
    end(row, "0")
    assert open_runs(1, model, person)


def test_a_soft_budget_refuses_nothing() -> None:
    budget("0", is_hard=False)
    assert open_runs(1, priced(), factories.person())


@pytest.mark.parametrize(("limit", "is_refused"), [("0.1", False), ("0.09", True)])
def test_a_budget_for_one_generation_is_held_against_the_most_it_may_cost(
    limit: str, is_refused: bool
) -> None:
    budget(limit, period="generation")
    refused = pytest.raises(OverBudgetError, match="for one generation")
    with refused if is_refused else nullcontext():
        open_runs(1, priced(), factories.person())


@pytest.mark.parametrize("refuses_unknown", [False, True])
@pytest.mark.parametrize("currency", ["", "EUR"])
def test_what_cannot_be_counted_is_let_through_unless_the_budget_says_otherwise(
    refuses_unknown: bool, currency: str
) -> None:
    budget("5", refuses_unknown=refuses_unknown)
    model = priced(currency) if currency else factories.model()
    if not refuses_unknown:
        assert open_runs(1, model, factories.person())
        return
    with pytest.raises(OverBudgetError, match="refuses what it can’t count"):
        open_runs(1, model, factories.person())


def test_practice_is_never_refused() -> None:
    budget("0", refuses_unknown=True)
    practice = factories.model(at=factories.gateway(is_practice=True))
    assert open_runs(1, practice, factories.person())


def test_a_doubled_submission_finds_its_first_when_the_money_is_gone() -> None:
    budget("0.1")
    sent: dict[str, Any] = {
        "owner": factories.person(),
        "model": priced(),
        "parameters": factories.chat(),
        "asked": {},
        "submission": "once",
    }
    first, _ = factories.entered(submissions.new(**sent))
    assert factories.entered(submissions.new(**sent)) == (first, False)


def test_a_refusal_leaves_the_transaction_that_it_came_in() -> None:
    budget("0")
    model, person = priced(), factories.person()
    with transaction.atomic():
        with pytest.raises(OverBudgetError):
            open_runs(1, model, person)
        free = factories.generation(person)
    assert Generation.objects.get() == free


def test_running_again_is_held_against_the_budget_too() -> None:
    budget("0.1")
    (row,) = open_runs(1, priced(), factories.person())
    with pytest.raises(OverBudgetError):
        factories.entered(submissions.again(row, "again-1"))
    assert Generation.objects.count() == 1


@pytest.mark.parametrize(
    ("period", "day", "said"),
    [
        ("day", date(2026, 12, 31), "whole again tomorrow"),
        ("month", date(2026, 2, 10), "whole again on 1 March"),
        ("month", date(2026, 12, 31), "whole again on 1 January"),
    ],
)
def test_a_refusal_says_until_when(period: str, day: date, said: str) -> None:
    row = Budget(scope="each", period=period, limit=Decimal(5))
    found = Standing(budget=row, spent=Decimal("4.2"), reserved=Decimal("0.8"), day=day)
    sentence = found.objection(Decimal("0.1"), "USD")
    assert "$4.20 is spent and $0.80 set aside" in sentence
    assert said in sentence


def test_how_all_budgets_stand_is_one_statement_however_many_there_are() -> None:
    group = Group.objects.create(name="Drawers")
    person = factories.person()
    group.user_set.add(person)
    budget("5", "everyone")
    budget("5", "group", "month", group=group)
    budget("5", "person", person=person)
    budget("5", "each")
    open_runs(2, priced(), person)
    with CaptureQueriesContext(connection) as captured:
        found = list(with_standing(Budget.objects.all(), person.day(timezone.now())))
    assert len(captured) == 1
    two = Decimal("0.2")
    by_scope = {row.scope: row.reserved for row in found}
    assert by_scope == {"everyone": two, "group": two, "person": two, "each": None}


def test_a_submit_asks_little_more_where_no_budget_holds() -> None:
    def queries(of: Any) -> int:
        person = factories.person()
        with CaptureQueriesContext(connection) as captured:
            factories.generation(person, of)
        return len(captured)

    practice = factories.model(at=factories.gateway(is_practice=True))
    # The rule, its pictures' prices, and whether there is a budget.
    assert queries(priced()) - queries(practice) <= 3
