"""The mask over a picture that goes along: brushed by mouse, keys and finger."""

import io
import json
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Locator, expect

from tests.browser.gateway import EDITOR, Gateway
from tests.browser.screen import Screen, ended, pk_of
from tests.browser.test_looks import complaints
from tests.browser.test_references import EDITS, GREEN, RED, add, ready


def alpha(screen: Screen) -> Image.Image:
    """The mask that is in the form."""
    pk = screen.page.locator("[name=mask]").input_value()
    reply = screen.page.request.get(f"{screen.url}/references/{pk}/original")
    return Image.open(io.BytesIO(reply.body())).getchannel("A")


def open_mask(screen: Screen) -> tuple[Locator, Any]:
    """The canvas of the mask's dialog, and where it stands."""
    screen.page.locator("#along [data-mask]").click()
    canvas = screen.page.get_by_role("dialog").locator("canvas")
    expect(canvas).to_be_focused()
    box = canvas.bounding_box()
    assert box
    return canvas, box


def use_mask(screen: Screen) -> None:
    screen.page.get_by_role("button", name="Use this mask").click()
    expect(screen.page.get_by_alt_text("What is to be painted anew")).to_be_visible()


def test_a_mask_is_brushed_with_the_mouse(screen: Screen) -> None:
    ready(screen, EDITS)
    add(screen, "green")
    _, box = open_mask(screen)
    mouse, x, y = screen.page.mouse, box["x"], box["y"]
    mouse.move(x + box["width"] * 0.2, y + box["height"] * 0.2)
    mouse.down()
    mouse.move(x + box["width"] * 0.8, y + box["height"] * 0.2, steps=4)
    mouse.up()
    use_mask(screen)
    left = alpha(screen)
    assert left.size == (50, 50)
    assert [left.getpixel(at) for at in ((10, 10), (25, 10), (40, 10))] == [0, 0, 0]
    assert left.getpixel((25, 40)) == 255
    card = screen.generate("A red door", EDITS)
    expect(card).to_have_attribute("data-status", "succeeded")
    request = json.loads(screen.ledger.generation(pk_of(card))["request"])
    assert {"image", "mask", "prompt"} <= request.keys()


def test_the_stroke_is_in_the_mask_that_the_gateway_gets(desk: Screen, gateway: Gateway) -> None:
    ready(desk, EDITOR)
    add(desk, "green")
    canvas, box = open_mask(desk)
    canvas.click(position={"x": box["width"] / 2, "y": box["height"] * 0.2})
    use_mask(desk)
    card = desk.generate("A red door", EDITOR)
    talk = gateway.talk()
    assert talk.body["prompt"] == "A red door"
    assert talk.body["image"] == GREEN
    got = Image.open(io.BytesIO(talk.body["mask"])).getchannel("A")
    assert got.size == (50, 50)
    assert [got.getpixel(at) for at in ((25, 10), (25, 40), (5, 10))] == [0, 255, 255]
    talk.paint(RED)
    ended(card)
    expect(card.locator("figure.picture img")).to_be_visible()


def test_what_was_brushed_is_erased_undone_and_cleared(screen: Screen) -> None:
    ready(screen, EDITS)
    add(screen, "green")
    canvas, _ = open_mask(screen)
    dialog = screen.page.get_by_role("dialog")
    undo, clear = (dialog.get_by_role("button", name=name) for name in ("Undo", "Clear"))
    expect(undo).to_be_disabled()
    canvas.click()
    expect(clear).to_be_enabled()
    dialog.get_by_role("button", name="Erase").click()
    dialog.get_by_label("Brush").fill("40")
    canvas.click()
    expect(clear).to_be_disabled()
    undo.click()
    expect(clear).to_be_enabled()
    clear.click()
    expect(clear).to_be_disabled()
    undo.click()
    expect(clear).to_be_enabled()


def test_a_mask_is_brushed_with_keys_alone(screen: Screen) -> None:
    ready(screen, EDITS)
    add(screen, "green")
    canvas, _ = open_mask(screen)
    expect(screen.page.get_by_text("By keys")).to_be_visible()
    expect(screen.page.get_by_text("with your finger")).to_be_hidden()
    canvas.press("Space")
    for _ in range(6):
        canvas.press("ArrowRight")
    canvas.press("Space")
    expect(screen.page.get_by_text("The brush is up.")).to_be_attached()
    use_mask(screen)
    left = alpha(screen)
    assert [left.getpixel(at) for at in ((25, 25), (33, 25), (10, 25))] == [0, 0, 255]


def test_a_mask_is_changed_and_removed(screen: Screen) -> None:
    ready(screen, EDITS)
    add(screen, "green")
    canvas, _ = open_mask(screen)
    canvas.click()
    use_mask(screen)
    assert alpha(screen).getpixel((25, 25)) == 0
    canvas, _ = open_mask(screen)
    canvas.click(position={"x": 2, "y": 2})
    screen.page.get_by_role("button", name="Use this mask").click()
    screen.page.get_by_role("button", name="Remove the mask").click()
    expect(screen.page.get_by_alt_text("What is to be painted anew")).to_have_count(0)
    expect(screen.page.locator("[name=mask]")).to_have_value("")


def test_another_first_picture_has_no_mask(screen: Screen) -> None:
    ready(screen, EDITS)
    add(screen, "green", "red")
    open_mask(screen)[0].click()
    use_mask(screen)
    screen.page.get_by_role("button", name="Move picture 1 to the back").click()
    expect(screen.page.get_by_alt_text("What is to be painted anew")).to_have_count(0)


@pytest.mark.browser_context_args(has_touch=True, viewport={"width": 390, "height": 844})
def test_a_mask_is_brushed_with_a_finger_and_the_sheet_comes_back(screen: Screen) -> None:
    screen.open("/?new")
    screen.choose(EDITS)
    add(screen, "green")
    _, box = open_mask(screen)
    expect(screen.page.get_by_text("with your finger")).to_be_visible()
    expect(screen.page.get_by_text("By keys")).to_be_hidden()
    hand = screen.page.context.new_cdp_session(screen.page)

    def touch(kind: str, *places: float) -> None:
        points = [{"x": box["x"] + box["width"] * at, "y": box["y"] + 40} for at in places]
        hand.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", 0.3)
    for at in (0.4, 0.5, 0.6, 0.7):
        touch("touchMove", at)
    touch("touchEnd")
    use_mask(screen)
    left, row = alpha(screen), round(40 / box["height"] * 50)
    assert [left.getpixel((across, row)) for across in (15, 25, 35)] == [0, 0, 0]
    assert left.getpixel((25, 45)) == 255
    expect(screen.prompt).to_be_visible()


def test_axe_finds_nothing_in_the_strip_and_over_the_mask(screen: Screen) -> None:
    ready(screen, EDITS)
    add(screen, "green", "red")
    assert complaints(screen.page) == []
    screen.page.set_viewport_size({"width": 1440, "height": 900})
    open_mask(screen)
    assert complaints(screen.page) == []
