"""The list of prices, in every version of the gateways."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelless_web.gateway.errors import GatewayError
from modelless_web.gateway.wire.pricing import Price, read_prices

TOKENS = {"model_name": "m", "quota_type": 0, "model_ratio": 15, "completion_ratio": 2}
CALL = {"model_name": "m", "quota_type": 1, "model_price": 0.1}
GROUPS = {"default": 1}


def listed(*items: Any, groups: Any = None) -> tuple[Price, ...]:
    """What is read of a list with these items."""
    listing = {"success": True, "data": list(items), "group_ratio": groups or GROUPS}
    return read_prices(json.dumps(listing).encode()).prices


def test_a_ratio_is_read_as_dollars_for_a_million_tokens() -> None:
    assert listed(TOKENS) == (Price(model="m", per_prompt=Decimal(30), per_completion=Decimal(60)),)


def test_a_fixed_price_is_read_as_one_of_each_call() -> None:
    assert listed(CALL) == (Price(model="m", per_request=Decimal("0.1")),)


def test_fractions_are_read_to_the_last_place() -> None:
    body = b'{"data":[{"model_name":"m","quota_type":1,"model_price":0.10000000000000000555}]}'
    body = body[:-1] + b',"group_ratio":{"default":0.1}}'
    found = read_prices(body)
    assert found.prices[0].per_request == Decimal("0.10000000000000000555")
    assert found.groups == {"default": Decimal("0.1")}


@pytest.mark.parametrize(
    "item",
    [
        {"model_name": "m", "quota_type": 0},
        {"model_name": "m", "quota_type": 1},
        {**TOKENS, "model_ratio": -1},
        {**TOKENS, "model_ratio": "15"},
        {**TOKENS, "model_ratio": True},
        {**TOKENS, "model_ratio": 10**12},
        {**TOKENS, "completion_ratio": None},
        {**CALL, "model_price": None},
        {**CALL, "model_name": " "},
        {**CALL, "model_name": None},
        None,
        "m",
    ],
)
def test_what_cannot_be_read_has_no_price(item: Any) -> None:
    assert listed(item) == ()


@pytest.mark.parametrize("more", [{"billing_mode": "tiered_expr"}, {"billing_expr": "tier(p * 2)"}])
def test_tiers_are_no_price_but_say_where_it_is_told(more: dict[str, str]) -> None:
    (found,) = listed({**TOKENS, **more})
    assert (found.per_prompt, found.per_request, found.pictures) == (None, None, ())
    assert found.note


def test_the_last_of_two_prices_of_a_model_counts() -> None:
    (found,) = listed(CALL, {**CALL, "model_price": 0.2})
    assert found.per_request == Decimal("0.2")


def test_a_group_whose_ratio_cannot_be_read_is_not_known() -> None:
    listing = {"data": [], "group_ratio": {"default": 1, "odd": "2", "bad": -1}}
    assert read_prices(json.dumps(listing).encode()).groups == {"default": Decimal(1)}


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"success":false,"message":"\xe6\x9c\xaa\xe7\x99\xbb\xe5\xbd\x95"}', "upstream"),
        (b'{"error":{"message":"x","code":"invalid_api_key"}}', "auth"),
        (b"<!DOCTYPE html>", "html"),
        (b"", "empty"),
        (b"[]", "upstream"),
        (b'{"data":[]}', "upstream"),
        (b'{"data":{},"group_ratio":{}}', "upstream"),
        (b'{"data":[],"group_ratio":{"default":NaN}}', "upstream"),
        (b"[" * 100_000, "upstream"),
    ],
)
def test_what_is_no_list_of_prices_is_an_error(body: bytes, kind: str) -> None:
    with pytest.raises(GatewayError) as caught:
        read_prices(body)
    assert caught.value.kind.value == kind


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
NAMES = st.sampled_from(["model_name", "quota_type", "model_ratio", "model_price", "billing_mode"])


@given(
    st.lists(st.dictionaries(NAMES | st.just("completion_ratio"), ANYTHING), max_size=3),
    st.dictionaries(st.text(), ANYTHING, max_size=2),
)
def test_no_list_makes_a_price_that_is_less_than_nothing(items: Any, groups: Any) -> None:
    body = json.dumps({"data": items, "group_ratio": groups}).encode()
    try:
        found = read_prices(body)
    except GatewayError:
        return
    amounts = [
        amount
        for price in found.prices
        for amount in (price.per_request, price.per_prompt, price.per_completion)
        if amount is not None
    ]
    assert all(amount >= 0 for amount in (*amounts, *found.groups.values()))
