"""Usage at the screen: with a mouse, with keys, on a phone, and without scripts."""

import re
from collections.abc import Iterator
from typing import Final

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.screen import Screen, ended
from tests.browser.test_looks import complaints
from tests.support.console import Console
from tests.support.studio import Studio

PROMPTS: Final = ("A lighthouse", "A castle", "A boat")


def made(screen: Screen) -> None:
    """Three pictures of today."""
    screen.open()
    for prompt in PROMPTS:
        ended(screen.generate(prompt))


def cells(page: Page) -> Locator:
    """What History shows."""
    return page.locator("#history-rows [data-cell]:visible")


def rows(page: Page, caption: str) -> Locator:
    """The rows of a table."""
    return page.get_by_role("table", name=caption).get_by_role("row")


@pytest.fixture
def worker(screen: Screen) -> Screen:
    """Somebody who has made three pictures and looks at Usage."""
    made(screen)
    screen.page.get_by_role("link", name="Usage", exact=True).click()
    expect(screen.page.get_by_role("heading", name="Usage", level=1)).to_be_visible()
    return screen


def test_a_bar_leads_to_the_pictures_of_its_day(worker: Screen) -> None:
    bar = worker.page.locator("a.chart-bar")
    expect(bar).to_have_count(1)
    expect(bar.locator("title")).to_have_text(re.compile(r"\d{4}: 3 generations$"))
    bar.locator(".chart-fill").click()
    expect(worker.page.get_by_role("heading", name="History")).to_be_visible()
    expect(cells(worker.page)).to_have_count(len(PROMPTS))


def test_a_row_and_its_bar_lead_to_the_same(worker: Screen) -> None:
    row = rows(worker.page, "By model").nth(1)
    link = row.get_by_role("link")
    assert row.locator(".bar-cell a").get_attribute("href") == link.get_attribute("href")
    link.click()
    expect(cells(worker.page)).to_have_count(len(PROMPTS))


def test_the_chart_can_be_read_as_a_table_by_keys_alone(worker: Screen) -> None:
    page = worker.page
    page.locator(".twin-table summary").focus()
    page.keyboard.press("Enter")
    table = page.get_by_role("table", name="By day")
    expect(table).to_be_visible()
    page.keyboard.press("Tab")
    focused = page.evaluate("document.activeElement.closest('table').caption.textContent")
    assert focused == "By day"
    page.keyboard.press("Enter")
    expect(cells(page)).to_have_count(len(PROMPTS))


def test_the_browsers_time_zone_is_taken_over_with_the_first_form(
    browser: Browser, studio: Studio, console: Console
) -> None:
    context = browser.new_context(timezone_id="Pacific/Kiritimati")
    console.watch(context)
    screen = Screen(context.new_page(), studio)
    screen.open()
    ended(screen.generate("A lighthouse"))
    screen.open("/usage/")
    expect(screen.page.get_by_label("Time zone")).to_have_value("Pacific/Kiritimati")
    context.close()


def test_axe_finds_nothing_on_usage(worker: Screen) -> None:
    worker.page.locator(".twin-table summary").click()
    assert complaints(worker.page) == []


def test_axe_finds_nothing_where_there_is_nothing(screen: Screen) -> None:
    screen.open("/usage/")
    expect(screen.page.locator(".chart-line")).to_have_count(3)
    assert complaints(screen.page) == []


@pytest.fixture
def plain(browser: Browser, studio: Studio, console: Console) -> Iterator[Screen]:
    """A phone whose browser runs no script."""
    context = browser.new_context(
        java_script_enabled=False, viewport={"width": 390, "height": 844}, has_touch=True
    )
    console.watch(context)
    yield Screen(context.new_page(), studio)
    context.close()


def test_without_scripts_a_period_is_chosen_on_a_phone(plain: Screen) -> None:
    plain.open("/usage/")
    page = plain.page
    page.get_by_label("Period").select_option("range")
    page.get_by_label("From").fill("2026-03-05")
    page.get_by_label("To").fill("2026-03-20")
    page.get_by_role("checkbox", name="Model").check()
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("heading", name="5 March 2026 to 20 March 2026")).to_be_visible()
    expect(page.get_by_role("heading", name="Together")).to_be_visible()
    expect(page.get_by_text("Nothing in this period.").first).to_be_visible()
    page.get_by_label("Time zone").select_option("Asia/Tokyo")
    page.get_by_role("button", name="Keep").click()
    expect(page.get_by_label("Time zone")).to_have_value("Asia/Tokyo")


@pytest.mark.parametrize("width", [390, 800, 1440])
def test_nothing_stands_out_at_any_width(worker: Screen, width: int) -> None:
    worker.page.set_viewport_size({"width": width, "height": 900})
    worker.page.locator(".twin-table summary").click()
    assert worker.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
