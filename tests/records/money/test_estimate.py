"""What a request is thought to cost, from the price book and this person's own history."""

from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from modelless_web.gateway.image_models import image_traits
from modelless_web.gateway.parameters import Chat, Images, Message
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
from tests.records.money.book import rule as priced_rule
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


PICTURE = "picture:sha256:" + "a" * 64
# A dollar for a million of the prompt's.
BY_PROMPT = {"per_prompt": "1"}


def looked_at(model: Model, *pictures: str) -> Estimate:
    """The estimate of a question about these."""
    words = Message(role="user", content="What", pictures=pictures)
    body = Chat(model=model.name, messages=(words,)).body()
    return estimate(model.gateway, model.name, body, factories.person(), timezone.now())


def edited(model: Model, **more: Any) -> Estimate:
    """The estimate of a new picture, or of an edit where some go along."""
    asked = Images(model=model.name, prompt="Door", traits=image_traits(model.name), **more)
    return estimate(model.gateway, model.name, asked.body(), factories.person(), timezone.now())


def at_a_price(name: str, **terms: str) -> Model:
    """A model of that name with its price."""
    model = factories.model(name)
    priced_rule(model.gateway, **terms)
    return model


@pytest.mark.parametrize(
    ("name", "each"),
    [
        ("gpt-4o", (255, 1_445)),
        ("gpt-4o-mini", (8_500, 48_169)),
        ("gpt-5", (210, 1_190)),
        ("o4-mini", (2, 2_642)),
        ("gemini-2.5-pro", (1, 5_476)),
    ],
)
def test_pictures_count_where_a_model_that_sees_takes_tokens(
    name: str, each: tuple[int, int]
) -> None:
    model = at_a_price(name, **BY_PROMPT)
    assert span(looked_at(model)) == (1, 1)
    assert span(looked_at(model, PICTURE)) == (1 + each[0], 1 + each[1])
    assert span(looked_at(model, PICTURE, PICTURE)) == (1 + 2 * each[0], 1 + 2 * each[1])


@pytest.mark.parametrize(
    ("name", "more", "each"),
    [
        ("gpt-image-1", {}, (194, 581)),
        ("gpt-image-1", {"input_fidelity": "high"}, (4_354, 6_821)),
        ("gpt-image-1", {"mask": PICTURE}, (194, 1_162)),
        ("gpt-image-2", {}, (1, 1_536)),
    ],
)
def test_pictures_count_where_a_model_that_edits_takes_tokens(
    name: str, more: dict[str, Any], each: tuple[int, int]
) -> None:
    model = at_a_price(name, **BY_PROMPT)
    assert span(edited(model)) == (1, 1)
    assert span(edited(model, pictures=(PICTURE,), **more)) == (1 + each[0], 1 + each[1])


@pytest.mark.parametrize("terms", [{"per_request": "0.04"}, {"pictures": {("", ""): "0.04"}}])
@pytest.mark.parametrize("name", ["gpt-image-1", "dall-e-2"])
def test_what_is_paid_by_the_call_or_the_picture_costs_no_more_with_one(
    name: str, terms: dict[str, Any]
) -> None:
    model = factories.model(name)
    factories.rule(model.gateway, name, **terms)
    found = edited(model, pictures=(PICTURE,))
    assert (found.low, found.high) == (Decimal("0.04"), Decimal("0.04"))
    assert edited(model) == found


def test_a_picture_that_was_never_made_is_as_long_as_its_quality_says() -> None:
    model = at_a_price("gpt-image-1", **BY_TOKEN)
    assert span(edited(model, quality="low", n=2)) == (544, 816)
    assert span(edited(model, quality="high")) == (4_160, 6_240)


@given(st.lists(st.integers(0, 10**6), min_size=1).map(sorted), st.floats(0.01, 1))
def test_a_percentile_is_one_of_them_that_enough_do_not_exceed(
    values: list[int], share: float
) -> None:
    found = percentile(values, share)
    assert found in values
    assert sum(value <= found for value in values) >= share * len(values)
