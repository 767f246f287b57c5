"""Generations held against each other, by mouse, by finger, by keyboard and without scripts."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.gateway import PAINTER, WRITER, Gateway
from tests.browser.screen import Screen, ended, pk_of
from tests.browser.test_failures import png
from tests.browser.test_looks import complaints

SCALE = "img => new DOMMatrix(getComputedStyle(img).transform).a"
PLACE = "img => new DOMMatrix(getComputedStyle(img).transform).e"
CUT = "view => Number.parseFloat(view.style.getPropertyValue('--cut'))"

type Open = Callable[..., Screen]


@pytest.fixture
def compare(desk: Screen, gateway: Gateway) -> Open:
    """Makes a picture of each colour, 1600 px wide, and opens them together."""

    def open(*colours: str, height: int = 1200) -> Screen:
        desk.open()
        pks = []
        for colour in colours:
            link = gateway.hang(f"{colour}-{height}", png(colour, (1600, height)))
            card = desk.generate(f"All in {colour}", PAINTER)
            gateway.talk().finish(f"![{colour}]({link})")
            ended(card)
            pks.append(pk_of(card))
        desk.open("/compare/?" + "&".join(f"of={pk}" for pk in pks))
        return desk

    return open


def view(page: Page) -> Locator:
    return page.locator("compare-view")


def picture(page: Page, name: str) -> Locator:
    return page.locator(f".pane[data-name={name}] img")


def scale(page: Page, name: str) -> float:
    return float(picture(page, name).evaluate(SCALE))


def test_one_zoom_is_for_all(compare: Open) -> None:
    page = compare("navy", "maroon").page
    before = scale(page, "A")
    picture(page, "B").click()
    assert scale(page, "A") == scale(page, "B") == pytest.approx(2 * before)
    page.get_by_role("button", name=re.compile("×2")).click()
    assert scale(page, "B") == pytest.approx(before)


def test_one_drag_moves_all(compare: Open) -> None:
    page = compare("navy", "maroon").page
    picture(page, "A").click()
    before = float(picture(page, "B").evaluate(PLACE))
    box = page.locator(".pane[data-name=A] .pane-view").bounding_box()
    assert box
    page.mouse.move(box["x"] + 200, box["y"] + 100)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + 100, steps=4)
    page.mouse.up()
    assert float(picture(page, "A").evaluate(PLACE)) < before - 60
    assert float(picture(page, "B").evaluate(PLACE)) == picture(page, "A").evaluate(PLACE)


def test_the_wheel_scrolls_the_page_until_something_is_zoomed(compare: Open) -> None:
    page = compare("navy", "maroon").page
    before = scale(page, "A")
    picture(page, "A").hover()
    page.mouse.wheel(0, -200)
    assert scale(page, "A") == before
    page.keyboard.down("Control")
    page.mouse.wheel(0, -200)
    page.keyboard.up("Control")
    expect(page.locator("compare-view.zoomed")).to_be_visible()
    assert scale(page, "A") > before


def test_keys_zoom_all_in_step(compare: Open) -> None:
    page = compare("navy", "maroon").page
    before = scale(page, "A")
    page.keyboard.press("+")
    assert scale(page, "A") == scale(page, "B") > before
    page.keyboard.press("-")
    assert scale(page, "A") == scale(page, "B") == pytest.approx(before)


def test_a_zoomed_picture_is_the_whole_original(compare: Open) -> None:
    page = compare("navy", "maroon").page
    page.keyboard.press("+")
    expect(picture(page, "A")).to_have_js_property("naturalWidth", 1600)


def test_the_divider_follows_the_mouse(compare: Open) -> None:
    page = compare("navy", "maroon").page
    page.get_by_role("button", name="Slider").click()
    box = page.locator(".panes").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 100)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 4, box["y"] + 100, steps=4)
    page.mouse.up()
    assert view(page).evaluate(CUT) == pytest.approx(25, abs=1)
    expect(page.get_by_label("Divider")).to_have_value("25")


def test_the_divider_follows_the_arrow_keys(compare: Open) -> None:
    page = compare("navy", "maroon").page
    page.keyboard.press("2")
    page.get_by_label("Divider").press("ArrowRight")
    expect(page.get_by_label("Divider")).to_have_value("51")
    page.locator(".pane[data-name=A] .pane-view").press("ArrowLeft")
    assert view(page).evaluate(CUT) == 49


def test_flicker_shows_one_and_then_the_other(compare: Open) -> None:
    page = compare("navy", "maroon").page
    page.get_by_role("button", name="Flicker").click()
    expect(picture(page, "A")).to_be_visible()
    expect(picture(page, "B")).to_be_hidden()
    page.get_by_role("button", name="Show B").click()
    expect(picture(page, "A")).to_be_hidden()
    expect(picture(page, "B")).to_be_visible()
    page.keyboard.press("f")
    expect(picture(page, "A")).to_be_visible()


def test_nothing_takes_turns_by_itself_where_motion_is_unwelcome(compare: Open) -> None:
    page = compare("navy", "maroon").page
    page.keyboard.press("3")
    expect(page.get_by_label("Take turns")).to_be_hidden()


def test_pictures_take_turns_when_asked_to(compare: Open) -> None:
    page = compare("navy", "maroon").page
    page.emulate_media(reduced_motion="no-preference")
    page.keyboard.press("3")
    page.get_by_label("Take turns").check()
    for name in "BAB":
        expect(picture(page, name)).to_be_visible()
    page.get_by_role("button", name="Side by side").click()
    expect(picture(page, "A")).to_be_visible()
    expect(picture(page, "B")).to_be_visible()


def test_of_more_than_two_a_pair_is_chosen(compare: Open) -> None:
    page = compare("navy", "maroon", "olive").page
    page.keyboard.press("2")
    page.get_by_label("Second picture").select_option("C")
    expect(picture(page, "B")).to_be_hidden()
    expect(picture(page, "C")).to_be_visible()
    page.get_by_label("First picture").select_option("C")
    expect(page.get_by_label("Second picture")).to_have_value("0")
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("x")
    expect(page.get_by_label("First picture")).to_have_value("0")


def test_single_keys_can_be_switched_off(compare: Open) -> None:
    page = compare("navy", "maroon").page
    page.keyboard.press("?")
    page.get_by_label("Single keys are on").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("2")
    expect(view(page)).to_have_attribute("data-mode", "side")


def test_pictures_of_very_different_shapes_stay_inside(compare: Open) -> None:
    page = compare("navy", "maroon", height=300).page
    for name in "AB":
        frame = page.locator(f".pane[data-name={name}] .pane-view").bounding_box()
        inner = picture(page, name).bounding_box()
        assert frame
        assert inner
        assert inner["width"] <= frame["width"] + 1
        assert inner["height"] <= frame["height"] + 1


@pytest.mark.browser_context_args(has_touch=True)
def test_a_finger_moves_the_divider(compare: Open) -> None:
    page = compare("navy", "maroon").page
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_role("button", name="Slider").tap()
    box = page.locator(".panes").bounding_box()
    assert box
    page.touchscreen.tap(box["x"] + box["width"] * 0.8, box["y"] + 60)
    assert view(page).evaluate(CUT) == pytest.approx(80, abs=1)


@pytest.mark.browser_context_args(has_touch=True)
def test_two_fingers_zoom(compare: Open) -> None:
    page = compare("navy", "maroon").page
    before = scale(page, "B")
    box = page.locator(".pane[data-name=A] .pane-view").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    hand = page.context.new_cdp_session(page)

    def touch(kind: str, *gaps: int) -> None:
        points = [{"x": x + gap, "y": y, "id": at} for at, gap in enumerate(gaps)]
        hand.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", -40, 40)
    touch("touchMove", -60, 60)
    touch("touchMove", -80, 80)
    touch("touchEnd")
    expect(page.locator("compare-view.zoomed")).to_be_visible()
    assert scale(page, "A") == scale(page, "B") == pytest.approx(2 * before, rel=0.1)


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_without_scripts_the_page_is_whole(desk: Screen, gateway: Gateway) -> None:
    page = desk.page
    addresses = []
    for colour in ("navy", "maroon"):
        desk.open()
        desk.choose(PAINTER)
        desk.prompt.fill(f"All in {colour}")
        desk.go.click()
        link = gateway.hang(f"still-{colour}", png(colour))
        gateway.talk().finish(f"![{colour}]({link})")
        expect(page.get_by_role("img", name=colour)).to_be_visible()
        addresses.append(page.url.rstrip("/").rpartition("/")[2])
    desk.open("/compare/?" + "&".join(f"of={pk}" for pk in addresses))
    for name, colour in (("A", "navy"), ("B", "maroon")):
        expect(page.get_by_role("img", name=f"{name}: {colour}")).to_be_visible()
    expect(page.locator("ins")).to_contain_text("maroon")
    expect(page.locator(".js-only:visible, .compare-tools:visible")).to_have_count(0)


def test_what_came_from_another_leads_to_both(desk: Screen, gateway: Gateway) -> None:
    desk.open()
    card = desk.generate("A fox at dawn", WRITER)
    gateway.talk().finish("A red fox.")
    ended(card)
    card.get_by_role("button", name="Run again").click()
    gateway.talk().finish("A brown fox.")
    ended(desk.cards.first)
    desk.cards.first.get_by_role("link", name="Details").click()
    expect(desk.drawer).to_contain_text("same prompt")
    desk.drawer.get_by_role("link", name=re.compile("^Compare")).click()
    expect(desk.page.get_by_role("heading", name="Compare")).to_be_visible()
    expect(desk.page.locator("ins")).to_contain_text("brown")
    expect(desk.page.locator("del")).to_contain_text("red")


@pytest.mark.parametrize("mode", ["1", "2", "3"])
def test_axe_finds_nothing(compare: Open, mode: str) -> None:
    page = compare("navy", "maroon", "olive").page
    page.keyboard.press(mode)
    assert complaints(page) == []


def test_axe_finds_nothing_in_a_lineage_of_long_prompts(desk: Screen, gateway: Gateway) -> None:
    desk.open()
    prompt = "\n".join(f"line {number} of a very long prompt" for number in range(100))
    card = desk.generate(prompt, WRITER)
    gateway.talk().finish("A red fox.")
    ended(card)
    card.get_by_role("link", name="Refine").click()
    desk.prompt.fill(prompt.replace("line 40", "row 40"))
    desk.go.click()
    gateway.talk().finish("A brown fox.")
    ended(desk.cards.first)
    desk.open(f"/generations/{pk_of(desk.cards.first)}/")
    expect(desk.page.locator(".lineage ins")).to_have_count(1)
    assert complaints(desk.page) == []
    desk.page.get_by_role("link", name="Compare with the one it came from").click()
    expect(desk.page.locator("ins:visible")).to_have_count(2)
    assert complaints(desk.page) == []
