"""Stacks on History: one place for what was made at once, opened and closed in place."""

import io
import re
from typing import Final

import pytest
from PIL import Image
from playwright.sync_api import Locator, expect

from tests.browser.gateway import PAINTER, WRITER, Gateway
from tests.browser.screen import Screen, ended, pk_of
from tests.browser.test_failures import png
from tests.browser.test_looks import complaints

COLOURS: Final = ("teal", "gold", "brown")


@pytest.fixture
def stack(desk: Screen, gateway: Gateway) -> Locator:
    """Three pictures of one generation between two others, in the open history."""
    desk.open()
    first = desk.generate("The oldest", WRITER)
    gateway.talk().finish("Words.")
    ended(first)
    card = desk.generate("Three at once", PAINTER)
    shown = [f"![{colour}]({gateway.hang(colour, png(colour))})" for colour in COLOURS]
    gateway.talk().finish("\n\n".join(shown))
    ended(card)
    last = desk.generate("The newest", WRITER)
    gateway.talk().finish("Words.")
    ended(last)
    desk.open("/history/")
    return desk.page.locator(".stack")


def members(stack: Locator) -> Locator:
    return stack.locator(".cell:visible")


def test_it_shows_its_best_with_the_count_and_opens_in_place(desk: Screen, stack: Locator) -> None:
    expect(members(stack)).to_have_count(0)
    expect(stack.locator(".stack-count")).to_have_text("3 in a stack")
    stack.locator("summary").click()
    expect(members(stack)).to_have_count(3)
    expect(desk.page).to_have_url(re.compile("/history/$"))
    stack.get_by_text("Collapse this stack").click()
    expect(members(stack)).to_have_count(0)


def test_keys_walk_over_a_closed_stack_and_through_an_open_one(
    desk: Screen, stack: Locator
) -> None:
    press = desk.page.keyboard.press
    for _ in range(2):
        press("ArrowRight")
    expect(stack.locator("summary")).to_be_focused()
    press("ArrowRight")
    expect(desk.page.locator(".cell .frame:visible").last).to_be_focused()
    press("ArrowLeft")
    press("Enter")
    expect(members(stack)).to_have_count(3)
    for place in range(3):
        press("ArrowRight")
        expect(members(stack).nth(place).locator(".frame")).to_be_focused()
    press("ArrowRight")
    expect(desk.page.locator(".cell .frame:visible").last).to_be_focused()


def test_the_address_says_whether_there_are_stacks(desk: Screen, stack: Locator) -> None:
    switch = desk.page.get_by_role("link", name="Stacks: on")
    switch.click()
    expect(desk.page).to_have_url(re.compile("stacks=off"))
    expect(desk.page.locator(".cell:visible")).to_have_count(5)
    desk.page.get_by_role("link", name="Stacks: off").click()
    expect(members(stack)).to_have_count(0)


def test_everything_in_it_can_be_deleted(desk: Screen, stack: Locator) -> None:
    stack.locator("summary").click()
    members(stack).first.locator(".frame").focus()
    desk.page.keyboard.press("Delete")
    expect(stack).to_be_hidden()
    desk.toast.get_by_role("button", name="Undo").click()
    expect(members(stack)).to_have_count(3)


@pytest.fixture
def alike(desk: Screen, gateway: Gateway) -> Locator:
    """Three generations whose pictures look the same, below another one, in the open history."""
    desk.open()
    card = desk.generate("The newest of three", PAINTER)
    gateway.talk().finish(f"![bars]({gateway.hang('bars', bars())})")
    ended(card)
    desk.ledger.copy(pk_of(card), 2)
    desk.generate("Words above", WRITER)
    gateway.talk().finish("Words.")
    ended(desk.cards.first)
    desk.open("/history/")
    return desk.page.locator(".stack")


def bars() -> bytes:
    """A picture that is not plain, so that it has a likeness."""
    buffer = io.BytesIO()
    picture = Image.new("RGB", (64, 64), "white")
    for left in (4, 20, 44):
        picture.paste("navy", (left, 0, left + 10, 40))
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def selected(desk: Screen) -> Locator:
    return desk.page.locator("[data-selected-count]")


def whole(stack: Locator) -> Locator:
    return stack.locator("[data-select-stack]")


def test_a_tick_on_a_closed_stack_takes_all_that_is_in_it(desk: Screen, alike: Locator) -> None:
    whole(alike).check()
    expect(selected(desk)).to_have_text("3 selected")
    desk.page.locator(".selection-bar").get_by_role("button", name="Star", exact=True).click()
    expect(desk.toast).to_contain_text("3 starred.")
    expect(whole(alike)).not_to_be_checked()


def test_a_tick_on_a_stack_follows_those_in_it(desk: Screen, alike: Locator) -> None:
    whole(alike).check()
    alike.locator("summary").click()
    members(alike).nth(1).locator("[data-select]").uncheck()
    expect(selected(desk)).to_have_text("2 selected")
    expect(whole(alike)).to_have_js_property("indeterminate", True)
    whole(alike).check()
    expect(selected(desk)).to_have_text("3 selected")
    whole(alike).uncheck()
    expect(desk.page.locator(".selection-bar")).to_be_hidden()


def test_keys_and_control_take_a_closed_stack_whole(desk: Screen, alike: Locator) -> None:
    alike.locator("summary").click(modifiers=["ControlOrMeta"])
    expect(members(alike)).to_have_count(0)
    expect(selected(desk)).to_have_text("3 selected")
    desk.page.keyboard.press("Escape")
    alike.locator("summary").focus()
    desk.page.keyboard.press("x")
    expect(selected(desk)).to_have_text("3 selected")
    desk.page.keyboard.press("Delete")
    expect(desk.toast).to_contain_text("3 moved to the trash.")
    expect(alike).to_be_hidden()


def test_a_stack_counts_what_is_left_and_shows_one_of_it(desk: Screen, alike: Locator) -> None:
    count = alike.locator(".stack-count")
    expect(count).to_have_text("3 in a stack")
    alike.locator("summary").click()
    first = members(alike).first.locator(".frame")
    before = first.locator("img").get_attribute("src")
    first.click(modifiers=["ControlOrMeta"])
    desk.page.keyboard.press("Delete")
    expect(desk.toast).to_contain_text("1 moved to the trash.")
    expect(members(alike)).to_have_count(2)
    alike.get_by_text("Collapse this stack").click()
    expect(count).to_have_text("2 in a stack")
    expect(alike.locator("summary img")).not_to_have_attribute("src", before or "")
    desk.page.reload()
    expect(count).to_have_text("2 in a stack")


def test_one_that_was_deleted_counts_again_once_it_is_back(desk: Screen, alike: Locator) -> None:
    alike.locator("summary").click()
    members(alike).nth(2).get_by_role("link", name="Details").click()
    desk.drawer.get_by_role("button", name="Delete").click()
    count = alike.locator("[data-stack-count]").first
    expect(count).to_have_text("2")
    desk.toast.get_by_role("button", name="Undo").click()
    expect(count).to_have_text("3")


def test_axe_finds_nothing_closed_or_open(desk: Screen, stack: Locator) -> None:
    assert complaints(desk.page) == []
    stack.locator("summary").click()
    assert complaints(desk.page) == []


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_without_scripts_it_opens_as_well(desk: Screen, gateway: Gateway) -> None:
    desk.open()
    desk.choose(PAINTER)
    desk.prompt.fill("On paper")
    desk.go.click()
    shown = [f"![{colour}]({gateway.hang(colour, png(colour))})" for colour in COLOURS]
    gateway.talk().finish("\n\n".join(shown))
    expect(desk.page.get_by_role("img").nth(2)).to_be_visible()
    desk.open("/history/")
    stack = desk.page.locator(".stack")
    expect(members(stack)).to_have_count(0)
    stack.locator("summary").click()
    expect(members(stack)).to_have_count(3)
    whole(stack).check()
    desk.page.locator(".selection-bar").get_by_role("button", name="Star", exact=True).click()
    expect(desk.toast).to_contain_text("1 starred.")
