"""Pressed twice, sent once: one row in the ledger and one call at the gateway."""

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.gateway import WRITER, Gateway
from tests.browser.screen import Screen, ended, pk_of


def is_single(screen: Screen, gateway: Gateway) -> bool:
    """Whether all that was pressed came to one row and one call, once it is over."""
    gateway.talk().finish("Only once.")
    card = screen.cards.first
    ended(card)
    screen.page.reload()
    return screen.ledger.count(pk_of(card)) == 1 and gateway.asked.empty()


def middle(button: Locator) -> tuple[float, float]:
    box = button.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def ready(desk: Screen, prompt: str) -> None:
    desk.open()
    desk.choose(WRITER)
    desk.prompt.fill(prompt)


def test_a_double_click(desk: Screen, gateway: Gateway) -> None:
    ready(desk, "Clicked twice")
    desk.go.dblclick()
    assert is_single(desk, gateway)


def test_a_slow_double_click_after_the_form_is_ready_again(desk: Screen, gateway: Gateway) -> None:
    ready(desk, "Clicked twice, slowly")
    mouse, once = desk.page.mouse, desk.page.locator("#submission").input_value()
    mouse.move(*middle(desk.go))
    mouse.down()
    mouse.up()
    expect(desk.page.locator("#submission")).not_to_have_value(once)
    mouse.down(click_count=2)
    mouse.up(click_count=2)
    assert is_single(desk, gateway)


def test_a_key_that_is_held_down(desk: Screen, gateway: Gateway) -> None:
    ready(desk, "Held down")
    once = desk.page.locator("#submission").input_value()
    desk.prompt.focus()
    desk.page.keyboard.down("Control")
    desk.page.keyboard.down("Enter")
    expect(desk.page.locator("#submission")).not_to_have_value(once)
    desk.page.keyboard.down("Enter")
    desk.page.keyboard.up("Enter")
    desk.page.keyboard.up("Control")
    assert is_single(desk, gateway)


def test_two_tabs_with_the_same_form(desk: Screen, gateway: Gateway) -> None:
    ready(desk, "Sent from both tabs")
    expect(desk.page.get_by_text("Saved", exact=True)).to_be_visible()
    other = desk.another()
    other.page.goto(desk.page.url)
    expect(other.prompt).to_have_value("Sent from both tabs")
    for screen in (desk, other):
        with screen.page.expect_response("**/generations/"):
            screen.go.click()
    assert is_single(desk, gateway)


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_back_forward_and_reload_without_scripts(desk: Screen, gateway: Gateway) -> None:
    ready(desk, "Sent, back, and forth again")
    used = desk.page.locator("#submission").input_value()
    desk.go.click()
    answer = desk.page.url
    gateway.talk().finish("Only once.")
    # Until the end the page reloads itself, and would do so in the middle of going back.
    expect(desk.page.locator(".card[data-status=succeeded]")).to_be_visible()
    desk.page.go_back()
    # The browser asks for the page anew: whoever presses now means a run of its own.
    expect(desk.page.locator("#submission")).not_to_have_value(used)
    desk.page.go_forward()
    desk.page.reload()
    expect(desk.page.get_by_text("Only once.").first).to_be_visible()
    assert desk.ledger.count(answer.strip("/").rpartition("/")[2]) == 1
    assert gateway.asked.empty()


def test_a_form_that_a_browser_kept_and_sends_again(desk: Screen, gateway: Gateway) -> None:
    ready(desk, "Kept by the browser")
    body = desk.page.evaluate(
        "new URLSearchParams(new FormData(document.getElementById('composer'))).toString()"
    )
    desk.go.click()
    expect(desk.cards).to_have_count(1)
    again = desk.page.request.post(
        f"{desk.url}/generations/",
        data=body,
        headers={"Content-Type": "application/x-www-form-urlencoded", "Origin": desk.url},
    )
    assert again.url.rstrip("/").endswith(pk_of(desk.cards.first))
    assert is_single(desk, gateway)
