"""A share link: made on the detail, opened in a browser that was never here, stopped, gone."""

import re
from collections.abc import Iterator
from http import HTTPStatus

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.browser.gateway import PAINTER, Gateway
from tests.browser.screen import Screen, ended, pk_of
from tests.browser.test_failures import png
from tests.browser.test_without_scripts import finished

PROMPT = "A prompt that stays here"


@pytest.fixture
def elsewhere(browser: Browser) -> Iterator[BrowserContext]:
    """A browser of somebody else, who has no cookie of the studio."""
    with browser.new_context() as context:
        yield context


@pytest.fixture
def drawn(desk: Screen, gateway: Gateway) -> Screen:
    """A picture with a word, and its page open."""
    desk.open()
    card = desk.generate(PROMPT, PAINTER)
    gateway.talk().finish(f"Gold. ![{PROMPT}]({gateway.hang('shared', png('gold'))})")
    ended(card)
    expect(card.get_by_role("img")).to_be_visible()
    desk.open(f"/generations/{pk_of(card)}/")
    return desk


def group(screen: Screen) -> Locator:
    return screen.page.locator("#shares")


def address(screen: Screen) -> str:
    return group(screen).get_by_label("Address of link 1").input_value()


def opened(context: BrowserContext, url: str, status: int = 200) -> Page:
    """The page that somebody finds at an address."""
    page = context.new_page()
    reply = page.goto(url)
    assert reply is not None
    assert reply.status == status
    if status == HTTPStatus.OK:
        assert reply.all_headers()["referrer-policy"] == "no-referrer"
    return page


def make_link(screen: Screen) -> None:
    """Unfold the group and make one."""
    group(screen).locator("summary").click()
    group(screen).get_by_role("button", name="Make a link").click()


def shows_the_picture(page: Page) -> None:
    """Its picture has come, and is as it was made."""
    picture = page.get_by_role("img")
    expect(picture).to_be_visible()
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("image => image.naturalWidth") > 0


def test_a_link_is_opened_elsewhere_and_stopped(drawn: Screen, elsewhere: BrowserContext) -> None:
    make_link(drawn)
    expect(group(drawn)).to_contain_text("not opened yet")
    page = opened(elsewhere, address(drawn))
    shows_the_picture(page)
    expect(page.locator("body")).to_contain_text("Gold.")
    assert PROMPT not in page.content()
    assert elsewhere.cookies() == []
    drawn.page.reload()
    expect(group(drawn)).to_contain_text("opened 1 time,")
    url = address(drawn)
    group(drawn).get_by_role("button", name="Stop sharing").click()
    expect(group(drawn).get_by_role("button", name="Stop sharing")).to_have_count(0)
    opened(elsewhere, url, 404)


def test_the_picture_of_a_link_opens_by_itself(drawn: Screen, elsewhere: BrowserContext) -> None:
    make_link(drawn)
    expect(group(drawn).get_by_label("Address of link 1")).to_be_visible()
    page = opened(elsewhere, address(drawn))
    page.locator(".frame").click()
    expect(page).to_have_url(re.compile("/1/original$"))
    shows_the_picture(page)


def test_the_prompt_goes_along_where_that_is_chosen(
    drawn: Screen, elsewhere: BrowserContext
) -> None:
    group(drawn).locator("summary").click()
    group(drawn).get_by_label("With the prompt").check()
    group(drawn).get_by_label("Show it for").select_option("Until I stop it")
    group(drawn).get_by_role("button", name="Make a link").click()
    expect(group(drawn)).to_contain_text("Until you stop it, with the prompt")
    expect(opened(elsewhere, address(drawn)).locator("body")).to_contain_text(PROMPT)


def test_the_address_is_copied(drawn: Screen) -> None:
    drawn.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    make_link(drawn)
    group(drawn).get_by_role("button", name="Copy").click()
    expect(drawn.page.locator("#status")).to_have_text("Copied.")
    assert drawn.page.evaluate("navigator.clipboard.readText()") == address(drawn)


def test_links_are_made_and_stopped_in_the_drawer(drawn: Screen) -> None:
    drawn.open("/history/")
    drawn.page.locator("[data-drawer]").first.click()
    make_link(drawn)
    expect(drawn.drawer.get_by_label("Address of link 1")).to_be_visible()
    expect(group(drawn)).to_have_count(1)
    group(drawn).get_by_role("button", name="Stop sharing").click()
    expect(drawn.drawer.get_by_label("Address of link 1")).to_have_count(0)
    expect(group(drawn).get_by_role("button", name="Make a link")).to_be_visible()


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_on_paper_a_link_is_made_opened_and_stopped(
    desk: Screen, gateway: Gateway, elsewhere: BrowserContext
) -> None:
    finished(desk, gateway, "Shared on paper")
    make_link(desk)
    expect(desk.page).to_have_url(re.compile("#shares$"))
    url = address(desk)
    expect(opened(elsewhere, url).locator("body")).to_contain_text("Words on paper.")
    group(desk).get_by_role("button", name="Stop sharing").click()
    expect(desk.page.get_by_label("Address of link 1")).to_have_count(0)
    opened(elsewhere, url, 404)
