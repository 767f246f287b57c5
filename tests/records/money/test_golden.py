"""Priced by hand, from the list on the wire to the amount: each must come out to the last place."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

import pytest

from modelless_web.gateway.wire.pricing import read_prices
from modelless_web.records.models import Gateway, PriceRule
from modelless_web.records.money.pricing import Used, price
from modelless_web.records.prices import book
from tests.support import factories

pytestmark = pytest.mark.django_db

GROUPS: Final = {"default": 1, "vip": 0.8, "reseller": 0.25, "trial": 1.5, "odd": 0.333333}
LIST: Final = [
    {"model_name": "all", "quota_type": 0, "model_ratio": 15, "completion_ratio": 2},
    {"model_name": "mini", "quota_type": 0, "model_ratio": 0.075, "completion_ratio": 4},
    {
        **{"model_name": "cached", "quota_type": 0, "model_ratio": 1.25, "completion_ratio": 4},
        "cache_ratio": 0.5,
    },
    {"model_name": "unknown-default", "quota_type": 0, "model_ratio": 37.5, "completion_ratio": 1},
    {
        **{"model_name": "text-embedding-3-small", "quota_type": 0, "model_ratio": 0.01},
        "completion_ratio": 1,
    },
    {"model_name": "free", "quota_type": 0, "model_ratio": 0, "completion_ratio": 0},
    {"model_name": "stable-diffusion", "quota_type": 1, "model_price": 0.04},
    {"model_name": "gpt-4-gizmo-x", "quota_type": 1, "model_price": 0.1},
    {"model_name": "third", "quota_type": 1, "model_price": 0.000000003},
    {"model_name": "dall-e-3", "quota_type": 0, "model_ratio": 16, "completion_ratio": 1},
    {"model_name": "dall-e-2", "quota_type": 0, "model_ratio": 8, "completion_ratio": 1},
    {"model_name": "gpt-image-1", "quota_type": 1, "model_price": 0.042},
    {"model_name": "mj_imagine", "quota_type": 1, "model_price": 0.1},
    {"model_name": "mj_describe", "quota_type": 1, "model_price": 0.05},
    {"model_name": "mj_inpaint", "quota_type": 1, "model_price": 0},
    {"model_name": "swap_face", "quota_type": 1, "model_price": 0.05},
    {"model_name": "tiered", "billing_mode": "tiered_expr", "billing_expr": "tier(p)"},
]
# Model, group, what was used, dollars.
FROM_THE_LIST: Final = [
    ("all", "default", {"prompt": 1_000_000, "completion": 0}, "30"),
    ("all", "default", {"prompt": 0, "completion": 1_000_000}, "60"),
    ("all", "default", {"prompt": 1_000, "completion": 500}, "0.06"),
    ("all", "default", {"prompt": 1, "completion": 0}, "0.00003"),
    ("all", "default", {"prompt": 0, "completion": 1}, "0.00006"),
    ("all", "vip", {"prompt": 1_000, "completion": 500}, "0.048"),
    ("all", "reseller", {"prompt": 1_000, "completion": 500}, "0.015"),
    ("all", "trial", {"prompt": 1_000, "completion": 500}, "0.09"),
    ("all", "odd", {"prompt": 1_000, "completion": 500}, "0.01999998"),
    ("all", "default", {"prompt": 0, "completion": 0}, "0"),
    ("mini", "default", {"prompt": 1_000_000, "completion": 1_000_000}, "0.75"),
    ("mini", "default", {"prompt": 1, "completion": 0}, "0.00000015"),
    ("mini", "default", {"prompt": 7, "completion": 13}, "0.00000885"),
    ("mini", "vip", {"prompt": 7, "completion": 13}, "0.00000708"),
    ("mini", "reseller", {"prompt": 1, "completion": 0}, "0.000000038"),
    ("mini", "reseller", {"prompt": 3, "completion": 0}, "0.000000112"),
    ("mini", "odd", {"prompt": 12_345, "completion": 6_789}, "0.001975048"),
    ("cached", "default", {"prompt": 10_000, "completion": 100, "cached": 0}, "0.026"),
    ("cached", "default", {"prompt": 10_000, "completion": 100, "cached": 8_000}, "0.016"),
    ("cached", "default", {"prompt": 10_000, "completion": 100, "cached": 10_000}, "0.0135"),
    ("cached", "default", {"prompt": 10_000, "completion": 0, "cached": 20_000}, "0.0125"),
    ("cached", "vip", {"prompt": 10_000, "completion": 100, "cached": 8_000}, "0.0128"),
    ("all", "default", {"prompt": 1_000, "completion": 0, "cached": 1_000}, "0.03"),
    ("unknown-default", "default", {"prompt": 100, "completion": 100}, "0.015"),
    ("text-embedding-3-small", "default", {"prompt": 1_000_000, "completion": 0}, "0.02"),
    ("text-embedding-3-small", "default", {"prompt": 17, "completion": 0}, "0.00000034"),
    ("free", "default", {"prompt": 1_000_000, "completion": 1_000_000}, "0"),
    ("stable-diffusion", "default", {"pictures": 1}, "0.04"),
    ("stable-diffusion", "default", {"prompt": 90_000, "completion": 90_000}, "0.04"),
    ("stable-diffusion", "default", {}, "0.04"),
    ("stable-diffusion", "vip", {"pictures": 4}, "0.032"),
    ("stable-diffusion", "odd", {"pictures": 1}, "0.01333332"),
    ("gpt-4-gizmo-x", "trial", {"prompt": 1, "completion": 1}, "0.15"),
    ("third", "default", {}, "0.000000003"),
    ("third", "vip", {}, "0.000000002"),
    ("third", "trial", {}, "0.000000004"),
    ("dall-e-3", "default", {"pictures": 1}, "0.04"),
    ("dall-e-3", "default", {"pictures": 1, "size": "1024x1024"}, "0.04"),
    ("dall-e-3", "default", {"pictures": 1, "size": "1792x1024"}, "0.08"),
    ("dall-e-3", "default", {"pictures": 1, "size": "1024x1792"}, "0.08"),
    ("dall-e-3", "default", {"pictures": 1, "quality": "standard"}, "0.04"),
    ("dall-e-3", "default", {"pictures": 1, "quality": "hd"}, "0.08"),
    ("dall-e-3", "default", {"pictures": 1, "size": "1024x1024", "quality": "hd"}, "0.08"),
    ("dall-e-3", "default", {"pictures": 1, "size": "1792x1024", "quality": "hd"}, "0.12"),
    ("dall-e-3", "vip", {"pictures": 3, "size": "1024x1792", "quality": "hd"}, "0.288"),
    ("dall-e-3", "default", {"pictures": 0, "size": "1024x1024"}, "0"),
    ("dall-e-2", "default", {"pictures": 1, "size": "256x256"}, "0.008"),
    ("dall-e-2", "default", {"pictures": 1, "size": "512x512"}, "0.009"),
    ("dall-e-2", "default", {"pictures": 10, "size": "1024x1024"}, "0.2"),
    ("dall-e-2", "reseller", {"pictures": 7, "size": "512x512"}, "0.01575"),
    ("gpt-image-1", "default", {"pictures": 2, "size": "1536x1024"}, "0.084"),
    ("gpt-image-1", "default", {"pictures": 1, "quality": "hd"}, "0.042"),
    ("midjourney imagine", "default", {}, "0.1"),
    ("midjourney imagine", "vip", {}, "0.08"),
    ("midjourney describe", "default", {}, "0.05"),
    ("midjourney inpaint", "default", {}, "0"),
    ("midjourney swap_face", "trial", {}, "0.075"),
]
# Of these no price is known, which is something else than nothing.
NOT_KNOWN: Final = [
    ("not-in-the-list", "default", {"prompt": 1, "completion": 1}),
    ("tiered", "default", {"prompt": 1, "completion": 1}),
    ("midjourney zoom", "default", {}),
    ("midjourney", "default", {}),
    ("all", "default", {}),
    ("all", "default", {"prompt": 5}),
]
# What stands in the book by hand, what was used, the amount.
BY_HAND: Final[list[tuple[dict[str, Any], dict[str, Any], str]]] = [
    ({"per_request": "0.01", "per_prompt": "3"}, {"prompt": 1_000, "completion": 9}, "0.013"),
    ({"per_completion": "15"}, {"prompt": 1_000, "completion": 200}, "0.003"),
    ({"per_prompt": "3", "per_cached": "0"}, {"prompt": 9, "completion": 0, "cached": 9}, "0"),
    ({"per_prompt": "0.000000001"}, {"prompt": 400_000, "completion": 0}, "0"),
    ({"per_prompt": "0.000000001"}, {"prompt": 500_001, "completion": 0}, "0.000000001"),
    ({"per_prompt": "0.000000001"}, {"prompt": 1_500_000, "completion": 0}, "0.000000002"),
    ({"per_request": "999999999.999999999"}, {}, "999999999.999999999"),
    ({"per_request": "0.02", "pictures": {("", ""): "0.03"}}, {"pictures": 2}, "0.08"),
    ({"per_request": "0.02", "pictures": {("", ""): "0.03"}}, {"pictures": 0}, "0.02"),
    ({"pictures": {("", ""): "1", ("8x8", ""): "2"}}, {"pictures": 1, "size": "8x8"}, "2"),
    (
        {"pictures": {("", "hd"): "3", ("8x8", ""): "2"}},
        {"pictures": 1, "size": "8x8", "quality": "hd"},
        "2",
    ),
    (
        {"pictures": {("8x8", "hd"): "4", ("8x8", ""): "2"}},
        {"pictures": 1, "size": "8x8", "quality": "hd"},
        "4",
    ),
    ({"per_request": "0.03", "group_ratio": "0.000001"}, {}, "0.00000003"),
    ({"per_request": "7", "currency": "EUR", "group_ratio": "0"}, {}, "0"),
]
# A price that changes in the middle of a month, twice, and the moments at which it is asked for.
IN_TIME: Final = [
    ("2026-04-30T23:59:59.999999", None),
    ("2026-05-01T00:00:00", "0.04"),
    ("2026-05-14T23:59:59.999999", "0.04"),
    ("2026-05-15T00:00:00", "0.05"),
    ("2026-05-20T11:59:59.999999", "0.05"),
    ("2026-05-20T12:00:00", "0.03"),
    ("2026-05-31T23:59:59.999999", "0.03"),
    ("2026-06-01T00:00:00", None),
]


def used(values: dict[str, Any]) -> Used:
    """What was used, in short names."""
    return Used(
        prompt_tokens=values.get("prompt"),
        completion_tokens=values.get("completion"),
        cached_tokens=values.get("cached", 0),
        pictures=values.get("pictures", 0),
        size=values.get("size", ""),
        quality=values.get("quality", ""),
    )


def priced(name: str, group: str, values: dict[str, Any]) -> Decimal | None:
    """Read the list for a key of that group, put it into the book, and price a run by it."""
    gateway = factories.gateway(price_group=group)
    listing = read_prices(json.dumps({"data": LIST, "group_ratio": GROUPS}).encode())
    quotes = book.quotes_of(gateway, listing, moment("2026-05-01"))
    book.write(book.compare_all(gateway, quotes, moment("2026-05-01")).to_write)
    model, _, task = name.partition(" ")
    rule = PriceRule.objects.for_run(gateway.pk, model, moment("2026-05-02"), task)
    return price(rule, used(values)) if rule else None


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(("name", "group", "values", "amount"), FROM_THE_LIST)
def test_a_price_from_the_list_is_exact(
    name: str, group: str, values: dict[str, Any], amount: str
) -> None:
    assert priced(name, group, values) == Decimal(amount)


@pytest.mark.parametrize(("name", "group", "values"), NOT_KNOWN)
def test_what_has_no_price_costs_not_nothing(name: str, group: str, values: dict[str, Any]) -> None:
    assert priced(name, group, values) is None


@pytest.mark.parametrize(("terms", "values", "amount"), BY_HAND)
def test_a_price_by_hand_is_exact(
    terms: dict[str, Any], values: dict[str, Any], amount: str
) -> None:
    rule = factories.rule(factories.gateway(), **terms)
    rule = PriceRule.objects.get(pk=rule.pk)
    assert price(rule, used(values)) == Decimal(amount)


@pytest.mark.parametrize(("at", "amount"), IN_TIME)
def test_a_run_is_priced_by_what_held_when_it_was_asked_for(at: str, amount: str | None) -> None:
    gateway: Gateway = factories.gateway()
    for begins, ends, each in (
        ("2026-05-01", None, "0.04"),
        ("2026-05-15", None, "0.05"),
        ("2026-05-20T12:00:00", "2026-06-01", "0.03"),
    ):
        until = moment(ends) if ends else None
        factories.rule(gateway, per_request=each, valid_from=moment(begins), valid_until=until)
    rule = PriceRule.objects.for_run(gateway.pk, "stable-diffusion", moment(at))
    assert (price(rule, Used()) if rule else None) == (Decimal(amount) if amount else None)


def test_the_table_is_long_enough() -> None:
    assert len(FROM_THE_LIST) + len(BY_HAND) + len(IN_TIME) >= 60
