"""The cost line, and the answer to who asks for more than there is money for."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from modelless_web.records.models import Generation, Model, PicturePrice, PriceRule, User
from tests.records.money.book import budget, priced
from tests.studio.factories import a_generation, a_model, filled_in
from tests.studio.pages import HTMX, cards, queries, text_of, typed
from tests.support import factories
from tests.support.factories import guest, photo

pytestmark = pytest.mark.django_db

SUBMIT, COST = "/generations/", "/cost/"


@pytest.fixture
def paid(db: None) -> Model:
    """A model that takes ten cents for a request."""
    return priced()


def line(client: Client, on: Model, **fields: Any) -> str:
    """What the cost line says of a form."""
    return " ".join(text_of(client.post(COST, filled_in(on, **fields), headers=HTMX)).split())


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"prompt": ""},
        {"prompt": None, "submission": None},
        {"temperature": "hot", "stop": "a\nb\nc\nd\ne"},
        {"parent": "0195-not-there"},
    ],
)
def test_a_form_that_is_not_finished_has_its_cost(
    mine: Client, paid: Model, fields: dict[str, Any]
) -> None:
    assert "<p>$0.10</p>" in line(mine, paid, **fields)


def test_without_a_model_the_line_says_nothing(mine: Client, paid: Model) -> None:
    assert line(mine, paid, model="") == ""


def test_the_line_writes_nothing(mine: Client, paid: Model) -> None:
    line(mine, paid)
    assert not Generation.objects.exists()


def test_who_was_signed_out_is_told_nothing_and_led_nowhere(paid: Model) -> None:
    answer = Client().post(COST, filled_in(paid), headers=HTMX)
    assert (answer.status_code, answer.content) == (204, b"")
    assert not User.objects.exists()


def test_the_page_says_at_once_what_its_form_would_cost(mine: Client, paid: Model) -> None:
    budget("5")
    assert "$0.10 · <span data-left>$5.00 of $5.00 left today</span>" in text_of(mine.get("/"))


def test_a_conversation_costs_its_whole_length(mine: Client, person: User) -> None:
    model = priced(per_prompt="1000000")
    source = a_generation(person, prompt="a" * 4_000)
    assert "<p>$1,0" in line(mine, model, parent=str(source.pk))


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["a page", "a fragment"])
def test_what_is_beyond_a_budget_is_refused_with_its_reason_and_what_was_typed(
    mine: Client, paid: Model, headers: dict[str, str]
) -> None:
    budget("0.05")
    sent = filled_in(paid, prompt="a heron", temperature="0.5", n="2")
    answer = mine.post(SUBMIT, sent, headers=headers)
    assert answer.status_code == 422
    assert "This may cost $0.10, and your budget is $0.05 a day" in text_of(answer)
    names = ("prompt", "temperature", "n", "submission")
    assert {name: typed(answer, name) for name in names} == {name: sent[name] for name in names}
    assert 'role="alert">This may cost' in text_of(answer)
    assert not Generation.objects.exists()


def test_a_refined_one_is_held_against_the_budget(mine: Client, person: User, paid: Model) -> None:
    budget("0.05")
    source = a_generation(person)
    answer = mine.post(SUBMIT, filled_in(paid, parent=str(source.pk)))
    assert answer.status_code == 422
    assert "Refining “a red fox”" in text_of(answer)


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["a page", "a fragment"])
def test_running_again_is_refused_with_its_reason(
    mine: Client, person: User, paid: Model, headers: dict[str, str]
) -> None:
    row = a_generation(person, gateway=paid.gateway)
    budget("0.05")
    answer = mine.post(f"/generations/{row.pk}/again/", {"submission": "once"}, headers=headers)
    assert answer.status_code == 422
    assert 'role="alert">This may cost $0.10' in text_of(answer)
    assert Generation.objects.get() == row


def test_after_a_refusal_the_next_press_brings_a_fresh_composer(mine: Client, paid: Model) -> None:
    budget("0.05")
    refused = mine.post(SUBMIT, filled_in(paid), headers=HTMX)
    assert 'name="mending"' in text_of(refused)
    free = a_model("practice-writer", gateway=factories.gateway(is_practice=True))
    answer = mine.post(SUBMIT, filled_in(free, mending="1"), headers=HTMX)
    assert (answer.status_code, "This may cost" in text_of(answer)) == (200, False)


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"cost": "0.1", "cost_basis": "exact", "charge": "charged"}, "<span>$0.10</span>"),
        (
            {"cost": "0.1", "cost_basis": "estimated", "charge": "charged"},
            "<span>about $0.10, our estimate</span>",
        ),
        ({"cost": "0.1", "cost_basis": "estimated", "charge": "maybe"}, "<span>maybe $0.10</span>"),
        ({"cost": None, "charge": "charged"}, "<span>no price known</span>"),
    ],
)
def test_a_card_says_what_it_cost_and_how_sure_that_is(
    mine: Client, person: User, columns: dict[str, Any], said: str
) -> None:
    row = a_generation(person, currency="USD", **columns)
    page = mine.get(f"/generations/{row.pk}/card/")
    assert cards(page) == [str(row.pk)]
    assert said in text_of(page)


@pytest.mark.parametrize("charge", ["refused", "unsent"])
def test_a_card_of_what_cost_nothing_names_no_amount(
    mine: Client, person: User, charge: str
) -> None:
    row = a_generation(
        person, status="failed", error_kind="rate", cost=0, cost_basis="free", charge=charge
    )
    page = text_of(mine.get(f"/generations/{row.pk}/card/"))
    assert "Nothing was charged." in page
    assert "$" not in page


def test_what_was_counted_is_said_to_be_charged_however_it_ended(
    mine: Client, person: User
) -> None:
    row = a_generation(person, status="failed", error_kind="network", charge="charged")
    page = text_of(mine.get(f"/generations/{row.pk}/card/"))
    assert "The gateway charges for this: it reported what it used." in page


def test_a_submit_asks_as_often_whatever_the_history(mine: Client, paid: Model) -> None:
    counts = []
    for many in (1, 20):
        for number in range(many):
            factories.generation(guest(), paid, prompt=f"run {number}")
        counts.append(queries(lambda: mine.post(SUBMIT, filled_in(paid), headers=HTMX)))
    assert counts[0] == counts[1]


def test_a_model_of_the_images_api_has_the_cost_of_its_size(mine: Client) -> None:
    model = a_model("dall-e-3", kind="images")
    prices = [
        PicturePrice(size="1024x1024", price=Decimal("0.04")),
        PicturePrice(size="1792x1024", price=Decimal("0.08")),
    ]
    PriceRule.objects.publish(PriceRule(gateway=model.gateway), prices)
    assert "<p>$0.08</p>" in line(mine, model, size="1792x1024")
    assert line(mine, model, size="1x1") == ""


def test_the_line_follows_what_goes_along(mine: Client, person: User, media: Path) -> None:
    # A tenth of a cent for each token.
    model = a_model("gpt-image-1", kind="images")
    factories.rule(model.gateway, "gpt-image-1", per_prompt="1000")
    given = [str(factories.reference(person, photo(8, side)).pk) for side in (8, 9)]
    asked = {"prompt": "Door", "references": given[0]}
    assert "<p>$0.001</p>" in line(mine, model, prompt="Door")
    assert "<p>About $0.20–0.58</p>" in line(mine, model, **asked)
    assert "<p>About $4.36–6.82</p>" in line(mine, model, **asked, input_fidelity="high")
    both = asked | {"references": " ".join(given)}
    assert "<p>About $0.39–1.16</p>" in line(mine, model, **both)
