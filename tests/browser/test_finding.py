"""Finding by what there is: facets, months, a date and chips; by mouse, by keys and on paper."""

from datetime import date, timedelta

import pytest
from playwright.sync_api import Locator, Request, expect

from tests.browser.gateway import WRITER, Gateway
from tests.browser.screen import Screen, ended, pk_of
from tests.browser.test_without_scripts import finished

# No two of them in one month.
APART = timedelta(days=40)
COPIES = 4
MOST_REQUESTS = 2
without_scripts = pytest.mark.browser_context_args(java_script_enabled=False)


@pytest.fixture
def history(desk: Screen, gateway: Gateway) -> Screen:
    """A written one, and one more every forty days before it, in the open history."""
    desk.open()
    written = desk.generate("The written one", WRITER)
    gateway.talk().finish("Words.")
    ended(written)
    desk.ledger.copy(pk_of(written), COPIES, APART)
    desk.open("/history/")
    return desk


def cells(screen: Screen) -> Locator:
    return screen.page.locator(".cell")


def months(screen: Screen) -> Locator:
    """The links of the rail, of every year."""
    rail = screen.page.locator(".facet").filter(has_text="Month")
    expect(rail).to_be_visible()
    for year in rail.locator("details:not([open]) > summary").all():
        year.click()
    return rail.get_by_role("link")


def search_for(screen: Screen, query: str) -> None:
    screen.page.get_by_label("Search", exact=True).fill(query)
    screen.page.get_by_role("button", name="Search", exact=True).click()


def begins_with(screen: Screen, prompt: str) -> None:
    expect(cells(screen).first).to_contain_text(prompt)


def test_the_rail_leads_to_a_month_and_back_to_the_newest(history: Screen) -> None:
    expect(months(history)).to_have_count(COPIES + 1)
    months(history).last.click()
    begins_with(history, f"Copy {COPIES}")
    history.page.get_by_role("link", name="Back to the newest").click()
    begins_with(history, "The written one")


def test_the_rail_is_walked_by_keys(history: Screen) -> None:
    months(history).nth(1).focus()
    history.page.keyboard.press("Tab")
    history.page.keyboard.press("Shift+Tab")
    history.page.keyboard.press("Enter")
    begins_with(history, "Copy 1")


@pytest.mark.parametrize("way", ["mouse", "keys"])
def test_a_date_is_two_requests_away(history: Screen, way: str) -> None:
    asked: list[Request] = []
    months(history)
    history.page.on("request", lambda request: asked.append(request))  # noqa: PLW0108
    history.page.get_by_label("Go to").fill(str(date.today() - 2 * APART))
    if way == "mouse":
        history.page.get_by_role("button", name="Go", exact=True).click()
    else:
        history.page.keyboard.press("Enter")
    begins_with(history, "Copy 2")
    months(history)
    told = [one.url for one in asked if "/static/" not in one.url and "/live/" not in one.url]
    assert len([url for url in told if not url.startswith("data:")]) <= MOST_REQUESTS


def test_a_facet_and_its_chip_are_reached_by_keys(history: Screen) -> None:
    page = history.page
    page.locator(".facets").get_by_role("link", name=WRITER).press("Enter")
    chip = page.get_by_role("list", name="Active filters").get_by_role("link")
    expect(chip).to_contain_text(WRITER)
    chip.press("Enter")
    expect(chip).to_have_count(0)
    expect(cells(history)).to_have_count(COPIES + 1)


def test_a_search_is_typed_and_its_button_pressed(history: Screen) -> None:
    search_for(history, "written is:starred")
    expect(history.page.get_by_role("heading", name="Nothing matches")).to_be_visible()
    chips = history.page.get_by_role("list", name="Active filters").get_by_role("link")
    chips.filter(has_text="Starred").click()
    begins_with(history, "The written one")
    expect(chips).to_have_count(1)


@without_scripts
def test_on_paper_a_search_is_a_form_and_becomes_a_board(desk: Screen, gateway: Gateway) -> None:
    finished(desk, gateway, "Found on paper")
    desk.ledger.copy(desk.page.url.rstrip("/").rpartition("/")[2], COPIES, APART)
    desk.open("/history/")
    search_for(desk, f"model:{WRITER} status:succeeded")
    expect(cells(desk)).to_have_count(COPIES + 1)
    expect(desk.page.get_by_role("list", name="Active filters").get_by_role("link")).to_have_count(
        2
    )
    desk.page.get_by_label("Name of the smart board").fill("Copies")
    desk.page.get_by_role("button", name="Save this search").click()
    desk.page.get_by_role("link", name="Copies", exact=True).click()
    expect(cells(desk)).to_have_count(COPIES + 1)


@without_scripts
def test_on_paper_the_ways_to_narrow_are_a_page(desk: Screen, gateway: Gateway) -> None:
    finished(desk, gateway, "Found on paper")
    desk.ledger.copy(desk.page.url.rstrip("/").rpartition("/")[2], COPIES, APART)
    desk.open("/history/")
    desk.page.get_by_text("Narrow").click()
    desk.page.get_by_role("link", name="By status, model, tag and month").click()
    months(desk).last.click()
    begins_with(desk, f"Copy {COPIES}")
    desk.page.get_by_label("Go to").fill(str(date.today() - 2 * APART))
    desk.page.get_by_role("button", name="Go", exact=True).click()
    begins_with(desk, "Copy 2")
    desk.page.get_by_role("link", name="List").click()
    expect(desk.page.get_by_role("row").first).to_contain_text("Select")
    desk.open("/history/facets/?q=is:starred")
    desk.page.get_by_role("link", name="Back to the history").click()
    expect(desk.page.get_by_role("heading", name="Nothing matches")).to_be_visible()
    desk.page.get_by_role("list", name="Active filters").get_by_role("link").click()
    begins_with(desk, "Found on paper")
