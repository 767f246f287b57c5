"""The studio is killed and started again under an open page."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import KEY
from tests.browser.gateway import WRITER, Gateway
from tests.browser.screen import Screen, ended, pk_of
from tests.support.console import Console
from tests.support.studio import Studio, wait_for


@pytest.mark.slow
def test_the_page_heals_when_the_studio_comes_back(
    start_studio: Callable[..., Studio], gateway: Gateway, page: Page, console: Console
) -> None:
    console.pardon(
        r"ERR_(CONNECTION|INCOMPLETE_CHUNKED)|\[object Event\]|htmx:(sendError|afterRequest)"
    )
    environ = {"MODELLESS_BASE_URL": f"{gateway.origin}/v1", "MODELLESS_API_KEY": KEY}
    first = start_studio(**environ)
    screen = Screen(page, first)
    screen.open()
    card = screen.generate("Cut short by a power cut", WRITER)
    gateway.talk().say("This much was")
    expect(card.locator(".stream.answer")).to_have_text("This much was")
    # The ledger may be a quarter of a second behind the page, and a kill gives it no notice.
    assert wait_for(lambda: screen.ledger.texts(pk_of(card)) == ["This much was"])
    first.kill()
    port = str(urlsplit(first.url).port)
    start_studio(first.data_dir, MODELLESS_PORT=port, **environ)
    ended(card, "interrupted")
    expect(card).to_contain_text("This much was")
    expect(card).to_contain_text("The gateway may have charged for this.")
    again = screen.generate("After the power came back", WRITER)
    talk = gateway.talk()
    talk.say("Streaming again.")
    expect(again.locator(".stream.answer")).to_have_text("Streaming again.")
    talk.finish()
    ended(again)
