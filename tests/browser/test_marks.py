"""Marks of one generation and the boards they lead to; by mouse, by keys and on paper."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.gateway import WRITER, Gateway
from tests.browser.screen import Screen, ended
from tests.browser.test_without_scripts import finished
from tests.support.console import Console

type Way = Callable[[Locator], None]
click: Way = Locator.click


def enter(control: Locator) -> None:
    control.press("Enter")


PRESS_THREE = """drawer => [...drawer.querySelectorAll(".marks button")]
  .filter((button) => ["Star", "4", "Reject"].includes(button.textContent.trim()))
  .forEach((button) => button.click())"""
without_scripts = pytest.mark.browser_context_args(java_script_enabled=False)


@pytest.fixture
def drawer(desk: Screen, gateway: Gateway) -> Locator:
    """The details of a written one, beside the history; there is a board."""
    desk.open()
    written = desk.generate("The written one", WRITER)
    gateway.talk().finish("Words.")
    ended(written)
    make_board(desk, "Covers")
    desk.open("/history/")
    desk.page.get_by_role("link", name="The written one").click()
    expect(desk.drawer).to_be_visible()
    return desk.drawer


def make_board(screen: Screen, name: str) -> None:
    screen.open("/boards/")
    screen.page.get_by_label("New board").fill(name)
    screen.page.get_by_role("button", name="Make it").click()
    expect(board(screen.page, name)).to_be_visible()


def board(page: Page, name: str) -> Locator:
    return page.get_by_role("listitem").filter(has=page.get_by_role("link", name=name, exact=True))


def pressed(within: Page | Locator) -> list[str]:
    """The names of the marks that are on."""
    return within.locator(".marks [aria-pressed=true]").all_inner_texts()


def button(within: Page | Locator, name: str) -> Locator:
    return within.locator(".marks").get_by_role("button", name=name, exact=True)


def mark_all(within: Page | Locator, way: Way) -> None:
    """Star it, give it four, tag it and put it on the board."""
    marks = within.locator(".marks")
    for name in ("Star", "4"):
        way(button(within, name))
        expect(button(within, name)).to_have_attribute("aria-pressed", "true")
    marks.get_by_label("Tag").fill("Blue sea")
    marks.get_by_label("Tag").press("Enter")
    expect(marks.locator(".chip", has_text="blue sea")).to_be_visible()
    way(button(within, "Put on board"))
    expect(marks.locator(".chip", has_text="Covers")).to_be_visible()


@pytest.mark.parametrize("way", [click, enter])
def test_all_marks_are_put_on_in_the_drawer(desk: Screen, drawer: Locator, way: Way) -> None:
    mark_all(drawer, way)
    assert pressed(drawer) == ["Star", "4"]
    desk.open('/history/?q=is:starred rating:4 tag:"blue sea" board:Covers')
    expect(desk.page.locator(".cell")).to_have_count(1)


def test_every_mark_is_taken_off_again(drawer: Locator) -> None:
    mark_all(drawer, click)
    marks = drawer.locator(".marks")
    for name in ("Star", "4"):
        button(drawer, name).click()
        expect(button(drawer, name)).to_have_attribute("aria-pressed", "false")
    for name in ("blue sea", "Covers"):
        marks.locator(".chip", has_text=name).click()
        expect(marks.locator(".chip", has_text=name)).to_have_count(0)
    assert pressed(drawer) == []


def test_the_focus_stays_on_the_mark_that_was_pressed(desk: Screen, drawer: Locator) -> None:
    button(drawer, "Star").press("Enter")
    expect(button(drawer, "Star")).to_have_attribute("aria-pressed", "true")
    expect(button(drawer, "Star")).to_be_focused()


def test_marks_pressed_before_the_first_answer_are_all_kept(drawer: Locator) -> None:
    drawer.evaluate(PRESS_THREE)
    for name in ("Star", "4", "Reject"):
        expect(button(drawer, name)).to_have_attribute("aria-pressed", "true")
    drawer.page.reload()
    assert pressed(drawer.page) == ["Star", "4", "Reject"]


def test_on_the_full_page_marks_are_put_on_as_well(desk: Screen, drawer: Locator) -> None:
    drawer.get_by_role("link", name="Full page").click()
    mark_all(desk.page, click)
    assert pressed(desk.page) == ["Star", "4"]


def test_what_was_not_marked_is_said_beside_the_marks(
    desk: Screen, drawer: Locator, console: Console
) -> None:
    console.pardon("ERR_FAILED|htmx:sendError|htmx:afterRequest")
    desk.page.route("**/mark/", lambda route: route.abort())
    button(drawer, "Star").click()
    expect(drawer.get_by_role("alert")).to_contain_text("The studio did not answer.")
    desk.page.unroute("**/mark/")
    button(drawer, "Star").click()
    expect(button(drawer, "Star")).to_have_attribute("aria-pressed", "true")
    expect(drawer.get_by_role("alert")).to_be_hidden()


def test_marks_are_kept_when_the_drawer_is_closed_at_once(desk: Screen, drawer: Locator) -> None:
    pk = drawer.locator("[data-generation]").first.get_attribute("data-generation") or ""
    drawer.evaluate(PRESS_THREE)
    desk.page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    expect(desk.page.locator(".cell .rejected")).to_have_count(1)
    marks = {"is_starred": 1, "is_rejected": 1, "rating": 4, "deleted_at": None}
    assert desk.ledger.marks(pk) == [marks]


def test_the_cell_beside_the_drawer_shows_the_star(desk: Screen, drawer: Locator) -> None:
    button(drawer, "Star").click()
    expect(desk.page.locator(".cell .starred")).to_have_count(1)


@pytest.mark.parametrize("way", [click, enter])
def test_a_rejected_one_says_so_until_it_is_taken_back(drawer: Locator, way: Way) -> None:
    way(button(drawer, "Reject"))
    expect(button(drawer, "Reject")).to_have_attribute("aria-pressed", "true")
    way(button(drawer, "Reject"))
    expect(button(drawer, "Reject")).to_have_attribute("aria-pressed", "false")


def test_a_board_is_renamed_and_deleted_by_keys(desk: Screen, drawer: Locator) -> None:
    page = desk.page
    desk.open("/boards/")
    board(page, "Covers").get_by_text("Change").press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("Best covers")
    page.keyboard.press("Enter")
    expect(board(page, "Best covers")).to_be_visible()
    board(page, "Best covers").get_by_text("Change").press("Enter")
    board(page, "Best covers").get_by_role("button", name="Delete the board").press("Enter")
    expect(page.get_by_role("heading", name="No boards yet")).to_be_visible()


def test_a_search_becomes_a_board_that_fills_itself(desk: Screen, drawer: Locator) -> None:
    page = desk.page
    desk.open(f"/history/?q=model:{WRITER}")
    page.get_by_label("Name of the smart board").fill("What it wrote")
    page.keyboard.press("Enter")
    shows = f"1 generation · shows what matches model:{WRITER}"
    expect(board(page, "What it wrote")).to_contain_text(shows)
    page.get_by_role("link", name="What it wrote").click()
    expect(page.locator(".cell")).to_have_count(1)


@without_scripts
def test_on_paper_every_mark_is_a_form(desk: Screen, gateway: Gateway) -> None:
    finished(desk, gateway, "Marked on paper")
    address = desk.page.url
    make_board(desk, "Covers")
    desk.page.goto(address)
    mark_all(desk.page, click)
    button(desk.page, "Reject").click()
    assert pressed(desk.page) == ["Star", "4", "Reject"]
    desk.open("/boards/")
    board(desk.page, "Covers").get_by_text("Change").click()
    board(desk.page, "Covers").get_by_label("Name").fill("Best covers")
    board(desk.page, "Covers").get_by_role("button", name="Save").click()
    desk.page.get_by_role("link", name="Best covers").click()
    expect(desk.page.locator(".cell")).to_have_count(1)
    desk.open("/boards/")
    board(desk.page, "Best covers").get_by_text("Change").click()
    desk.page.get_by_role("button", name="Delete the board").click()
    expect(desk.page.get_by_role("heading", name="No boards yet")).to_be_visible()
