"""Pictures over the whole window."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.gateway import PAINTER, Gateway
from tests.browser.screen import Screen, ended
from tests.browser.test_failures import png
from tests.support.console import Console

SCALE = "img => new DOMMatrix(getComputedStyle(img).transform).a"


@pytest.fixture
def dialog(desk: Screen, gateway: Gateway) -> Locator:
    """Two pictures, larger than the window, the first of them opened."""
    links = [gateway.hang(name, png(name, (2400, 1600))) for name in ("navy", "maroon")]
    desk.open()
    desk.choose(PAINTER)
    desk.page.get_by_label("Count").fill("2")
    card = desk.generate("Two to look at")
    gateway.talk().finish(f"![navy]({links[0]})", f"![maroon]({links[1]})")
    ended(card)
    card.get_by_role("link", name="navy").click()
    opened = desk.page.get_by_role("dialog", name="Picture")
    expect(opened).to_contain_text("1 of 2 · 2400")
    return opened


def test_arrows_step_between_neighbours(desk: Screen, dialog: Locator) -> None:
    desk.page.keyboard.press("ArrowRight")
    expect(dialog.get_by_role("img", name="maroon")).to_be_visible()
    expect(dialog.get_by_role("button", name="Next picture")).to_be_disabled()
    desk.page.keyboard.press("ArrowRight")
    expect(dialog).to_contain_text("2 of 2")
    desk.page.keyboard.press("ArrowLeft")
    expect(dialog.get_by_role("img", name="navy")).to_be_visible()


def test_the_keys_still_work_after_the_last_press_of_next(desk: Screen, dialog: Locator) -> None:
    dialog.get_by_role("button", name="Next picture").click()
    expect(dialog).to_contain_text("2 of 2")
    desk.page.keyboard.press("ArrowLeft")
    expect(dialog).to_contain_text("1 of 2")


def test_escape_closes_and_gives_the_focus_back(desk: Screen, dialog: Locator) -> None:
    desk.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(desk.page.get_by_role("link", name="navy")).to_be_focused()


def test_the_whole_picture_is_shown_in_its_own_size(desk: Screen, dialog: Locator) -> None:
    original = desk.page.get_by_role("link", name="navy").get_attribute("href") or ""
    picture = dialog.locator(".stage img")
    expect(picture).to_have_attribute("src", re.compile(f"{original}$"))
    expect(picture).to_have_js_property("naturalWidth", 2400)


def test_the_wheel_zooms_in_and_out_again(desk: Screen, dialog: Locator) -> None:
    picture = dialog.locator(".stage img")
    fit = picture.evaluate(SCALE)
    dialog.locator(".stage").hover()
    desk.page.mouse.wheel(0, -400)
    expect(dialog.locator("[data-zoom]")).to_contain_text("%")
    assert picture.evaluate(SCALE) > fit
    desk.page.mouse.wheel(0, 4000)
    expect(dialog.locator("[data-zoom]")).to_have_text("Fit")
    assert picture.evaluate(SCALE) == pytest.approx(fit, abs=0.01)


def test_plus_and_minus_zoom_and_d_downloads(
    desk: Screen, dialog: Locator, gateway: Gateway
) -> None:
    picture = dialog.locator(".stage img")
    fit = picture.evaluate(SCALE)
    desk.page.keyboard.press("+")
    assert picture.evaluate(SCALE) == pytest.approx(1.25 * fit)
    desk.page.keyboard.press("-")
    expect(dialog.locator("[data-zoom]")).to_have_text("Fit")
    with desk.page.expect_download() as waiting:
        desk.page.keyboard.press("d")
    assert waiting.value.path().read_bytes() == gateway.pictures["/pictures/navy.png"]


def test_every_button_is_inside_a_phone(desk: Screen, dialog: Locator) -> None:
    desk.page.set_viewport_size({"width": 390, "height": 844})
    for button in dialog.locator(".caption :is(a, button)").all():
        box = button.bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_without_scripts_the_picture_opens_by_itself(
    desk: Screen, gateway: Gateway, console: Console
) -> None:
    # The browser’s own page around a picture wants a style and a script, which our policy refuses.
    console.pardon("inline style|Blocked script")
    desk.open()
    desk.choose(PAINTER)
    desk.prompt.fill("On paper")
    desk.go.click()
    gateway.talk().finish(f"![navy]({gateway.hang('navy', png('navy', (2400, 1600)))})")
    desk.page.get_by_role("link", name="navy").click()
    expect(desk.page).to_have_url(re.compile("/pictures/[^/]+/original$"))
    expect(desk.page.get_by_role("img")).to_have_js_property("naturalWidth", 2400)


def test_the_button_steps_from_fit_to_whole_to_double(dialog: Locator) -> None:
    zoom = dialog.locator("[data-zoom]")
    for shown in ("100 %", "200 %", "Fit"):
        zoom.click()
        expect(zoom).to_have_text(shown)


def test_the_original_can_be_downloaded(desk: Screen, dialog: Locator, gateway: Gateway) -> None:
    with desk.page.expect_download() as waiting:
        dialog.get_by_role("link", name="Download").click()
    assert waiting.value.path().read_bytes() == gateway.pictures["/pictures/navy.png"]
