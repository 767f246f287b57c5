"""A laptop sleeps, another device looks on: every page heals by itself and shows the ledger."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.browser.gateway import WRITER, Gateway
from tests.browser.screen import Screen, ended, pk_of
from tests.support.console import Console
from tests.support.proxy import Proxy
from tests.support.studio import Studio, wait_for

LOST = r"ERR_(INCOMPLETE_CHUNKED|EMPTY_RESPONSE|CONNECTION|INTERNET|NETWORK|FAILED)"
DRAWN = re.compile(r"%3E1%3C%2Ftext")


@pytest.fixture(autouse=True)
def pardon(console: Console) -> None:
    console.pardon(LOST + r"|\[object Event\]|htmx:(sendError|afterRequest)")


@pytest.fixture
def proxy(connected: Studio) -> Iterator[Proxy]:
    with Proxy(connected.url) as proxy:
        yield proxy


@pytest.fixture
def remote(page: Page, connected: Studio, proxy: Proxy) -> Screen:
    return Screen(page, connected, proxy.url)


def counts_one(screen: Screen) -> None:
    """Title, bar and icon say that one is running."""
    expect(screen.page).to_have_title(re.compile(r"^\(1\) Create"))
    expect(screen.page.locator("#running-count")).to_have_text("1 running")
    expect(screen.page.locator("link[rel=icon]")).to_have_attribute("href", DRAWN)


def counts_none(screen: Screen) -> None:
    """Title, bar and icon say that nothing is running."""
    expect(screen.page).to_have_title(re.compile("^Create"))
    expect(screen.page.locator("#running-count")).to_have_text("")
    expect(screen.page.locator("link[rel=icon]")).not_to_have_attribute("href", DRAWN)


def is_as_kept(screen: Screen, card: Locator, text: str) -> None:
    """The card's running text is this, and a quarter of a second later the ledger's, too."""
    expect(card.locator(".stream.answer")).to_have_js_property("textContent", text)
    assert wait_for(lambda: screen.ledger.texts(pk_of(card)) == [text], 10)


def test_a_frozen_page_wakes_with_what_it_missed(desk: Screen, gateway: Gateway) -> None:
    desk.open()
    card = desk.generate("Asleep in mid sentence", WRITER)
    talk = gateway.talk()
    talk.say("Before sleep, ")
    expect(card.locator(".stream.answer")).to_have_text("Before sleep,")
    tools = desk.page.context.new_cdp_session(desk.page)
    tools.send("Page.setWebLifecycleState", {"state": "frozen"})
    for number in range(30):
        talk.say(f"dream {number}, ")
    tools.send("Page.setWebLifecycleState", {"state": "active"})
    said = "Before sleep, " + "".join(f"dream {number}, " for number in range(30))
    is_as_kept(desk, card, said)
    counts_one(desk)
    talk.finish("awake.")
    ended(card)
    expect(card.locator(".prose")).to_have_text(said + "awake.")
    counts_none(desk)


def test_what_ended_during_sleep_has_ended_on_the_page(desk: Screen, gateway: Gateway) -> None:
    desk.open()
    card = desk.generate("Over by the morning", WRITER)
    talk = gateway.talk()
    talk.say("Good night. ")
    counts_one(desk)
    tools = desk.page.context.new_cdp_session(desk.page)
    tools.send("Page.setWebLifecycleState", {"state": "frozen"})
    talk.finish("Good morning.")
    other = desk.another()
    other.open()
    ended(other.cards.first)
    tools.send("Page.setWebLifecycleState", {"state": "active"})
    ended(card)
    expect(card.locator(".prose")).to_have_text("Good night. Good morning.")
    counts_none(desk)


def test_a_network_that_was_away_loses_nothing(desk: Screen, gateway: Gateway) -> None:
    desk.open()
    card = desk.generate("Through a tunnel", WRITER)
    talk = gateway.talk()
    talk.say("Before it, ")
    expect(card.locator(".stream.answer")).to_have_text("Before it,")
    desk.page.context.set_offline(True)
    talk.say("inside it, ")
    desk.page.context.set_offline(False)
    is_as_kept(desk, card, "Before it, inside it, ")
    talk.finish("after it.")
    ended(card)
    expect(card.locator(".prose")).to_have_text("Before it, inside it, after it.")
    counts_none(desk)


def test_a_stream_that_died_without_a_word_is_opened_anew_on_waking(
    remote: Screen, proxy: Proxy, gateway: Gateway
) -> None:
    remote.page.clock.install()
    remote.open()
    card = remote.generate("Asleep for an hour", WRITER)
    talk = gateway.talk()
    talk.say("Before sleep, ")
    expect(card.locator(".stream.answer")).to_have_text("Before sleep,")
    # The connection stands and carries nothing any more, as after the sleep of a laptop.
    proxy.swallows = lambda asked: b"/live/" in asked
    talk.say("after it. ")
    assert wait_for(lambda: proxy.swallowed)
    proxy.swallows = lambda asked: False
    with remote.page.expect_request("**/live/**"):
        remote.page.clock.fast_forward("01:00:00")
    is_as_kept(remote, card, "Before sleep, after it. ")
    counts_one(remote)
    other = remote.another()
    other.open()
    second = other.generate("Begun elsewhere meanwhile", WRITER)
    gateway.talk().finish("Seen here, too.")
    ended(second)
    expect(remote.cards.first).to_contain_text("Seen here, too.")
    talk.finish()
    ended(card)
    counts_none(remote)


def test_a_page_that_can_only_ask_counts_rightly(
    desk: Screen, gateway: Gateway, page: Page
) -> None:
    page.route("**/live/**", lambda route: route.abort())
    page.clock.install()
    desk.open()
    desk.choose(WRITER)
    page.clock.fast_forward("01:00")
    desk.prompt.fill("Counted by asking")
    desk.go.click()
    talk = gateway.talk()
    talk.say("Words.")
    counts_by_asking(page, r"^\(1\) Create")
    talk.finish()
    counts_by_asking(page, "^Create")
    ended(desk.cards.first)


def counts_by_asking(page: Page, title: str) -> None:
    while not re.search(title, page.title()):
        page.clock.fast_forward("00:03")
        page.wait_for_load_state("networkidle")


@pytest.fixture
def devices(
    browser: Browser, context: BrowserContext, console: Console, connected: Studio
) -> Iterator[list[Screen]]:
    """Three devices with the same session."""
    screens = []
    for _ in range(3):
        device = browser.new_context(reduced_motion="reduce")
        console.watch(device)
        screens.append(Screen(device.new_page(), connected))
    screens[0].open()
    for screen in screens[1:]:
        screen.page.context.add_cookies(screens[0].page.context.cookies())
    yield screens
    for screen in screens:
        screen.page.context.close()


def test_three_devices_show_the_same_and_one_of_them_stops_it(
    devices: list[Screen], gateway: Gateway
) -> None:
    first, second, late = devices
    second.open()
    card = first.generate("Seen from everywhere", WRITER)
    talk = gateway.talk()
    talk.say("For all of you, ")
    for screen in (first, second):
        is_as_kept(screen, screen.cards.first, "For all of you, ")
        counts_one(screen)
    late.open()
    talk.say("late or not.")
    for screen in devices:
        is_as_kept(screen, screen.cards.first, "For all of you, late or not.")
        counts_one(screen)
    second.cards.first.get_by_role("button", name="Stop").click()
    assert talk.is_left()
    for screen in devices:
        ended(screen.cards.first, "cancelled")
        expect(screen.cards.first.locator(".prose")).to_have_text("For all of you, late or not.")
        expect(screen.cards.first).to_contain_text("You stopped this.")
        counts_none(screen)
    assert first.ledger.texts(pk_of(card)) == ["For all of you, late or not."]
