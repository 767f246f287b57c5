"""Light and dark, and what a checker of accessibility has to say."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page, expect

from tests.browser.gateway import PAINTER, WRITER, Gateway
from tests.browser.screen import Screen, ended
from tests.browser.test_accounts import closed, link  # noqa: F401 - a fixture
from tests.browser.test_failures import png
from tests.support.studio import Studio

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
CONTRAST = {"runOnly": ["color-contrast"]}


def complaints(page: Page) -> list[str]:
    """What axe finds, wide and narrow, light and dark."""
    found = []
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            # Shapes do not depend on the colours, so that once per width is enough for them.
            rules = RULES if scheme == "light" else CONTRAST
            for violation in Axe().run(page, options=rules).response["violations"]:
                places = [node["target"] for node in violation["nodes"]]
                found.append(f"{violation['id']} at {width} in {scheme}: {places}")
    return found


def background(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))


def lightness(colour: str) -> float:
    """The first number of an oklch(), or the mean of an rgb(), from 0 to 1."""
    numbers = [float(number) for number in re.findall(r"[\d.]+", colour)]
    return numbers[0] if colour.startswith("ok") else sum(numbers[:3]) / 3 / 255


@pytest.mark.parametrize(("scheme", "is_dark"), [("light", False), ("dark", True)])
def test_the_page_follows_the_systems_scheme(screen: Screen, scheme: str, is_dark: bool) -> None:
    screen.page.emulate_media(color_scheme="dark" if is_dark else "light")
    screen.open()
    assert (lightness(background(screen.page)) < 0.4) is is_dark


def test_the_switch_wins_over_the_system_and_is_remembered(screen: Screen) -> None:
    screen.page.emulate_media(color_scheme="dark")
    screen.open()
    switch = screen.page.get_by_role("button", name="Theme")
    switch.click()
    expect(switch).to_have_text(re.compile("Theme: light"))
    assert lightness(background(screen.page)) > 0.6
    screen.page.reload()
    assert lightness(background(screen.page)) > 0.6
    screen.page.emulate_media(color_scheme="light")
    switch.click()
    expect(switch).to_have_text(re.compile("Theme: dark"))
    assert lightness(background(screen.page)) < 0.4
    screen.open("/history/")
    assert lightness(background(screen.page)) < 0.4


@pytest.mark.parametrize("path", ["/", "/history/", "/models/"])
def test_axe_finds_nothing_on_an_empty_page(screen: Screen, path: str) -> None:
    screen.open(path)
    assert complaints(screen.page) == []


def test_axe_finds_nothing_while_words_arrive(desk: Screen, gateway: Gateway) -> None:
    desk.open()
    desk.unfold("sampling")
    desk.unfold("limits")
    card = desk.generate("Read me while I run", WRITER)
    gateway.talk().say("So far so good.")
    expect(card.locator(".answer")).to_have_text("So far so good.")
    assert complaints(desk.page) == []


def test_axe_finds_nothing_on_a_failed_card(screen: Screen) -> None:
    screen.open()
    card = screen.generate("This will fail", "practice-html")
    ended(card, "failed")
    card.get_by_text("What the gateway sent").click()
    assert complaints(screen.page) == []


@pytest.mark.parametrize("path", ["/", "/history/", "/history/?view=list", "detail", "drawer"])
def test_axe_finds_nothing_on_what_was_made(desk: Screen, gateway: Gateway, path: str) -> None:
    desk.open()
    desk.generate("An essay", "practice-writer")
    card = desk.generate("A picture", PAINTER)
    gateway.talk().finish(f"![a picture]({gateway.hang('axe', png('silver'))})")
    ended(card)
    ended(desk.cards.last)
    if path == "drawer":
        card.get_by_role("link", name="Details").click()
        expect(desk.drawer).to_be_visible()
    elif path == "detail":
        desk.open(card.get_by_role("link", name="Details").get_attribute("href") or "")
    else:
        desk.open(path)
    assert complaints(desk.page) == []


def test_axe_finds_nothing_in_the_lightbox(desk: Screen, gateway: Gateway) -> None:
    desk.open()
    card = desk.generate("A picture to open", PAINTER)
    gateway.talk().finish(f"![opened]({gateway.hang('open', png('brown'))})")
    ended(card)
    card.get_by_role("link", name="opened").click()
    expect(desk.page.get_by_role("dialog", name="Picture")).to_be_visible()
    assert complaints(desk.page) == []


@pytest.mark.parametrize("path", ["/account/login/", "/admin/", "owner"])
def test_axe_finds_nothing_at_the_door(closed: Studio, page: Page, path: str) -> None:  # noqa: F811
    page.goto(link(closed) if path == "owner" else closed.url + path)
    expect(page.get_by_label("Username")).to_be_visible()
    assert complaints(page) == []
