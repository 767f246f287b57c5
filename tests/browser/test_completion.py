"""What is begun completes itself: operators and values of a search, and one's own tags."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.gateway import WRITER, Gateway
from tests.browser.screen import Screen, ended, pk_of


@pytest.fixture
def history(desk: Screen, gateway: Gateway) -> Screen:
    """One generation, tagged, in the open history."""
    desk.open()
    card = desk.generate("The written one", WRITER)
    gateway.talk().finish("Words.")
    ended(card)
    desk.open(f"/generations/{pk_of(card)}/")
    for name in ("Blue sea", "blue sky", "night"):
        field = desk.page.get_by_placeholder("Tag")
        field.fill(name)
        field.press("Enter")
        expect(desk.page.locator(".marks .chip", has_text=name.lower())).to_be_visible()
    desk.open("/history/")
    return desk


def offered(field: Locator) -> Locator:
    """The options of a field's list, which the browser shows and lets be chosen by its own keys."""
    return field.page.locator(f"#{field.get_attribute('list')} option")


def choose(field: Locator, place: int) -> None:
    """What the browser does when an option is chosen."""
    field.fill(offered(field).nth(place).get_attribute("value") or "")


def offers(field: Locator, *values: str) -> None:
    """These are offered, in this order."""
    expect(offered(field)).to_have_count(len(values))
    for place, value in enumerate(values):
        expect(offered(field).nth(place)).to_have_attribute("value", value)


def test_a_search_is_put_together_from_what_is_offered(history: Screen) -> None:
    page = history.page
    page.keyboard.press("/")
    search = page.get_by_label("Search", exact=True)
    expect(search).to_be_focused()
    page.keyboard.type("written ta")
    offers(search, "written tag:")
    choose(search, 0)
    offers(search, 'written tag:"blue sea"', 'written tag:"blue sky"', "written tag:night")
    choose(search, 1)
    search.press("Enter")
    expect(page).to_have_url(re.compile("q=written"))
    expect(page.locator(".chips .chip")).to_have_count(2)
    expect(page.locator("[data-cell]")).to_have_count(1)


@pytest.mark.parametrize("where", ["drawer", "page", "selection"])
def test_ones_own_tags_are_offered_wherever_one_is_put_on(history: Screen, where: str) -> None:
    page = history.page
    field = page.locator("#act-tag")
    if where == "selection":
        page.locator("[data-select]").first.click()
        page.locator(".selection-bar").get_by_text("More").click()
    else:
        page.locator(".cell .frame").first.click()
        field = page.locator(".marks").get_by_placeholder("Tag")
        expect(field).to_be_visible()
    if where == "page":
        page.reload()
    field.focus()
    offers(field, "blue sea", "blue sky", "night")
    page.keyboard.type("SK")
    offers(field, "blue sky")


def test_enter_adds_the_tag_and_takes_none_off(history: Screen) -> None:
    history.page.locator(".cell .frame").first.click()
    field = history.page.locator(".marks").get_by_placeholder("Tag")
    field.fill("dusk")
    field.press("Enter")
    expect(history.page.locator(".marks .chip")).to_have_count(4)
