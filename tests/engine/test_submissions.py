"""How generations come into the ledger: each once, one by one and many at once."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from modelless_web.engine import submissions
from modelless_web.engine.runtime import Engine
from modelless_web.engine.submissions import Submission
from modelless_web.records.models import Entry, Generation, Model, PriceRule, Status, User
from modelless_web.records.money.budgets import OverBudgetError
from tests.records.money.book import budget, priced
from tests.support import factories

pytestmark = pytest.mark.django_db


def submit(submission: str = "form-1", prompt: str = "A lighthouse", **more: Any) -> Generation:
    """Send the form with this one-time id."""
    parameters = factories.chat(prompt=prompt)
    sent = submissions.new(parameters=parameters, asked={}, submission=submission, **more)
    row, _ = factories.entered(sent)
    return row


def forms(*ids: str, owner: User, model: Model) -> list[Submission]:
    """A form for each of these one-time ids."""
    return [
        submissions.new(
            owner=owner, model=model, parameters=factories.chat(), asked={}, submission=each
        )
        for each in ids
    ]


def rows_of(entered: Sequence[submissions.Entered]) -> list[Generation]:
    """The rows of what was let in."""
    return [each[0] for each in entered if not isinstance(each, OverBudgetError)]


def test_a_queued_row_holds_the_exact_json_that_will_be_sent() -> None:
    parameters = factories.chat(temperature=0.5, n=2)
    owner, model = factories.guest(), factories.model()
    row, is_new = factories.entered(
        submissions.new(
            owner=owner, model=model, parameters=parameters, asked={"n": 2}, submission="x"
        )
    )
    kept = Generation.objects.get()
    assert (kept, kept.request, is_new) == (row, parameters.body(), True)
    assert (kept.status, kept.prompt) == (Status.QUEUED, "A lighthouse")


def test_the_same_submission_twice_is_one_row() -> None:
    who: dict[str, Any] = {"owner": factories.guest(), "model": factories.model()}
    assert submit(**who) == submit(**who)
    assert Generation.objects.count() == 1


def test_an_old_form_with_other_words_is_one_new_row_however_often_it_is_sent() -> None:
    who: dict[str, Any] = {"owner": factories.guest(), "model": factories.model()}
    first = submit(**who)
    second, third = submit(prompt="A castle", **who), submit(prompt="A castle", **who)
    assert first != second == third
    assert second.prompt == "A castle"
    assert submit(**who) == first


def test_the_same_submission_of_two_people_is_two_rows() -> None:
    model = factories.model()
    rows = {submit(owner=factories.guest(), model=model) for _ in range(2)}
    assert len(rows) == 2


def test_run_again_sends_the_very_same_request() -> None:
    source = factories.generation(temperature=0.3)
    row, is_new = factories.entered(submissions.again(source, "again-1"))
    assert (row.request, row.parent, is_new) == (source.request, source, True)


def test_run_again_twice_with_one_id_is_one_row() -> None:
    source = factories.generation()
    first, _ = factories.entered(submissions.again(source, "again-1"))
    assert factories.entered(submissions.again(source, "again-1")) == (first, False)


@pytest.mark.django_db(transaction=True)
def test_of_twenty_presses_of_one_button_one_row_comes() -> None:
    who: dict[str, Any] = {"owner": factories.guest(), "model": factories.model()}

    def press(_: int) -> Generation:
        try:
            return submit(**who)
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as threads:
        assert len(set(threads.map(press, range(20)))) == 1
    assert Generation.objects.count() == 1


def test_many_at_once_come_in_their_order_and_are_found() -> None:
    owner, model = factories.guest(), factories.model()
    entered = submissions.enter(forms("a", "b", "c", owner=owner, model=model))
    assert [is_new for _, is_new in entered] == [True] * 3  # type: ignore[misc]
    kept = Generation.objects.order_by("pk")
    assert [row.submission for row in kept] == ["a", "b", "c"]
    assert list(kept) == rows_of(entered)
    assert Entry.objects.count() == len(entered)


def test_many_at_once_ask_the_database_no_more_often_than_one() -> None:
    owner, model = factories.guest(), factories.model()
    counts = []
    for ids in ("a", "bcdefghi"):
        sent = forms(*ids, owner=owner, model=model)
        with CaptureQueriesContext(connection) as context:
            submissions.enter(sent)
        counts.append(len(context))
    assert counts[0] == counts[1]


def test_of_many_at_once_what_was_sent_before_has_its_first_row_and_the_others_are_new() -> None:
    owner, model = factories.guest(), factories.model()
    (first,) = rows_of(submissions.enter(forms("b", owner=owner, model=model)))
    entered = submissions.enter(forms("a", "b", "c", "c", owner=owner, model=model))
    rows = rows_of(entered)
    assert rows[1] == first
    assert rows[2] == rows[3]
    assert [is_new for _, is_new in entered] == [True, False, True, False]  # type: ignore[misc]
    assert Generation.objects.count() == len({"a", "b", "c"})


def test_of_many_at_once_each_is_held_against_what_the_ones_before_have_set_aside() -> None:
    budget("0.25")
    entered = submissions.enter(forms("a", "b", "c", owner=factories.person(), model=priced()))
    assert [isinstance(each, OverBudgetError) for each in entered] == [False, False, True]
    assert Generation.objects.count() == len("ab")


def test_of_many_at_once_each_is_priced_by_what_held_when_it_was_asked_for() -> None:
    now, model = timezone.now(), factories.model()
    for ago, amount in ((2, "0.1"), (1, "0.2")):
        began = now - timedelta(hours=ago)
        rule = PriceRule(gateway=model.gateway, valid_from=began, per_request=Decimal(amount))
        PriceRule.objects.publish(rule)
    sent = forms("a", "b", "c", owner=factories.guest(), model=model)
    moments: list[datetime] = [now - timedelta(hours=ago) for ago in (3, 1.5, 0.5)]
    for form, moment in zip(sent, moments, strict=True):
        form.row.queued_at = moment
    estimates = [row.estimate for row in rows_of(submissions.enter(sent))]
    assert estimates == [None, Decimal("0.1"), Decimal("0.2")]


def test_what_cannot_be_kept_is_never_said_to_be() -> None:
    (broken,) = forms("a", owner=factories.guest(), model=factories.model())
    broken.row.rating = 9
    with pytest.raises(IntegrityError):
        submissions.enter([broken])


def test_one_that_cannot_be_kept_takes_no_other_along(engine: Engine) -> None:
    practice = factories.model(at=factories.gateway(is_practice=True, enabled=False))
    sent = forms("a", "b", "c", owner=factories.person(), model=practice)
    sent[1].row.rating = 9

    async def enter() -> list[Any]:
        coming = (engine.recorder.enter(each) for each in sent)
        return await asyncio.gather(*coming, return_exceptions=True)

    first, broken, last = engine.wait_for(enter())
    assert isinstance(broken, IntegrityError)
    assert list(Generation.objects.order_by("pk")) == rows_of([first, last])
