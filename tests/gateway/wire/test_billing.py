"""What a key may use and has used, in every way in which gateways say it."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelless_web.gateway.errors import GatewayError
from modelless_web.gateway.wire.billing import (
    IN_MONEY,
    Bill,
    read_limit,
    read_unit,
    read_used,
    settle,
)


def told(limit: Any, used: Any, status: Any = None) -> Bill:
    """The bill of three replies."""
    unit = IN_MONEY if status is None else read_unit(json.dumps({"data": status}).encode())
    return settle(
        read_limit(json.dumps({"hard_limit_usd": limit}).encode()),
        read_used(json.dumps({"total_usage": used}).encode()),
        unit,
    )


@pytest.mark.parametrize(
    ("limit", "used", "status", "bill"),
    [
        (20, 770, None, ("20", "7.7")),
        (20.5, 770.5, {"display_in_currency": True}, ("20.5", "7.705")),
        (10_000_000, 385_000_000, {"display_in_currency": False}, ("20", "7.7")),
        (40, 1540, {"display_in_currency": False, "quota_per_unit": 2}, ("20", "7.7")),
        (
            10_000_000,
            385_000_000,
            {"display_in_currency": False, "quota_per_unit": 0},
            ("20", "7.7"),
        ),
        (100_000_000, 770, None, (None, "7.7")),
        (100_000_000, 385_000_000, {"display_in_currency": False}, (None, "7.7")),
        (-3, 770, None, ("-3", "7.7")),
        (20, 770, "nothing", ("20", "7.7")),
    ],
)
def test_a_bill_is_read_in_dollars(
    limit: Any, used: Any, status: Any, bill: tuple[str | None, str]
) -> None:
    found = told(limit, used, status)
    assert (found.limit, found.used) == (bill[0] and Decimal(bill[0]), Decimal(bill[1]))


@pytest.mark.parametrize(
    ("limit", "used", "balance"),
    [(20, 770, "12.3"), (5, 770, "0"), (-3, 0, "0"), (100_000_000, 770, None)],
)
def test_a_balance_is_never_a_debt(limit: Any, used: Any, balance: str | None) -> None:
    assert told(limit, used).balance == (balance and Decimal(balance))


@pytest.mark.parametrize("read", [read_limit, read_used])
@pytest.mark.parametrize(
    "body",
    [
        b"<!doctype html>",
        b"",
        b"[]",
        b"{}",
        b'{"error":{"message":"no"}}',
        b'{"hard_limit_usd":"20","total_usage":"7"}',
        b'{"hard_limit_usd":true,"total_usage":null}',
        b'{"hard_limit_usd":Infinity,"total_usage":NaN}',
        b'{"hard_limit_usd":1e400,"total_usage":1e400}',
    ],
)
def test_what_is_no_figure_is_an_error(read: Any, body: bytes) -> None:
    with pytest.raises(GatewayError):
        read(body)


def test_more_than_anybody_has_is_an_error() -> None:
    with pytest.raises(GatewayError):
        told(10**10, 0)


@given(st.integers() | st.floats(), st.integers() | st.floats())
def test_any_figures_are_a_balance_or_an_error(limit: float, used: float) -> None:
    try:
        balance = told(limit, used).balance
    except GatewayError:
        return
    assert balance is None or balance >= 0
