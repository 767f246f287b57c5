"""The price book and the bills, as the gateways tell them."""

import json
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from modelless_web.engine import tasks
from modelless_web.engine.runtime import Engine
from modelless_web.records.models import Bill, Drift, Gateway, PriceRule
from tests.engine.asking import generate, offered
from tests.support import factories
from tests.support.beside import beside
from tests.support.upstream import NO_MODELS, Step, Upstream, reply, upstream

PRICING = "/api/pricing"


@pytest.fixture
def seller(engine: Engine, practice_url: str) -> Gateway:
    """The practice gateway, connected like any other."""
    return factories.gateway(practice_url)


def priced(seller: Gateway, **columns: Any) -> PriceRule:
    tasks.refresh_models()
    rule: PriceRule = PriceRule.objects.get(gateway=seller, valid_until=None, **columns)
    return rule


def asking(key: str, practice_url: str) -> Gateway:
    """A gateway that has read prices and a bill with such a key."""
    gateway = factories.gateway(practice_url, with_key=key)
    tasks.refresh_models()
    gateway.refresh_from_db()
    return gateway


def listing(**prices: float) -> list[Step]:
    """A list of fixed prices."""
    items = [
        {"model_name": name, "quota_type": 1, "model_price": price}
        for name, price in prices.items()
    ]
    return reply(json.dumps({"data": items, "group_ratio": {"default": 1}}).encode())


def holding(gateway: Gateway) -> dict[str, Decimal | None]:
    """The price of a request, by model, of what is in force."""
    rules = PriceRule.objects.filter(gateway=gateway, valid_until=None)
    return dict(rules.values_list("model", "per_request"))


def selling(gate: Upstream, **prices: float) -> None:
    gate.pages[PRICING] = listing(**prices)
    tasks.refresh_models()


def test_a_fixed_price_is_one_of_each_request(seller: Gateway) -> None:
    rule = priced(seller, model="stable-diffusion")
    assert (rule.per_request, rule.by_tokens) == (Decimal("0.04"), False)


def test_a_ratio_is_two_dollars_for_a_million_tokens(seller: Gateway) -> None:
    rule = priced(seller, model="practice-writer")
    assert (rule.per_prompt, rule.per_cached, rule.per_completion) == (
        Decimal("2.5"),
        Decimal("1.25"),
        Decimal(10),
    )


def test_pictures_by_ratio_are_priced_by_size_and_quality(seller: Gateway) -> None:
    rule = priced(seller, model="dall-e-3")
    asked = [("1024x1024", ""), ("1792x1024", ""), ("1024x1024", "hd"), ("1024x1792", "hd")]
    prices = [rule.picture_price(*each) for each in asked]
    assert prices == [Decimal(each) for each in ("0.04", "0.08", "0.08", "0.12")]


def test_the_pseudo_models_of_midjourney_price_its_tasks(seller: Gateway) -> None:
    rule = priced(seller, model="midjourney", task="upscale")
    assert rule.per_request == Decimal("0.05")


def test_the_keys_group_decides_the_ratio(engine: Engine, practice_url: str) -> None:
    gateway = factories.gateway(practice_url, price_group="vip")
    assert priced(gateway, model="practice-writer").group_ratio == Decimal("0.8")


def test_a_group_that_the_gateway_does_not_name_has_no_prices(
    engine: Engine, practice_url: str
) -> None:
    gateway = factories.gateway(practice_url, price_group="gold")
    tasks.refresh_models()
    gateway.refresh_from_db()
    assert "default, trial, vip" in gateway.price_trouble
    assert not PriceRule.objects.filter(gateway=gateway).exists()


def test_a_price_in_tiers_is_not_known_and_says_where_it_is_told(seller: Gateway) -> None:
    rule = priced(seller, model="practice-think")
    assert set(rule.terms().values()) == {"USD", Decimal(1), None}
    assert "tiers" in rule.note


def test_the_practice_gateways_own_prices_are_not_asked_for(practice: Gateway) -> None:
    tasks.refresh_models()
    assert not PriceRule.objects.exists()
    assert not Bill.objects.exists()


@pytest.mark.parametrize("key", ["sk-no-prices-000000000", "sk-dashboard-0", "sk-signed-in-0"])
def test_a_gateway_without_prices_says_why_and_prices_nothing(
    engine: Engine, practice_url: str, key: str
) -> None:
    gateway = asking(key, practice_url)
    assert gateway.price_trouble
    assert not PriceRule.objects.exists()


def test_prices_that_stay_are_not_written_again(engine: Engine) -> None:
    with beside(lambda: upstream(NO_MODELS)) as gate:
        factories.gateway(gate.url)
        for _ in range(2):
            selling(gate, a=0.04)
    assert PriceRule.objects.count() == 1


def test_a_changed_price_ends_the_one_before(engine: Engine) -> None:
    with beside(lambda: upstream(NO_MODELS)) as gate:
        gateway = factories.gateway(gate.url)
        selling(gate, a=0.04, b=0.1)
        selling(gate, a=0.05, b=0.1)
    assert holding(gateway) == {"a": Decimal("0.05"), "b": Decimal("0.1")}
    before, after = PriceRule.objects.filter(model="a").order_by("valid_from")
    assert before.valid_until == after.valid_from


def test_a_model_that_left_the_list_has_no_price_any_more(engine: Engine) -> None:
    with beside(lambda: upstream(NO_MODELS)) as gate:
        gateway = factories.gateway(gate.url)
        selling(gate, a=0.04, b=0.1)
        selling(gate, b=0.1)
    assert holding(gateway) == {"b": Decimal("0.1")}


def test_a_price_set_by_hand_stays_when_the_list_changes(engine: Engine) -> None:
    with beside(lambda: upstream(NO_MODELS)) as gate:
        gateway = factories.gateway(gate.url)
        factories.rule(gateway, "a", per_request="7")
        selling(gate, a=0.04)
        selling(gate, b=0.04)
    assert holding(gateway) == {"a": Decimal(7), "b": Decimal("0.04")}


def test_prices_that_can_no_longer_be_had_stay(engine: Engine) -> None:
    with beside(lambda: upstream(NO_MODELS)) as gate:
        gateway = factories.gateway(gate.url)
        selling(gate, a=0.04)
        del gate.pages[PRICING]
        tasks.refresh_models()
    gateway.refresh_from_db()
    assert (holding(gateway), bool(gateway.price_trouble)) == ({"a": Decimal("0.04")}, True)


def test_a_long_list_is_taken_whole(engine: Engine) -> None:
    many = {f"model-{number}": 0.01 for number in range(130)}
    with beside(lambda: upstream(NO_MODELS)) as gate:
        gateway = factories.gateway(gate.url)
        selling(gate, **many)
    assert set(holding(gateway)) == set(many)


@pytest.mark.parametrize(
    ("key", "limit", "balance"),
    [
        ("sk-plain-000000000000", Decimal(20), Decimal(20)),
        ("sk-raw-quota-000000000", Decimal(20), Decimal(20)),
        ("sk-unlimited-000000000", None, None),
        ("sk-in-debt-00000000000", Decimal(0), Decimal(0)),
    ],
)
def test_a_bill_is_kept_as_reported(
    engine: Engine, practice_url: str, key: str, limit: Decimal | None, balance: Decimal | None
) -> None:
    bill = asking(key, practice_url).bills.get()
    assert (bill.limit, bill.balance, bill.used) == (limit, balance, 0)


@pytest.mark.parametrize("key", ["sk-no-bill-0000000000", "sk-dashboard-000000000"])
def test_a_gateway_that_tells_no_bill_has_none(engine: Engine, practice_url: str, key: str) -> None:
    assert not asking(key, practice_url).bills.exists()


def test_within_a_minute_the_bill_is_asked_for_once(engine: Engine) -> None:
    with beside(lambda: upstream(NO_MODELS)) as gate:
        factories.gateway(gate.url)
        for _ in range(2):
            tasks.refresh_models()
    assert gate.looks.count("/dashboard/billing/subscription") == 1


def test_the_bill_grows_by_what_the_runs_cost(seller: Gateway) -> None:
    tasks.refresh_models()
    rows = [
        generate(offered(seller, "practice-writer")),
        generate(offered(seller, "practice-inline"), n=2),
    ]
    Gateway.objects.update(bill_asked_at=None)
    tasks.refresh_models()
    before, after = seller.bills.order_by("read_at")
    costs = [row.cost for row in rows]
    assert None not in costs
    assert after.used - before.used == after.counted - before.counted == sum(filter(None, costs))
    assert not Drift.objects.exists()


def test_a_price_that_changed_unannounced_raises_the_alarm(seller: Gateway) -> None:
    tasks.refresh_models()
    factories.rule(seller, "practice-inline", per_request="0.5", valid_from=timezone.now())
    generate(offered(seller, "practice-inline"))
    Gateway.objects.update(bill_asked_at=None)
    tasks.refresh_models()
    alarm = Drift.objects.get()
    assert (alarm.actual, alarm.high) == (Decimal("0.02"), Decimal("0.5"))
    assert alarm.models_used == ["practice-inline"]
