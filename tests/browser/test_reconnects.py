"""The event stream is cut while an answer arrives, on a real socket: the page heals by itself."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.gateway import WRITER, Gateway
from tests.browser.screen import WATCH_WORDS, Screen, ended, pk_of
from tests.support.console import Console
from tests.support.proxy import Proxy
from tests.support.studio import Studio, wait_for

DELTAS = 200
CUTS = 8
LOST_STREAM = r"ERR_(INCOMPLETE_CHUNKED|EMPTY_RESPONSE|CONNECTION)|\[object Event\]"
LOST_ANSWER = "htmx:(sendError|afterRequest)"


@pytest.fixture
def proxy(connected: Studio) -> Iterator[Proxy]:
    with Proxy(connected.url) as proxy:
        yield proxy


@pytest.fixture
def remote(page: Page, connected: Studio, proxy: Proxy, console: Console) -> Screen:
    """A guest whose way to the studio breaks whenever the test wants."""
    console.pardon(f"{LOST_STREAM}|{LOST_ANSWER}")
    return Screen(page, connected, proxy.url)


@pytest.mark.slow
def test_whenever_the_stream_is_cut_the_screen_shows_what_the_ledger_has(
    remote: Screen, proxy: Proxy, gateway: Gateway, is_long: bool, figures: Callable[..., None]
) -> None:
    cut_at = range(1, DELTAS + 1, 1 if is_long else DELTAS // CUTS)
    remote.open()
    remote.page.evaluate(WATCH_WORDS)
    card = remote.generate("Cut again and again", WRITER)
    talk = gateway.talk()
    said, mismatches = "", 0
    for number in range(1, DELTAS + 1):
        word = f"word-{number:03}; "
        said += word
        if number in cut_at:
            lose_once(proxy, word.strip().encode())
        talk.say(word)
        if number in cut_at:
            assert wait_for(lambda: proxy.lost, 10)
            mismatches += not shown(remote, said)
            mismatches += not kept(remote, card, said)
    talk.finish()
    ended(card)
    heard = remote.page.evaluate("window.heard")
    mismatches += sum(not said.startswith(text) for text in heard)
    mismatches += remote.ledger.texts(pk_of(card)) != [said]
    expect(card.locator(".prose")).to_have_text(said.strip())
    figures("reconnects in a browser", made=len(cut_at), mismatches=mismatches)
    assert mismatches == 0


def lose_once(proxy: Proxy, word: bytes) -> None:
    """Cut the event stream when that word is about to pass, once."""
    proxy.lost = 0
    proxy.loses = lambda asked, answered: not proxy.lost and b"/live/" in asked and word in answered


def shown(screen: Screen, text: str) -> bool:
    """Whether the running answer on the screen becomes exactly that text."""
    answer = screen.page.locator("#results > .card .stream.answer").first

    def is_shown() -> bool:
        # Playwright's clock is the test's own: without a pause the browser tells nothing.
        screen.page.wait_for_timeout(20)
        return answer.text_content() == text

    return wait_for(is_shown, 15)


def kept(screen: Screen, card: Locator, text: str) -> bool:
    """Whether the ledger has exactly that text; it may be a quarter of a second behind."""
    return wait_for(lambda: screen.ledger.texts(pk_of(card)) == [text], 5)


def test_a_post_whose_answer_is_lost_is_one_row_and_one_call_when_it_is_sent_again(
    remote: Screen, proxy: Proxy, gateway: Gateway
) -> None:
    remote.open()
    remote.choose(WRITER)
    remote.prompt.fill("Was it sent or not")
    proxy.loses = lambda asked, answered: asked.startswith(b"POST /generations/")
    remote.go.click()
    expect(remote.page.get_by_text("The studio did not answer.")).to_be_visible()
    assert proxy.lost
    proxy.loses = lambda asked, answered: False
    expect(remote.prompt).to_have_value("Was it sent or not")
    with remote.page.expect_response("**/generations/") as answer:
        remote.go.click()
    assert answer.value.status == 200
    card = remote.cards.first
    gateway.talk().finish("Once.")
    ended(card)
    expect(remote.cards).to_have_count(1)
    assert remote.ledger.count(pk_of(card)) == 1
    assert gateway.asked.empty()
