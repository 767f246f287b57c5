"""Where a generation comes from and what it led to; by mouse and by keys."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.gateway import WRITER, Gateway
from tests.browser.screen import Screen, ended
from tests.browser.test_marks import click, enter

type Way = Callable[[Locator], None]
FIRST = "A harbour at dawn"
SECOND = "A harbour at dusk"


@pytest.fixture
def refined(desk: Screen, gateway: Gateway) -> Screen:
    """A harbour, and another one made of it, on Create."""
    desk.open()
    card = desk.generate(FIRST, WRITER)
    gateway.talk().finish("Gulls.")
    ended(card)
    card.get_by_role("link", name="Refine").click()
    expect(desk.page.get_by_text("Refining “")).to_be_visible()
    card = desk.generate(SECOND)
    gateway.talk().finish("Lamps.")
    ended(card)
    return desk


@pytest.mark.parametrize("way", [click, enter])
def test_one_walks_from_child_to_parent_and_back(refined: Screen, way: Way) -> None:
    way(refined.cards.first.get_by_role("link", name="Details"))
    lineage = refined.drawer.locator(".lineage")
    expect(lineage.locator("ins")).to_contain_text("dusk")
    way(lineage.get_by_role("link", name=FIRST, exact=True))
    expect(lineage.locator("[aria-current] b")).to_have_text(FIRST)
    way(lineage.get_by_role("link", name=SECOND, exact=True))
    expect(lineage.locator("[aria-current] b")).to_have_text(SECOND)


@pytest.mark.parametrize("way", [click, enter])
def test_what_it_came_from_is_compared(refined: Screen, way: Way) -> None:
    way(refined.cards.first.get_by_role("link", name="Details"))
    way(refined.drawer.get_by_role("link", name="Compare with the one it came from"))
    expect(refined.page.get_by_role("heading", name="Compare", level=1)).to_be_visible()
    expect(refined.page.locator(".sides > li")).to_have_count(2)
