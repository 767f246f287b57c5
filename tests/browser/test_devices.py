"""Several devices of one account watch one generation: all show the same, whoever acts."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import KEY
from tests.browser.gateway import WRITER, Gateway
from tests.browser.screen import Screen, counts_none, counts_one, ended, is_as_kept, pk_of
from tests.browser.test_accounts import fill_in, link, sign_in
from tests.support.console import Console
from tests.support.studio import Studio

OWNER = "olive"


@pytest.fixture
def devices(
    start_studio: Callable[..., Studio], gateway: Gateway, browser: Browser, console: Console
) -> Iterator[list[Screen]]:
    """Three browsers that share nothing but the account that each has signed in to."""
    studio = start_studio(
        MODELLESS_ACCESS="accounts",
        MODELLESS_BASE_URL=f"{gateway.origin}/v1",
        MODELLESS_API_KEY=KEY,
    )
    contexts = [browser.new_context(reduced_motion="reduce") for _ in range(3)]
    for context in contexts:
        console.watch(context)
    screens = [Screen(context.new_page(), studio) for context in contexts]
    first, *others = screens
    first.page.goto(link(studio))
    fill_in(first.page, OWNER)
    first.page.get_by_role("button", name="Make my account").click()
    first.open()
    for screen in others:
        sign_in(screen.page, studio, OWNER)
        expect(screen.prompt).to_be_visible()
    yield screens
    for context in contexts:
        context.close()


def test_three_devices_show_the_same_and_one_of_them_stops_it(
    devices: list[Screen], gateway: Gateway
) -> None:
    first, second, late = devices
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
