"""The ledger is locked by another program: told in plain words, and nothing typed is lost."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.gateway import WRITER, Gateway
from tests.browser.screen import Screen, ended, pk_of
from tests.support.console import Console
from tests.support.locks import locked
from tests.support.studio import wait_for

# Milliseconds; the studio waits for a lock for 20 seconds.
LONG = 45_000
BUSY = "The studio's database is busy"
UNSENT = f"{BUSY}, so nothing was sent. Your prompt is still here; try again."
IS_BUSY = "503|htmx:"

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def pardon(console: Console) -> None:
    console.pardon(IS_BUSY)


def test_generate_says_so_at_the_form_and_works_again_afterwards(
    desk: Screen, gateway: Gateway
) -> None:
    desk.open()
    desk.choose(WRITER)
    desk.prompt.fill("Written while it was locked")
    with locked(desk.ledger.path):
        desk.go.click()
        expect(desk.page.get_by_text(UNSENT)).to_be_visible(timeout=LONG)
        expect(desk.prompt).to_have_value("Written while it was locked")
    assert gateway.asked.empty()
    desk.go.click()
    talk = gateway.talk()
    expect(desk.page.get_by_text(UNSENT)).to_be_hidden()
    talk.finish("Here it is.")
    ended(desk.cards.first)
    assert desk.ledger.count(pk_of(desk.cards.first)) == 1
    assert gateway.asked.empty()


def test_what_runs_is_whole_when_the_lock_goes(desk: Screen, gateway: Gateway) -> None:
    desk.open()
    card = desk.generate("Running into a lock", WRITER)
    talk = gateway.talk()
    talk.say("Before the lock, ")
    expect(card.locator(".stream.answer")).to_have_text("Before the lock,")
    with locked(desk.ledger.path):
        talk.say("while it was locked, ")
        assert wait_for(lambda: "database is locked" in desk.studio.log, 45)
        talk.finish("to the end.")
        read = desk.another().open("/history/")
        assert read
        assert read.status == 200
        card.get_by_role("button", name="Stop").click()
        expect(card.get_by_role("alert")).to_have_text(
            f"{BUSY}, so this was not done. Try again in a moment.", timeout=LONG
        )
    ended(card)
    whole = "Before the lock, while it was locked, to the end."
    expect(card.locator(".prose")).to_have_text(whole)
    assert desk.ledger.texts(pk_of(card)) == [whole]
    expect(desk.page).to_have_title(re.compile("^Create"))


def test_a_page_that_is_opened_meanwhile_comes_by_itself(desk: Screen, gateway: Gateway) -> None:
    with locked(desk.ledger.path):
        answer = desk.page.goto(desk.studio.url, timeout=LONG)
        assert answer
        assert answer.status == 503
        assert answer.headers["retry-after"] == "5"
        expect(desk.page.get_by_text(f"{BUSY}. Nothing is lost")).to_be_visible()
    expect(desk.prompt).to_be_visible()


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_a_form_without_scripts_is_kept_and_sent_again(desk: Screen, gateway: Gateway) -> None:
    prompt = 'Said on "paper" & <kept>\nline by line'
    desk.open()
    desk.choose(WRITER)
    desk.prompt.fill(prompt)
    with locked(desk.ledger.path):
        desk.go.click(timeout=LONG)
        expect(desk.page.get_by_text(UNSENT)).to_be_visible(timeout=LONG)
        expect(desk.prompt).to_have_value(prompt)
        desk.page.get_by_role("button", name="Try again").click(timeout=LONG)
        expect(desk.page.get_by_text(UNSENT)).to_be_visible(timeout=LONG)
    assert gateway.asked.empty()
    desk.page.get_by_role("button", name="Try again").click()
    talk = gateway.talk()
    assert talk.said == [("user", prompt)]
    talk.finish("Read and answered.")
    expect(desk.page.get_by_text("Read and answered.").first).to_be_visible()
    assert gateway.asked.empty()
