"""A laptop sleeps, a network is away: the page heals by itself and shows what the ledger has."""

import os
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, expect

from tests.browser.gateway import WRITER, Gateway
from tests.browser.screen import Screen, counts_none, counts_one, ended, is_as_kept, pk_of
from tests.support.console import Console
from tests.support.proxy import Proxy
from tests.support.studio import Studio, wait_for

LOST = r"ERR_(INCOMPLETE_CHUNKED|EMPTY_RESPONSE|CONNECTION|INTERNET|NETWORK|FAILED)"


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


@contextmanager
def asleep(screen: Screen) -> Iterator[None]:
    """Stop every process of the browser, as a closed lid does; nobody may ask it anything."""
    browser = screen.page.context.browser
    assert browser
    told = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")
    pids = [process["id"] for process in told["processInfo"]]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def test_a_browser_wakes_with_what_it_missed(desk: Screen, gateway: Gateway) -> None:
    desk.open()
    card = desk.generate("Asleep in mid sentence", WRITER)
    pk = pk_of(card)
    talk = gateway.talk()
    talk.say("Before sleep, ")
    expect(card.locator(".stream.answer")).to_have_text("Before sleep,")
    said = "Before sleep, " + "".join(f"dream {number}, " for number in range(30))
    with asleep(desk):
        for number in range(30):
            talk.say(f"dream {number}, ")
        assert wait_for(lambda: desk.ledger.texts(pk) == [said])
    is_as_kept(desk, card, said)
    counts_one(desk)
    talk.finish("awake.")
    ended(card)
    expect(card.locator(".prose")).to_have_text(said + "awake.")
    counts_none(desk)


def test_what_ended_during_sleep_has_ended_on_the_page(desk: Screen, gateway: Gateway) -> None:
    desk.open()
    card = desk.generate("Over by the morning", WRITER)
    pk = pk_of(card)
    talk = gateway.talk()
    talk.say("Good night. ")
    counts_one(desk)
    with asleep(desk):
        talk.finish("Good morning.")
        assert wait_for(lambda: desk.ledger.generation(pk)["status"] == "succeeded")
    ended(card)
    expect(card.locator(".prose")).to_have_text("Good night. Good morning.")
    counts_none(desk)


def test_a_network_that_was_away_loses_nothing(
    remote: Screen, proxy: Proxy, gateway: Gateway
) -> None:
    remote.open()
    card = remote.generate("Through a tunnel", WRITER)
    talk = gateway.talk()
    talk.say("Before it, ")
    expect(card.locator(".stream.answer")).to_have_text("Before it,")
    remote.page.context.set_offline(True)
    proxy.lose_all()
    talk.say("inside it, ")
    assert wait_for(lambda: remote.ledger.texts(pk_of(card)) == ["Before it, inside it, "])
    expect(card.locator(".stream.answer")).to_have_text("Before it,")
    remote.page.context.set_offline(False)
    is_as_kept(remote, card, "Before it, inside it, ")
    talk.finish("after it.")
    ended(card)
    expect(card.locator(".prose")).to_have_text("Before it, inside it, after it.")
    counts_none(remote)


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
    for _ in range(50):
        if re.search(title, page.title()):
            return
        page.clock.fast_forward("00:03")
        page.wait_for_load_state("networkidle")
    pytest.fail(f"The title stays {page.title()}.")
