"""The composer: what is set, what is sent, and what happens to what can't be."""

import json

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.gateway import PAINTER, REASONER, WRITER, Gateway
from tests.browser.screen import Screen, ended, pk_of
from tests.support.console import Console

SAMPLING = ("Temperature", "Top p", "Presence penalty", "Frequency penalty")


def slider(screen: Screen, name: str) -> tuple[Locator, Locator]:
    """A slider and its number box."""
    group = screen.unfold("sampling")
    return group.get_by_label(f"{name}, slider"), group.get_by_label(name, exact=True)


def tally(screen: Screen, group: str) -> Locator:
    return screen.page.locator(f"[data-group={group}] [data-tally]")


def stop_box(screen: Screen) -> Locator:
    return screen.unfold("limits").get_by_role("textbox", name="Stop")


def add_stops(screen: Screen, *stops: str) -> None:
    box = stop_box(screen)
    for stop in stops:
        box.fill(stop)
        box.press("Enter")


def test_slider_and_number_keep_in_step(desk: Screen) -> None:
    desk.open()
    bar, box = slider(desk, "Temperature")
    bar.fill("0.35")
    expect(box).to_have_value("0.35")
    box.fill("1.5")
    expect(bar).to_have_value("1.5")
    bar.press("ArrowRight")
    expect(box).to_have_value("1.55")


@pytest.mark.parametrize("field", ["Count", "Max tokens", "Temperature", "Stream the answer"])
def test_a_plain_enter_in_a_field_sends_nothing(desk: Screen, gateway: Gateway, field: str) -> None:
    desk.open()
    for group in ("sampling", "limits"):
        desk.unfold(group)
    desk.page.locator("#composer").get_by_label(field, exact=True).press("Enter")
    sent = desk.generate("What is sent by its button", WRITER)
    gateway.talk().finish("Words.")
    ended(sent)
    expect(desk.page.locator("#results > .card")).to_have_count(1)


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_without_scripts_a_plain_enter_saves_the_draft(desk: Screen) -> None:
    desk.open()
    desk.page.get_by_label("Prompt").fill("Half a thought")
    desk.page.get_by_label("Count").press("Enter")
    expect(desk.page.locator("#draft-line")).to_contain_text("Saved")
    expect(desk.page.get_by_label("Prompt")).to_have_value("Half a thought")
    expect(desk.page.locator("#results > .card")).to_have_count(0)


def test_reset_brings_the_default_back(desk: Screen) -> None:
    desk.open()
    bar, box = slider(desk, "Presence penalty")
    reset = desk.page.get_by_role("button", name="Reset Presence penalty to 0")
    expect(reset).to_be_hidden()
    box.fill("1.2")
    reset.click()
    expect(bar).to_have_value("0")
    expect(box).to_have_value("")
    expect(reset).to_be_hidden()


def test_the_headers_count_what_differs(desk: Screen) -> None:
    desk.open()
    for name, value in zip(SAMPLING, ("0.5", "1", "-1", "0"), strict=True):
        slider(desk, name)[1].fill(value)
    expect(tally(desk, "sampling")).to_have_text("2 changed")
    limits = desk.unfold("limits")
    limits.get_by_label("Max tokens").fill("100")
    add_stops(desk, "END")
    expect(tally(desk, "limits")).to_have_text("2 changed")


def test_moving_temperature_and_top_p_gets_a_soft_note(desk: Screen) -> None:
    desk.open()
    note = desk.page.get_by_text("Changing one of them is usually enough.")
    slider(desk, "Temperature")[1].fill("0.5")
    expect(note).to_be_hidden()
    slider(desk, "Top p")[1].fill("0.5")
    expect(note).to_be_visible()
    slider(desk, "Top p")[1].fill("1")
    expect(note).to_be_hidden()


def test_what_is_at_its_default_is_not_sent(desk: Screen, gateway: Gateway) -> None:
    desk.open()
    for name, value in zip(SAMPLING, ("1", "1", "0", "0.5"), strict=True):
        slider(desk, name)[1].fill(value)
    card = desk.generate("Mostly as it is", WRITER)
    gateway.talk().finish("Good.")
    ended(card)
    card.get_by_role("link", name="Details").click()
    desk.drawer.get_by_text("Request", exact=True).click()
    sent = json.loads(desk.drawer.locator("details.raw pre").first.inner_text())
    assert sent["frequency_penalty"] == 0.5
    assert not {"temperature", "top_p", "presence_penalty", "n", "user"} & sent.keys()
    assert sent == json.loads(desk.ledger.generation(pk_of(card))["request"])


def test_every_setting_reaches_the_gateway(desk: Screen, gateway: Gateway) -> None:
    desk.open()
    desk.choose(WRITER)
    desk.page.get_by_label("Count").fill("2")
    slider(desk, "Temperature")[0].fill("0.2")
    add_stops(desk, "END", "\\n\\n")
    limits = desk.unfold("limits")
    limits.get_by_label("System message").fill("Be brief.")
    limits.get_by_label("Max tokens").fill("64")
    limits.get_by_label("Logit bias").fill("50256: -100")
    limits.get_by_label("Stream the answer").uncheck()
    limits.get_by_label("Send an opaque id for me").check()
    desk.prompt.fill("All of it")
    desk.go.click()
    body = gateway.talk().body
    assert len(body.pop("user")) == 32
    assert body == {
        "model": WRITER,
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "All of it"},
        ],
        "temperature": 0.2,
        "n": 2,
        "stop": ["END", "\n\n"],
        "max_tokens": 64,
        "logit_bias": {"50256": -100},
        "stream": False,
    }


def test_only_what_the_model_takes_is_shown(desk: Screen) -> None:
    desk.open()
    desk.choose(REASONER)
    expect(desk.page.locator("[data-group=sampling]")).to_be_hidden()
    limits = desk.unfold("limits")
    expect(limits.get_by_label("Max tokens")).to_be_hidden()
    expect(limits.get_by_label("Send an opaque id for me")).to_be_visible()
    desk.choose(PAINTER)
    expect(desk.page.locator("[data-group=sampling]")).to_be_visible()
    expect(limits.get_by_label("Max tokens")).to_be_visible()


def test_stop_sequences_are_chips_up_to_four(desk: Screen) -> None:
    desk.open()
    add_stops(desk, "one", "two", "three", "four")
    limits = desk.page.locator("[data-group=limits]")
    expect(limits.locator(".chip")).to_have_count(4)
    expect(stop_box(desk)).to_be_hidden()
    limits.get_by_role("button", name="Remove the stop sequence two").click()
    expect(limits.locator(".chip span")).to_have_text(["one", "three", "four"])
    expect(stop_box(desk)).to_be_focused()


BAD = {
    "temperature": ("sampling", "9", "Ensure this value is less than or equal to 2"),
    "stop": ("limits", "a\nb\nc\nd\ne", "At most 4 stop sequences, one per line."),
    "logit_bias": ("limits", "cat: 5", "“cat” is not a token id"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_told_kept_and_then_corrected(
    desk: Screen, gateway: Gateway, console: Console, name: str
) -> None:
    console.pardon("422")
    group, value, words = BAD[name]
    desk.open()
    desk.choose(WRITER)
    desk.unfold(group)
    # Past what the browser itself would refuse, as a page without scripts can be.
    desk.page.locator("#composer").evaluate("form => form.noValidate = true")
    field = desk.page.locator(f"#composer [name={name}]")
    field.evaluate("(field, value) => field.value = value", value)
    desk.prompt.fill("Keep these words")
    desk.go.click()
    expect(desk.page.get_by_text(words)).to_be_visible()
    expect(desk.prompt).to_have_value("Keep these words")
    expect(field).to_have_value(value)
    assert gateway.asked.empty()
    field.evaluate("field => field.value = ''")
    desk.go.click()
    talk = gateway.talk()
    assert name not in talk.body
    expect(desk.cards.first).to_contain_text("Keep these words")
    expect(desk.page.get_by_text(words)).to_be_hidden()


def test_an_empty_prompt_is_told_in_words(desk: Screen, gateway: Gateway, console: Console) -> None:
    console.pardon("422")
    desk.open()
    desk.prompt.fill("  \n ")
    desk.go.click()
    expect(desk.page.get_by_text("Write what you would like to see.")).to_be_visible()
    expect(desk.prompt).to_be_focused()
    assert gateway.asked.empty()


def test_a_double_click_makes_one_generation(desk: Screen, gateway: Gateway) -> None:
    desk.open()
    desk.choose(WRITER)
    desk.prompt.fill("Once is enough")
    desk.go.dblclick()
    gateway.talk().finish("Once.")
    ended(desk.cards.first)
    expect(desk.cards).to_have_count(1)
    assert desk.ledger.count(pk_of(desk.cards.first)) == 1
    assert gateway.asked.empty()


def test_control_enter_generates_from_any_field(desk: Screen, gateway: Gateway) -> None:
    desk.open()
    desk.choose(WRITER)
    desk.prompt.fill("Without a mouse")
    desk.page.get_by_label("Count").press("Control+Enter")
    assert gateway.talk().said == [("user", "Without a mouse")]


def test_alt_arrows_walk_through_earlier_prompts(desk: Screen, gateway: Gateway) -> None:
    desk.open()
    for prompt in ("The older one", "The newer one"):
        desk.generate(prompt, WRITER)
        gateway.talk().finish("Done.")
    desk.prompt.fill("A draft")
    for key, shown in (
        ("Alt+ArrowUp", "The newer one"),
        ("Alt+ArrowUp", "The older one"),
        ("Alt+ArrowDown", "The newer one"),
        ("Alt+ArrowDown", "A draft"),
    ):
        desk.prompt.press(key)
        expect(desk.prompt).to_have_value(shown)
