"""What runs is seen as it runs, by every page that looks."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.gateway import WRITER, Gateway
from tests.browser.screen import Screen, ended, pk_of
from tests.support.console import Console

ODD_TEXTS = {
    "lines": "first line\nsecond line\n\n  indented after an empty one",
    "separators": "before\u2028between\u2029after\x85fin",
    "emoji": "a family 👩‍👩‍👧‍👦, a flag 🏳️‍🌈 and a cat 🐈‍⬛",
    "right to left": "שלום עולם and مرحبا بالعالم in one line",
    "tags": "</span></div></article><b>bold</b> &amp; &lt;i&gt; data: x",
    "hundred lines": "\n".join(f"line {number}" for number in range(100)),
}
TOP = "element => Math.round(element.getBoundingClientRect().top)"


@pytest.mark.parametrize("text", ODD_TEXTS.values(), ids=ODD_TEXTS.keys())
def test_streamed_text_is_exactly_what_the_ledger_has(
    desk: Screen, gateway: Gateway, text: str
) -> None:
    desk.open()
    card = desk.generate("Say something odd", WRITER)
    talk = gateway.talk()
    for character in text[:20]:
        talk.say(character)
    talk.say(text[20:])
    expect(card.locator(".stream.answer")).to_have_js_property("textContent", text)
    talk.finish()
    ended(card)
    assert desk.ledger.texts(pk_of(card)) == [text]


def test_a_prompt_of_a_hundred_lines_is_shown_whole(desk: Screen, gateway: Gateway) -> None:
    prompt = "\n".join(f"verse {number} \u2028 </p> 🌊" for number in range(100))
    desk.open()
    card = desk.generate(prompt, WRITER)
    assert gateway.talk().said == [("user", prompt)]
    expect(card.locator("[data-prompt]")).to_have_js_property("textContent", prompt)


def test_a_reload_in_mid_stream_shows_the_same_and_goes_on(desk: Screen, gateway: Gateway) -> None:
    desk.open()
    card = desk.generate("A story in two halves", WRITER)
    talk = gateway.talk()
    talk.say("The first half, ")
    expect(card.locator(".stream.answer")).to_have_text("The first half,")
    desk.page.reload()
    expect(card.locator(".stream.answer")).to_have_text("The first half,")
    talk.say("the second half, ")
    expect(card.locator(".stream.answer")).to_have_text("The first half, the second half,")
    talk.finish("the end.")
    ended(card)
    assert desk.ledger.texts(pk_of(card)) == ["The first half, the second half, the end."]
    expect(card.locator(".prose")).to_have_text("The first half, the second half, the end.")


def test_a_card_begun_in_one_tab_appears_and_grows_in_the_other(
    desk: Screen, gateway: Gateway
) -> None:
    desk.open()
    other = desk.another()
    other.open()
    card = desk.generate("Seen from two windows", WRITER)
    mirrored = other.cards.first
    expect(mirrored).to_contain_text("Seen from two windows")
    talk = gateway.talk()
    talk.say("Hello, both of you.")
    for shown in (card, mirrored):
        expect(shown.locator(".stream.answer")).to_have_text("Hello, both of you.")
    talk.finish()
    ended(card)
    ended(mirrored)


def test_nobody_else_sees_the_card(desk: Screen, gateway: Gateway) -> None:
    stranger = desk.page.context.browser
    assert stranger
    desk.open()
    desk.generate("Mine alone", WRITER)
    gateway.talk()
    with stranger.new_context() as elsewhere:
        page = elsewhere.new_page()
        page.goto(desk.studio.url)
        expect(page.locator("#live")).to_be_attached()
        expect(page.get_by_text("Mine alone")).to_have_count(0)


def test_one_event_stream_carries_every_running_card(desk: Screen, gateway: Gateway) -> None:
    opened: list[str] = []
    desk.page.on("request", lambda asked: opened.append(asked.url))
    desk.open()
    talks = []
    for number in range(4):
        desk.generate(f"One of four, number {number}", WRITER)
        talks.append(gateway.talk())
    for talk in talks:
        talk.say("Words for this one.")
    expect(desk.page.get_by_text("Words for this one.")).to_have_count(4)
    assert len([url for url in opened if "/live/" in url]) == 1


def test_title_icon_and_bar_count_what_runs(desk: Screen, gateway: Gateway) -> None:
    desk.open()
    icon = desk.page.locator("link[rel=icon]")
    at_rest = icon.get_attribute("href") or ""
    desk.generate("First to count", WRITER)
    desk.generate("Second to count", WRITER)
    expect(desk.page).to_have_title(re.compile(r"^\(2\) Create"))
    expect(desk.page.locator("#running-count")).to_have_text("2 running")
    expect(icon).to_have_attribute("href", re.compile(r"%3E2%3C%2Ftext"))
    for _ in range(2):
        gateway.talk().finish("Done.")
    expect(desk.page).to_have_title(re.compile("^Create"))
    expect(icon).to_have_attribute("href", at_rest)


def test_a_new_card_does_not_move_who_reads_further_down(desk: Screen, gateway: Gateway) -> None:
    desk.open()
    long = desk.generate("A long answer to scroll in", WRITER)
    gateway.talk().finish("\n\n".join(f"Paragraph {number}." for number in range(80)))
    ended(long)
    paragraph = long.get_by_text("Paragraph 60.")
    paragraph.scroll_into_view_if_needed()
    before = paragraph.evaluate(TOP)
    desk.generate("Another while reading", WRITER)
    button = desk.page.get_by_role("button", name="1 new")
    expect(button).to_be_visible()
    assert paragraph.evaluate(TOP) == before
    button.click()
    expect(button).to_be_hidden()
    expect(desk.cards.first).to_be_focused()
    expect(desk.cards.first).to_be_in_viewport()


def test_without_the_stream_the_page_asks_and_still_sees_the_end(
    desk: Screen, gateway: Gateway, page: Page, console: Console
) -> None:
    console.pardon(r"ERR_FAILED|\[object Event\]")
    page.route("**/live/**", lambda route: route.abort())
    page.clock.install()
    desk.open()
    desk.choose(WRITER)
    page.clock.fast_forward("01:00")
    desk.prompt.fill("Nobody tells me")
    desk.go.click()
    gateway.talk().finish("Found by asking.")
    card = desk.cards.first
    while card.get_attribute("data-status") != "succeeded":
        page.clock.fast_forward("00:03")
        page.wait_for_load_state("networkidle")
    expect(card).to_contain_text("Found by asking.")


def test_start_and_finish_are_told_to_screen_readers(desk: Screen, gateway: Gateway) -> None:
    desk.open()
    desk.generate("Say when it is done", WRITER)
    talk = gateway.talk()
    status = desk.page.get_by_role("status")
    expect(status).to_have_text(re.compile("Generation (queued|started)."))
    talk.finish("Done.")
    expect(status).to_have_text("Generation finished.")
