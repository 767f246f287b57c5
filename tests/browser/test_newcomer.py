"""Somebody opens the studio for the first time."""

import hashlib
import re
from itertools import pairwise

import httpx
import pytest
from playwright.sync_api import Page, Response, expect

from tests.browser.screen import WATCH_WORDS, Screen, ended, pk_of
from tests.support.studio import Studio

MOST_REQUESTS = 12
MOST_BYTES = 70_000


def test_a_first_picture_takes_one_press(screen: Screen) -> None:
    screen.open()
    expect(screen.prompt).to_have_value(re.compile("rocky coastline and golden hour"))
    screen.go.click()
    card = screen.cards.first
    ended(card)
    expect(card.get_by_text("practice", exact=True)).to_be_visible()
    picture = card.locator("figure img")
    expect(picture).to_be_visible()
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("img => img.naturalWidth") > 0


def test_words_arrive_one_after_the_other(screen: Screen) -> None:
    screen.open()
    screen.page.evaluate(WATCH_WORDS)
    screen.make("A short essay about light")
    heard = screen.page.evaluate("heard")
    assert len(heard) > 2
    assert all(later.startswith(earlier) for earlier, later in pairwise(heard))


def test_the_stored_picture_is_what_the_gateway_served(screen: Screen) -> None:
    screen.open()
    pk = pk_of(screen.make("A lighthouse, 512x512", "practice-duplicate"))
    picture = screen.ledger.picture(pk)
    served = httpx.get(picture["source_url"], trust_env=False).content
    assert hashlib.sha256(served).hexdigest() == picture["sha256"]
    assert screen.ledger.original(picture["sha256"]) == served


def test_what_was_made_is_in_history_with_its_request_and_response(screen: Screen) -> None:
    screen.open()
    screen.make("Something to find again")
    screen.page.get_by_role("link", name="History").click()
    screen.page.get_by_role("link", name="Something to find again").click()
    expect(screen.drawer).to_be_visible()
    for name in ("Request", "Response"):
        screen.drawer.get_by_text(name, exact=True).click()
    expect(screen.drawer.locator("details.raw pre").first).to_contain_text('"practice-writer"')
    expect(screen.drawer.locator("details.raw pre").last).to_contain_text("A first thought")


def test_practice_is_named_and_says_how_to_connect(screen: Screen) -> None:
    screen.open()
    line = screen.page.get_by_role("complementary", name="Practice")
    expect(line).to_contain_text("cost nothing")
    line.get_by_role("link", name="How to connect").click()
    expect(screen.page.get_by_role("heading", name="Connect a gateway")).to_be_in_viewport()


def test_an_empty_history_offers_examples(screen: Screen) -> None:
    screen.open("/history/")
    example = screen.page.get_by_role("link", name="Open in composer").first
    words = example.locator("span").first.inner_text()
    example.click()
    expect(screen.prompt).to_have_value(words)


def test_the_first_page_is_light(page: Page, studio: Studio) -> None:
    replies: list[Response] = []
    page.on("response", lambda reply: replies.append(reply))  # noqa: PLW0108
    page.goto(studio.url)
    page.wait_for_function("document.querySelector('#live') && window.htmx")
    sent = [reply for reply in replies if "/live/" not in reply.url and "data:" not in reply.url]
    sizes = [reply.request.sizes() for reply in sent]
    assert len(replies) <= MOST_REQUESTS
    assert sum(s["responseHeadersSize"] + s["responseBodySize"] for s in sizes) <= MOST_BYTES


@pytest.mark.parametrize("path", ["/", "/history/", "/models/"])
def test_every_place_opens_with_a_quiet_console(screen: Screen, path: str) -> None:
    reply = screen.open(path)
    assert reply is not None
    assert reply.ok
    expect(screen.page.get_by_role("heading", level=1)).to_have_count(1)
