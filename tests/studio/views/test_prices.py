"""Models: what each costs, how they are found and put in order, and what staff see besides."""

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from modelless_web.records.models import Charge, Gateway, Model, Status, Usage, User
from tests.studio.conftest import signed_in
from tests.studio.factories import a_model
from tests.studio.pages import queries, text_of
from tests.support import factories
from tests.support.factories import gateway, rule

pytestmark = pytest.mark.django_db

NAMES = re.compile(r'offer-what">\s*<h3>([^<]+)</h3>')


@pytest.fixture
def staff(db: None) -> Client:
    """Somebody who looks after the gateways."""
    person = factories.person(is_staff=True)
    person.user_permissions.set(Permission.objects.filter(codename="view_gateway"))
    return signed_in(person)


@pytest.fixture
def seller(db: None) -> Gateway:
    """A gateway with a model of each kind and price."""
    at = gateway()
    a_model("stable-diffusion", gateway=at, description="Paints in oil.")
    a_model("gpt-4o", gateway=at, kind="chat")
    a_model("an-embedding", gateway=at, kind="embeddings")
    rule(at, "stable-diffusion", per_request="0.04")
    rule(at, "gpt-4o", per_prompt="2.5", per_completion="10")
    return at


def named(client: Client, **query: str) -> list[str]:
    """The models on the page, in order."""
    return NAMES.findall(text_of(client.get("/models/", query)))


def test_every_model_says_what_it_asks(mine: Client, seller: Gateway) -> None:
    page = text_of(mine.get("/models/"))
    for price in ("$0.04 a request", "$2.50 a million prompt tokens", "$10.00 a million answer"):
        assert price in page


def test_the_ratio_of_the_group_is_in_the_price(mine: Client, model: Model) -> None:
    rule(model.gateway, per_request="0.04", group_ratio="1.5")
    assert "$0.06 a request" in text_of(mine.get("/models/"))


def test_what_has_no_price_is_not_known_and_not_nothing(mine: Client, model: Model) -> None:
    page = text_of(mine.get("/models/"))
    assert "No price known" in page
    assert "$" not in page


def test_a_price_in_tiers_leads_to_the_provider(mine: Client, model: Model) -> None:
    rule(model.gateway, note="Its price goes in tiers.")
    assert "No price known: Its price goes in tiers." in text_of(mine.get("/models/"))


def test_practice_costs_nothing(mine: Client, db: None) -> None:
    a_model(gateway=gateway(is_practice=True))
    page = text_of(mine.get("/models/"))
    assert "Costs nothing" in page
    assert "No price known" not in page


def test_a_price_that_is_over_or_not_yet_there_is_not_shown(mine: Client, model: Model) -> None:
    now = timezone.now()
    rule(model.gateway, per_request="7", valid_until=now)
    rule(model.gateway, per_request="8", valid_from=now + timedelta(days=1), source=1)
    assert "No price known" in text_of(mine.get("/models/"))


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ({"per_request": "0.04"}, "A picture costs about $0.04"),
        ({"pictures": {("", ""): "0.05", ("8x8", "hd"): "7"}}, "A picture costs about $0.05"),
        ({"pictures": {("8x8", ""): "1", ("9x9", "hd"): "3"}}, "costs about $1.00 to $3.00"),
        ({"per_completion": "10"}, "A picture costs about $0.001 to $0.01"),
    ],
)
def test_a_picture_costs_about(
    mine: Client, model: Model, terms: dict[str, Any], said: str
) -> None:
    rule(model.gateway, **terms)
    assert said in text_of(mine.get("/models/"))


def test_an_answer_costs_about(mine: Client, seller: Gateway) -> None:
    assert "An answer costs about $0.0011 to $0.01" in text_of(mine.get("/models/"))


def test_what_my_own_pictures_cost_is_the_better_guess(
    mine: Client, person: User, stranger: User, model: Model
) -> None:
    rule(model.gateway, per_completion="10")
    for owner, cost in ((person, "0.9"), (stranger, "70")):
        Usage.objects.create(
            owner=owner,
            day=date.today(),
            gateway=model.gateway,
            model=model.name,
            status=Status.SUCCEEDED,
            charge=Charge.CHARGED,
            currency="USD",
            generations=2,
            pictures=3,
            cost=Decimal(cost),
        )
    assert "A picture costs about $0.30" in text_of(mine.get("/models/"))


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("stable", ["stable-diffusion"]),
        ("OIL", ["stable-diffusion"]),
        ("reads pictures", ["gpt-4o"]),
        ("text", ["gpt-4o"]),
        ("gpt stable", []),
        ("  ", ["an-embedding", "gpt-4o", "stable-diffusion"]),
    ],
)
def test_models_are_found_by_words(
    mine: Client, seller: Gateway, words: str, found: list[str]
) -> None:
    assert named(mine, q=words) == found


@pytest.mark.parametrize(
    ("sort", "names"),
    [
        ("name", ["an-embedding", "gpt-4o", "stable-diffusion"]),
        ("kind", ["an-embedding", "stable-diffusion", "gpt-4o"]),
        ("price", ["gpt-4o", "stable-diffusion", "an-embedding"]),
        ("nonsense", ["an-embedding", "gpt-4o", "stable-diffusion"]),
    ],
)
def test_models_are_put_in_order(
    mine: Client, seller: Gateway, sort: str, names: list[str]
) -> None:
    assert named(mine, sort=sort) == names


def test_a_search_without_a_hit_says_so(mine: Client, seller: Gateway) -> None:
    assert "No model of this gateway matches." in text_of(mine.get("/models/?q=nowhere"))


def test_more_prices_take_no_more_queries(mine: Client, seller: Gateway) -> None:
    few = queries(lambda: mine.get("/models/"))
    for number in range(10):
        a_model(f"model {number}", gateway=seller)
        rule(seller, f"model {number}", pictures={("", ""): "1"})
    assert queries(lambda: mine.get("/models/")) == few


def test_staff_see_the_balance_as_reported(staff: Client, seller: Gateway) -> None:
    factories.bill(seller)
    for address in ("/models/", "/models/balances/"):
        page = text_of(staff.get(address))
        assert "Balance $12.30 of $20.00" in page
        assert "as reported" in page


def test_a_balance_that_is_not_offered_is_not_there(staff: Client, seller: Gateway) -> None:
    assert "Balance" not in text_of(staff.get("/models/"))
    assert "as reported" not in text_of(staff.get("/models/balances/"))


def test_staff_are_warned_where_costs_and_book_part_ways(staff: Client, seller: Gateway) -> None:
    factories.drift(seller, "gpt-4o")
    assert "The newest 12 runs of gpt-4o cost $7.00" in text_of(staff.get("/models/"))


def test_staff_read_why_there_are_no_prices(staff: Client, seller: Gateway) -> None:
    Gateway.objects.update(price_trouble="Nobody tells.")
    assert "Nobody tells." in text_of(staff.get("/models/"))


def test_others_see_neither_balance_nor_alarm(mine: Client, seller: Gateway) -> None:
    factories.bill(seller)
    factories.drift(seller, "gpt-4o")
    page = text_of(mine.get("/models/"))
    assert ("Balance" in page, "newest 12 runs" in page) == (False, False)
    assert mine.get("/models/balances/").status_code == 404


def test_staff_without_the_right_see_no_balance(seller: Gateway) -> None:
    client = signed_in(factories.person(is_staff=True))
    assert client.get("/models/balances/").status_code == 404
