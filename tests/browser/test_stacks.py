"""Stacks on History: one place for what was made at once, opened and closed in place."""

import re
from typing import Final

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.gateway import PAINTER, WRITER, Gateway
from tests.browser.screen import Screen, ended
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
