"""What can go wrong at a gateway, told in the card that failed."""

import base64
import io

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.gateway import PAINTER, WRITER, Gateway
from tests.browser.screen import Screen, ended, pk_of
from tests.support.console import Console

NOT_CHARGED = "Nothing was charged."
MAYBE_CHARGED = "The gateway may have charged for this."
FAILURES = {
    "practice-429": ("The gateway is busy.", NOT_CHARGED, "Wait a moment", "rate_limit"),
    "practice-401": ("The gateway refused the key.", NOT_CHARGED, "Check the key", "无效的令牌"),
    "practice-quota": ("has no credit left", NOT_CHARGED, "Add credit", "insufficient_user_quota"),
    "practice-400": ("did not accept the request", NOT_CHARGED, "Change the prompt", "temperature"),
    "practice-moderated": ("content filter", NOT_CHARGED, "Reword the prompt", "safety system"),
    "practice-html": ("sent a web page", MAYBE_CHARGED, "ends in /v1", "524"),
    "practice-midway-error": ("behind the gateway failed", MAYBE_CHARGED, "Run it", "bad_response"),
}


def png(colour: str, size: tuple[int, int] = (64, 48)) -> bytes:
    """A small picture of one colour."""
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize("model", FAILURES)
def test_a_failed_card_tells_cause_cost_and_the_next_step(screen: Screen, model: str) -> None:
    cause, charged, next_step, body = FAILURES[model]
    screen.open()
    card = screen.generate("This will fail", model)
    ended(card, "failed")
    trouble = card.locator(".trouble")
    expect(trouble.locator(".cause")).to_contain_text(cause)
    expect(trouble).to_contain_text(charged)
    expect(trouble).to_contain_text(next_step)
    expect(trouble.locator("pre")).to_be_hidden()
    trouble.get_by_text("What the gateway sent").click()
    expect(trouble.locator("pre")).to_contain_text(body)
    expect(card.locator("img")).to_have_count(0)


def test_an_empty_answer_is_a_failure_that_may_have_cost(screen: Screen) -> None:
    screen.open()
    card = screen.generate("Nothing will come of it", "practice-empty")
    ended(card, "failed")
    expect(card).to_contain_text("The gateway sent an empty answer.")
    expect(card).to_contain_text(MAYBE_CHARGED)


@pytest.mark.parametrize("model", ["practice-truncated", "practice-reset"])
def test_an_answer_that_broke_off_keeps_what_came(screen: Screen, model: str) -> None:
    screen.open()
    card = screen.make("Break off in the middle", model)
    expect(card).to_contain_text("a long shore, a low sun, and somebody who")
    expect(card.locator(".trouble .cause")).to_be_visible()
    expect(card).to_contain_text(MAYBE_CHARGED)


@pytest.mark.parametrize("model", ["practice-lost", "practice-not-a-picture"])
def test_a_lost_picture_is_told_and_never_a_broken_image(screen: Screen, model: str) -> None:
    screen.open()
    card = screen.make("Not to be had", model)
    expect(card.locator(".picture-note").first).to_contain_text("Lost upstream at")
    expect(card.locator("img")).to_have_count(0)


def test_a_picture_without_an_address_is_no_image(screen: Screen) -> None:
    screen.open()
    card = screen.generate("A picture of nothing", "practice-empty-link")
    expect(card.locator(".trouble .cause")).to_be_visible()
    expect(card.locator("img")).to_have_count(0)


def test_a_damaged_line_is_counted(screen: Screen) -> None:
    screen.open()
    card = screen.generate("One bad line", "practice-damaged")
    ended(card)
    expect(card).to_contain_text("1 line of the answer could not be read and was left out.")


def test_reasoning_stands_apart_from_the_answer(screen: Screen) -> None:
    screen.open()
    card = screen.generate("Think first", "practice-think")
    ended(card)
    expect(card.locator(".prose")).to_have_text(
        "Here is what I came to: keep it simple, and begin."
    )
    thoughts = card.locator(".reasoning .stream")
    expect(thoughts).to_be_hidden()
    card.get_by_text("Reasoning", exact=True).click()
    expect(thoughts).to_contain_text("Nothing speaks against simply answering.")


def test_three_answers_fill_three_slots_each_with_its_own(desk: Screen, gateway: Gateway) -> None:
    colours = ("red", "green", "blue")
    links = [gateway.hang(colour, png(colour)) for colour in colours]
    desk.open()
    desk.choose(PAINTER)
    desk.page.get_by_label("Count").fill("3")
    card = desk.generate("Three at once")
    talk = gateway.talk()
    slots = card.get_by_role("group", name="Answer")
    expect(slots).to_have_count(3)
    for index in (2, 0, 1):
        talk.say(f"This is {colours[index]}. ", index)
        expect(slots.nth(index).locator(".answer")).to_have_text(f"This is {colours[index]}.")
    talk.finish(*(f"![{c}]({link})" for c, link in zip(colours, links, strict=True)))
    ended(card)
    for index, colour in enumerate(colours):
        expect(slots.nth(index)).to_contain_text(f"{index + 1} of 3")
        expect(slots.nth(index).get_by_role("img", name=colour)).to_be_visible()
        expect(slots.nth(index).locator("img")).to_have_count(1)


def test_the_same_picture_said_inline_is_stored_byte_for_byte(
    desk: Screen, gateway: Gateway
) -> None:
    sent = png("purple")
    desk.open()
    card = desk.generate("Inside the words", PAINTER)
    talk = gateway.talk()
    talk.finish(f"![p](data:image/png;base64,{base64.b64encode(sent).decode()})")
    ended(card)
    assert desk.ledger.original(desk.ledger.picture(pk_of(card))["sha256"]) == sent


def test_stop_keeps_what_came_and_reaches_the_gateway(desk: Screen, gateway: Gateway) -> None:
    desk.open()
    card = desk.generate("Stop me", WRITER)
    talk = gateway.talk()
    talk.say("Only this.")
    expect(card.locator(".answer")).to_have_text("Only this.")
    card.get_by_role("button", name="Stop").click()
    assert talk.is_left()
    ended(card, "cancelled")
    expect(card.locator(".prose")).to_have_text("Only this.")
    expect(card).to_contain_text(f"You stopped this. {MAYBE_CHARGED}")


def test_shift_x_stops_everything_of_mine(desk: Screen, gateway: Gateway) -> None:
    desk.open()
    cards = [desk.generate(f"Stop all, number {number}", WRITER) for number in range(2)]
    talks = [gateway.talk() for _ in cards]
    desk.page.get_by_role("heading", level=2).first.click()
    desk.page.keyboard.press("Shift+X")
    for card, talk in zip(cards, talks, strict=True):
        ended(card, "cancelled")
        assert talk.is_left()


def test_a_studio_that_does_not_answer_keeps_the_prompt(screen: Screen, console: Console) -> None:
    console.pardon("ERR_FAILED|htmx:")
    screen.open()
    screen.page.route("**/generations/", lambda route: route.abort())
    screen.prompt.fill("Do not lose me")
    screen.go.click()
    expect(screen.page.get_by_text("The studio did not answer.")).to_be_visible()
    expect(screen.prompt).to_have_value("Do not lose me")
    screen.page.unroute("**/generations/")
    screen.choose("practice-writer")
    screen.go.click()
    expect(screen.cards.first).to_contain_text("Do not lose me")
