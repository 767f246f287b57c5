"""History: everything made, narrowed, walked through and looked at."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.gateway import PAINTER, WRITER, Gateway
from tests.browser.screen import Screen, ended, pk_of
from tests.browser.test_failures import png

COPIES = 55


@pytest.fixture
def history(desk: Screen, gateway: Gateway) -> Screen:
    """A painted and a written one, the newest of many, in the open history."""
    desk.open()
    written = desk.generate("The written one", WRITER)
    gateway.talk().finish("Words.")
    ended(written)
    desk.ledger.copy(pk_of(written), COPIES)
    painted = desk.generate("The painted one", PAINTER)
    gateway.talk().finish(f"![a]({gateway.hang('one', png('teal'))})")
    ended(painted)
    desk.open("/history/")
    return desk


def cells(screen: Screen) -> Locator:
    return screen.page.locator(".cell")


def stops(screen: Screen) -> Locator:
    return screen.page.locator(".cell .frame")


def test_the_query_stands_in_the_address_and_back_works(history: Screen) -> None:
    page = history.page
    page.keyboard.press("/")
    expect(page.get_by_role("combobox", name="Search")).to_be_focused()
    page.keyboard.type(f"model:{PAINTER}")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"q=model%3A{PAINTER}"))
    expect(cells(history)).to_have_count(1)
    page.go_back()
    expect(page).to_have_url(re.compile("/history/$"))
    expect(page.get_by_text("The written one").first).to_be_visible()
    page.go_forward()
    page.get_by_role("list", name="Active filters").get_by_role("link").click()
    expect(page.get_by_text("The written one").first).to_be_visible()


def test_a_query_that_matches_nothing_says_so(history: Screen) -> None:
    history.open("/history/?q=status%3Afailed")
    expect(history.page.get_by_role("heading", name="Nothing matches")).to_be_visible()
    history.page.get_by_role("link", name="show everything").click()
    expect(cells(history)).not_to_have_count(0)


def test_facets_narrow_and_are_taken_back(history: Screen) -> None:
    facets = history.page.locator(".facets")
    facets.get_by_role("link", name=PAINTER).click()
    expect(cells(history)).to_have_count(1)
    facets.get_by_role("link", name=PAINTER).click()
    expect(cells(history)).not_to_have_count(1)


def test_the_next_page_comes_while_scrolling(history: Screen) -> None:
    expect(cells(history)).to_have_count(48)
    history.page.get_by_role("link", name="Older").scroll_into_view_if_needed()
    expect(cells(history)).to_have_count(COPIES + 2)
    expect(history.page.get_by_role("link", name="Older")).to_have_count(0)
    shown = history.page.locator("[data-generation]").evaluate_all(
        "cells => cells.map((cell) => cell.dataset.generation)"
    )
    assert shown == sorted(set(shown), reverse=True)


def test_the_list_shows_the_same_with_time_model_and_status(history: Screen) -> None:
    history.page.get_by_role("link", name="List").click()
    expect(history.page).to_have_url(re.compile("view=list"))
    row = history.page.get_by_role("row").filter(has_text="The painted one")
    expect(row).to_contain_text(PAINTER)
    expect(row).to_contain_text("Done")
    row.get_by_role("link").click()
    expect(history.drawer).to_contain_text("The painted one")


def test_the_size_of_the_cells_is_chosen_and_kept(history: Screen) -> None:
    size = history.page.get_by_label("Size")
    size.fill("96")
    small = cells(history).first.evaluate("cell => cell.clientWidth")
    size.fill("384")
    large = cells(history).first.evaluate("cell => cell.clientWidth")
    assert small < large
    history.page.reload()
    expect(size).to_have_value("384")
    assert cells(history).first.evaluate("cell => cell.clientWidth") == large


@pytest.mark.parametrize("keys", ["ArrowRight ArrowLeft ArrowDown ArrowUp", "l h j k"])
def test_arrows_and_letters_walk_the_grid(history: Screen, keys: str) -> None:
    right, left, down, up = keys.split()
    press = history.page.keyboard.press
    press(right)
    expect(stops(history).nth(0)).to_be_focused()
    press(right)
    expect(stops(history).nth(1)).to_be_focused()
    press(left)
    expect(stops(history).nth(0)).to_be_focused()
    press(down)
    expect(stops(history).nth(0)).not_to_be_focused()
    press(up)
    expect(stops(history).nth(0)).to_be_focused()


def test_an_arrow_that_moves_the_selection_does_not_scroll_as_well(history: Screen) -> None:
    history.page.keyboard.press("l")
    expect(stops(history).nth(0)).to_be_focused()
    history.page.evaluate("addEventListener('keydown', (key) => { window.last = key; })")
    history.page.keyboard.press("ArrowDown")
    expect(stops(history).nth(0)).not_to_be_focused()
    assert history.page.evaluate("last.defaultPrevented") is True


def test_enter_opens_what_is_selected(history: Screen) -> None:
    history.page.keyboard.press("l")
    stops(history).nth(0).press("Enter")
    expect(history.page.get_by_role("dialog", name="Picture")).to_be_visible()
    history.page.keyboard.press("Escape")
    history.page.keyboard.press("l")
    stops(history).nth(1).press("Enter")
    expect(history.drawer).to_contain_text("The written one")


def test_back_from_what_a_key_opened_finds_the_reader_where_they_were(history: Screen) -> None:
    page = history.page
    history.open("/history/?stacks=off")
    stops(history).nth(30).focus()
    top = page.evaluate("scrollY")
    assert top > 0
    page.keyboard.press("i")
    expect(history.drawer).to_be_visible()
    page.go_back()
    expect(history.drawer).to_be_hidden()
    expect(stops(history).nth(30)).to_be_focused()
    assert page.evaluate("scrollY") == top


def test_delete_in_the_grid_can_be_undone(history: Screen) -> None:
    history.page.keyboard.press("l")
    history.page.keyboard.press("Delete")
    painted = history.page.get_by_alt_text(re.compile("^a$|The painted one"))
    expect(painted).to_be_hidden()
    expect(stops(history).nth(1)).to_be_focused()
    history.toast.get_by_role("button", name="Undo").click()
    expect(painted).to_be_visible()


def test_a_cell_follows_its_generation_to_the_end(desk: Screen, gateway: Gateway) -> None:
    desk.open()
    desk.generate("Still being painted", PAINTER)
    talk = gateway.talk()
    desk.open("/history/")
    expect(cells(desk)).to_contain_text("Still being painted")
    talk.finish(f"![done]({gateway.hang('late', png('olive'))})")
    expect(cells(desk).locator("img")).to_be_visible()
    expect(cells(desk)).to_have_count(1)
