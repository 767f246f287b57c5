"""What the practice gateway tells of prices and bills, and how it fails at them."""

from typing import Any

import httpx
import pytest

from modelless_web.practice.till import GROUPS, LIMIT, QUOTA_PER_UNIT, UNLIMITED

from .talk import ask

SUBSCRIPTION = "/dashboard/billing/subscription"
USAGE = "/dashboard/billing/usage"
PRICING = "/api/pricing"


def told(http: httpx.Client, path: str, key: str = "sk-1") -> httpx.Response:
    """What lies beside the base, as the owner of that key gets it."""
    url = str(http.base_url.copy_with(path=path))
    return http.get(url, headers={"Authorization": f"Bearer {key}"})


def used(http: httpx.Client, key: str) -> float:
    """Dollars on the bill of a key."""
    return float(told(http, USAGE, key).json()["total_usage"]) / 100


def test_prices_are_told_as_ratios_and_by_the_call(http: httpx.Client) -> None:
    listing = told(http, PRICING).json()
    items = {item["model_name"]: item for item in listing["data"]}
    assert listing["group_ratio"] == GROUPS
    assert items["practice-writer"]["model_ratio"] == 1.25
    assert (items["mj_imagine"]["quota_type"], items["mj_imagine"]["model_price"]) == (1, 0.1)
    assert items["practice-think"]["billing_expr"]


def test_a_call_is_on_the_bill_of_its_key_alone(http: httpx.Client) -> None:
    http.headers["Authorization"] = "Bearer sk-mine"
    ask(http, "practice-inline")
    assert (used(http, "sk-mine"), used(http, "sk-theirs")) == (0.02, 0)


def test_tokens_are_on_the_bill_by_their_ratios(http: httpx.Client) -> None:
    http.headers["Authorization"] = "Bearer sk-tokens"
    usage = ask(http, "practice-writer").json()["usage"]
    quota = (usage["prompt_tokens"] + usage["completion_tokens"] * 4) * 1.25
    assert used(http, "sk-tokens") == pytest.approx(quota / QUOTA_PER_UNIT)


@pytest.mark.parametrize(
    ("key", "limit"),
    [("sk", LIMIT), ("sk-unlimited", UNLIMITED), ("sk-raw-quota", LIMIT * QUOTA_PER_UNIT)],
)
def test_the_limit_is_told_as_gateways_tell_it(http: httpx.Client, key: str, limit: Any) -> None:
    assert told(http, SUBSCRIPTION, key).json()["hard_limit_usd"] == limit


@pytest.mark.parametrize(
    ("key", "path", "status", "said"),
    [
        ("sk-no-prices", PRICING, 404, "Invalid URL"),
        ("sk-signed-in", PRICING, 401, "success"),
        ("sk-dashboard", PRICING, 200, "<!doctype html>"),
        ("sk-dashboard", SUBSCRIPTION, 200, "<!doctype html>"),
        ("sk-no-bill", USAGE, 200, "error"),
    ],
)
def test_a_word_in_the_key_makes_it_fail(
    http: httpx.Client, key: str, path: str, status: int, said: str
) -> None:
    reply = told(http, path, key)
    assert (reply.status_code, said in reply.text) == (status, True)
