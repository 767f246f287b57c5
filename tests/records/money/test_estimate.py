"""What a request is thought to cost, from the price book and this person's own history."""

from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from modelless_web.records.models import (
    Generation,
    Model,
    PicturePrice,
    PriceRule,
    Status,
    User,
)
from modelless_web.records.money.estimate import USUAL, Estimate, estimate, percentile
from tests.records.money.book import priced
from tests.support import factories

pytestmark = pytest.mark.django_db
# A dollar for a million, so that a token is a millionth.
BY_TOKEN = {"per_completion": "1"}


def thought(of: Model, owner: User | None = None, **values: Any) -> Estimate:
    body = factories.chat(of.name, **values).body()
    return estimate(of.gateway, of.name, body, owner or factories.person(), timezone.now())


def answered(of: Model, owner: User, *tokens: int, **values: Any) -> None:
    """Give somebody a history of answers so long."""
    for number in tokens:
        row = factories.generation(owner, of, **values)
        Generation.objects.filter(pk=row.pk).update(
            status=Status.SUCCEEDED, completion_tokens=number
        )


def span(found: Estimate) -> tuple[int, int]:
    """The range in tokens."""
    assert found.low is not None
    assert found.high is not None
    return int(found.low * 10**6), int(found.high * 10**6)


def test_practice_is_known_to_cost_nothing() -> None:
    practice = factories.model(at=factories.gateway(is_practice=True))
    assert thought(practice).is_free


def test_without_a_price_nothing_is_known() -> None:
    assert thought(factories.model()) == Estimate()


def test_without_a_history_it_is_what_answers_usually_are() -> None:
    assert span(thought(priced(**BY_TOKEN))) == USUAL


def test_a_history_says_the_median_and_the_ninth_tenth() -> None:
    model, person = priced(**BY_TOKEN), factories.person()
    answered(model, person, *range(10, 110, 10))
    assert span(thought(model, person)) == (50, 90)


@pytest.mark.parametrize("whose", ["another person", "another model", "a failure"])
def test_what_is_no_answer_of_that_model_to_that_person_says_nothing(whose: str) -> None:
    model, person = priced(**BY_TOKEN), factories.person()
    other = factories.model("gpt-scripted", at=model.gateway)
    answered(
        other if whose == "another model" else model,
        factories.person() if whose == "another person" else person,
        5_000,
    )
    if whose == "a failure":
        Generation.objects.update(status=Status.FAILED)
    assert span(thought(model, person)) == USUAL


def test_a_history_of_several_at_once_is_taken_apart() -> None:
    model, person = priced(**BY_TOKEN), factories.person()
    answered(model, person, 400, n=4)
    assert span(thought(model, person)) == (100, 100)
    assert span(thought(model, person, n=3)) == (300, 300)


@pytest.mark.parametrize(("cap", "expected"), [(50, (50, 50)), (500, (100, 500))])
def test_no_answer_is_longer_than_was_asked_for(cap: int, expected: tuple[int, int]) -> None:
    assert span(thought(priced(**BY_TOKEN), max_tokens=cap)) == expected


def test_pictures_cost_as_many_times_as_are_asked_for() -> None:
    model = factories.model()
    rule = PriceRule(gateway=model.gateway)
    PriceRule.objects.publish(rule, [PicturePrice(price=Decimal("0.02"))])
    found = thought(model, n=3)
    assert found.low == found.high == Decimal("0.06")


def test_a_request_is_paid_for_once_however_many_answers() -> None:
    assert thought(priced(), n=4).high == Decimal("0.1")


@given(st.lists(st.integers(0, 10**6), min_size=1).map(sorted), st.floats(0.01, 1))
def test_a_percentile_is_one_of_them_that_enough_do_not_exceed(
    values: list[int], share: float
) -> None:
    found = percentile(values, share)
    assert found in values
    assert sum(value <= found for value in values) >= share * len(values)
