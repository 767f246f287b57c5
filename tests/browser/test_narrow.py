"""On a phone, on a tablet, at a desk: nothing is cut off, nothing moves sideways."""

import pytest
from playwright.sync_api import expect

from tests.browser.gateway import WRITER, Gateway
from tests.browser.screen import Screen, ended

PHONE = {"width": 390, "height": 844}
phone = pytest.mark.browser_context_args(viewport=PHONE, has_touch=True)
LONG_WORD = "Donaudampfschifffahrtsgesellschaft" * 8
WIDE_ANSWER = f"""{LONG_WORD}

| {" | ".join(f"column {n}" for n in range(14))} |
|{"---|" * 14}
| {" | ".join("wide" for _ in range(14))} |

```
{"x" * 400}
```
"""


@phone
def test_results_come_first_and_the_composer_is_docked(screen: Screen) -> None:
    screen.open()
    expect(screen.page.get_by_role("heading", name="Your first picture")).to_be_in_viewport()
    expect(screen.prompt).to_be_hidden()
    expect(screen.page.locator(".dock")).to_be_in_viewport()


@phone
def test_the_dock_opens_to_a_sheet_and_generates(desk: Screen, gateway: Gateway) -> None:
    desk.open()
    desk.page.locator(".dock-line").tap()
    expect(desk.prompt).to_be_focused()
    desk.generate("From the train", WRITER)
    expect(desk.prompt).to_be_hidden()
    expect(desk.page.locator(".dock-line")).to_contain_text("From the train")
    gateway.talk().finish("Arrived.")
    ended(desk.cards.first)
    expect(desk.cards.first).to_be_in_viewport()


@phone
def test_the_settings_are_a_sheet_of_their_own(desk: Screen, gateway: Gateway) -> None:
    desk.open()
    desk.page.locator(".dock-line").tap()
    desk.choose(WRITER)
    desk.prompt.fill("Set on a phone")
    desk.page.get_by_role("button", name="Settings", exact=True).tap()
    desk.unfold("sampling").get_by_label("Temperature", exact=True).fill("0.4")
    desk.page.get_by_role("button", name="Close the settings").tap()
    expect(desk.page.get_by_label("Temperature", exact=True)).to_be_hidden()
    desk.go.tap()
    assert gateway.talk().body["temperature"] == 0.4


@phone
def test_what_fingers_press_is_large_enough(desk: Screen, gateway: Gateway) -> None:
    desk.open()
    desk.page.locator(".dock-line").tap()
    desk.generate("For fingers", WRITER)
    gateway.talk().finish("Done.")
    ended(desk.cards.first)
    boxes = desk.page.locator(
        "main button:visible, main a.action:visible, .dock button"
    ).evaluate_all(
        "all => all.map((one) => [one.textContent.trim(), one.getBoundingClientRect().height])"
    )
    assert [name for name, height in boxes if height < 43.5] == []


@pytest.mark.parametrize("width", [390, 800, 1440])
def test_no_page_is_wider_than_its_window(desk: Screen, gateway: Gateway, width: int) -> None:
    desk.open()
    card = desk.generate(LONG_WORD, WRITER)
    gateway.talk().finish(WIDE_ANSWER)
    ended(card)
    detail = f"/generations/{card.get_attribute('data-generation')}/"
    desk.page.set_viewport_size({"width": width, "height": 900})
    for path in ("/", "/history/", "/history/?view=list", "/models/", detail):
        desk.open(path)
        expect(desk.page.get_by_role("heading", level=1)).to_be_attached()
        assert desk.sideways() <= 0, path


@pytest.mark.parametrize(("width", "columns"), [(390, 2), (1440, 3)])
def test_the_grid_has_two_columns_on_a_phone_and_more_at_a_desk(
    desk: Screen, gateway: Gateway, width: int, columns: int
) -> None:
    desk.open()
    card = desk.generate("Copied for the grid", WRITER)
    gateway.talk().finish("Done.")
    ended(card)
    desk.ledger.copy(card.get_attribute("data-generation") or "", 9)
    desk.page.set_viewport_size({"width": width, "height": 900})
    desk.open("/history/")
    tops = desk.page.locator(".cell").evaluate_all(
        "cells => cells.map((cell) => Math.round(cell.getBoundingClientRect().top))"
    )
    assert len(tops) == 10
    in_first_row = tops.count(tops[0])
    assert in_first_row == columns if width == PHONE["width"] else in_first_row >= columns
