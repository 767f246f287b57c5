"""Models at a screen: found by words, with prices; for the owner the balance comes by itself."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from modelless_web.config import prepare
from tests.browser.conftest import KEY, with_models
from tests.browser.test_accounts import fill_in, link
from tests.support.studio import Studio


@pytest.fixture(scope="module")
def selling(start_studio: Callable[..., Studio]) -> Iterator[Studio]:
    """A studio in front of a gateway that asks money: practice, connected like any other."""
    practice = prepare.start_practice()
    url = prepare.practice_address(practice)
    yield with_models(start_studio(MODELLESS_BASE_URL=url, MODELLESS_API_KEY=KEY))
    practice.terminate()
    practice.communicate()


def test_models_are_found_and_put_in_order(selling: Studio, page: Page) -> None:
    page.goto(f"{selling.url}/models/")
    page.get_by_label("Find").fill("practice-inline")
    page.get_by_label("Order").select_option("price")
    page.get_by_role("button", name="Show").click()
    offers = page.locator(".offer")
    # One at the gateway, one of the studio's own practice.
    expect(offers).to_have_count(2)
    expect(page.get_by_text("A picture costs about $0.02")).to_be_visible()
    expect(page.get_by_text("Costs nothing", exact=True)).to_be_visible()
    expect(page.get_by_text("Balance")).to_have_count(0)


def test_the_owner_sees_the_balance_and_others_do_not(selling: Studio, page: Page) -> None:
    page.goto(link(selling))
    fill_in(page, "olive")
    page.get_by_role("button", name="Make my account").click()
    page.wait_for_url("**/admin/")
    with page.expect_response("**/models/balances/") as asked:
        page.goto(f"{selling.url}/models/")
    assert asked.value.ok
    expect(page.get_by_text("Balance $20.00 of $20.00")).to_be_visible()
    expect(page.get_by_text("as reported")).to_have_count(1)
