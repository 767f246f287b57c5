"""What is typed is never lost: drafts, as people meet them."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import with_models
from tests.browser.gateway import WRITER, Gateway
from tests.browser.screen import Screen, ended, pk_of
from tests.support.console import Console
from tests.support.studio import Studio, wait_for

AWAY = r"ERR_|\[object Event\]|503|sse|htmx:(sendError|afterRequest)"
OF_ITS_OWN = re.compile(r"/\?draft=[0-9a-f-]{36}$")


def line(screen: Screen) -> Locator:
    """The quiet line beside Generate."""
    return screen.page.locator("#draft-line")


def saved(screen: Screen) -> None:
    expect(line(screen)).to_have_text("Saved")


def title(screen: Screen) -> Locator:
    return screen.page.locator("#draft-title")


def write(screen: Screen, words: str) -> None:
    """Type a prompt and wait until it is kept."""
    screen.prompt.fill(words)
    saved(screen)


def switcher(screen: Screen) -> Locator:
    """The list of drafts, opened."""
    screen.page.get_by_role("button", name="Draft:").click()
    found = screen.page.locator("#drafts")
    expect(found).to_be_visible()
    return found


def titles(screen: Screen) -> Locator:
    return screen.page.locator("#drafts .draft-title")


def field(screen: Screen, name: str) -> Locator:
    return screen.page.locator(f"#composer [name={name}]")


def touch(screen: Screen) -> None:
    """Put the cursor into the prompt; from then on a draft is kept."""
    screen.prompt.focus()
    screen.page.wait_for_function(
        "() => performance.getEntriesByType('resource').some((e) => /drafts[^/]*js$/.test(e.name))"
    )
    screen.page.wait_for_timeout(100)


def type_in_the_dark(screen: Screen, words: str) -> None:
    """Type while the studio can't be reached, and close the tab."""
    touch(screen)
    screen.page.context.set_offline(True)
    screen.prompt.fill(words)
    expect(line(screen)).to_have_text("Not saved yet; trying again")
    screen.page.close()
    screen.page.context.set_offline(False)


def test_what_is_typed_is_there_after_a_reload(desk: Screen) -> None:
    desk.open()
    write(desk, "A fox\nin the snow")
    expect(desk.page).to_have_url(OF_ITS_OWN)
    expect(title(desk)).to_have_text("A fox in the snow")
    desk.page.reload()
    expect(desk.prompt).to_have_value("A fox\nin the snow")
    desk.open()
    expect(desk.prompt).to_have_value("A fox\nin the snow")
    expect(desk.page).to_have_url(OF_ITS_OWN)


def test_every_setting_is_there_again(desk: Screen) -> None:
    desk.open()
    desk.choose(WRITER)
    limits = desk.unfold("limits")
    desk.unfold("sampling").get_by_label("Temperature, slider").fill("0.35")
    limits.get_by_label("System message").fill("Be brief.\n\nAlways.")
    limits.get_by_label("Max tokens").fill("64")
    box = limits.get_by_role("textbox", name="Stop")
    for stop in ("END", "\\n"):
        box.fill(stop)
        box.press("Enter")
    limits.get_by_label("Logit bias").fill("cat: far too much")
    limits.get_by_label("Stream the answer").uncheck()
    limits.get_by_label("Send an opaque id for me").check()
    desk.page.get_by_label("Count").fill("3")
    saved(desk)
    desk.open()
    expect(desk.page.locator("#id_model option:checked")).to_have_text(WRITER)
    kept = {"temperature": "0.35", "system": "Be brief.\n\nAlways.", "max_tokens": "64", "n": "3"}
    kept |= {"stop": "END\n\\n", "logit_bias": "cat: far too much"}
    for name, value in kept.items():
        expect(field(desk, name)).to_have_value(value)
    expect(field(desk, "stream")).not_to_be_checked()
    expect(field(desk, "user")).to_be_checked()
    expect(desk.page.get_by_label("Temperature, slider")).to_have_value("0.35")
    expect(desk.page.locator("#composer .chip span")).to_have_text(["END", "\\n"])


def test_who_reloads_in_the_middle_of_a_word_finds_it(desk: Screen) -> None:
    desk.open()
    for words in ("Not yet", "Not yet saved", "Not yet saved at all"):
        touch(desk)
        desk.prompt.fill(words)
        desk.page.reload()
        expect(desk.prompt).to_have_value(words)
    saved(desk)
    desk.open("/drafts/")
    expect(titles(desk)).to_have_text(["Not yet saved at all"])


def test_a_tab_closed_right_after_typing_loses_nothing(desk: Screen) -> None:
    desk.open()
    touch(desk)
    desk.prompt.fill("The last words before the lid closes")
    desk.page.close(run_before_unload=True)
    other = Screen(desk.page.context.new_page(), desk.studio)
    other.open("/drafts/")
    other.page.reload()
    expect(titles(other)).to_have_text(["The last words before the lid closes"])


@pytest.mark.slow
def test_a_killed_studio_brings_back_what_it_said_was_saved(
    start_studio: Callable[..., Studio], page: Page, console: Console
) -> None:
    console.pardon(AWAY)
    first = with_models(start_studio())
    screen = Screen(page, first)
    screen.open()
    write(screen, "Typed before the power cut")
    first.kill()
    screen.prompt.fill("Typed before the power cut, and in the dark")
    expect(line(screen)).to_have_text("Not saved yet; trying again")
    with_models(start_studio(first.data_dir, MODELLESS_PORT=str(urlsplit(first.url).port)))
    saved(screen)
    screen.open()
    expect(screen.prompt).to_have_value("Typed before the power cut, and in the dark")


def test_what_could_not_be_saved_waits_in_the_browser(desk: Screen, console: Console) -> None:
    console.pardon(AWAY)
    desk.open()
    write(desk, "Saved so far")
    address = desk.page.url
    type_in_the_dark(desk, "Saved so far, and then not")
    later = Screen(desk.page.context.new_page(), desk.studio)
    later.page.goto(address)
    expect(later.prompt).to_have_value("Saved so far, and then not")
    assert wait_for(lambda: not later.page.evaluate("localStorage.length"))
    later.open()
    expect(later.prompt).to_have_value("Saved so far, and then not")


def test_what_waits_for_another_draft_is_handed_in(desk: Screen, console: Console) -> None:
    console.pardon(AWAY)
    desk.open()
    type_in_the_dark(desk, "Never heard of")
    later = Screen(desk.page.context.new_page(), desk.studio)
    later.open("/?new")
    expect(later.prompt).to_have_value("")
    assert wait_for(lambda: not later.page.evaluate("localStorage.length"))
    switcher(later)
    expect(titles(later)).to_have_text(["Never heard of"])


def test_generate_leaves_the_words_but_no_ghost(desk: Screen, gateway: Gateway) -> None:
    desk.open()
    card = desk.generate("Sent before it was saved", WRITER)
    gateway.talk().finish("Good.")
    ended(card)
    saved(desk)
    expect(desk.prompt).to_have_value("Sent before it was saved")
    desk.page.reload()
    expect(desk.prompt).to_have_value("Sent before it was saved")
    desk.open()
    expect(desk.prompt).to_have_value("")
    switcher(desk)
    expect(titles(desk)).to_have_count(0)


def test_words_typed_while_generate_is_on_its_way_are_kept(desk: Screen, gateway: Gateway) -> None:
    desk.open()
    write(desk, "Sent")
    desk.choose(WRITER)
    saved(desk)
    held: list[Route] = []
    desk.page.route("**/generations/", lambda route: held.append(route))  # noqa: PLW0108
    desk.go.click()
    write(desk, "Sent, and more")
    held[0].continue_()
    gateway.talk().finish("Good.")
    saved(desk)
    desk.open()
    expect(desk.prompt).to_have_value("Sent, and more")


def test_who_goes_on_writing_after_generate_finds_that(desk: Screen, gateway: Gateway) -> None:
    desk.open()
    desk.generate("First thought", WRITER)
    gateway.talk().finish("Good.")
    write(desk, "First thought, second thought")
    desk.open()
    expect(desk.prompt).to_have_value("First thought, second thought")


def test_generate_again_after_a_crash_finds_what_was_sent(desk: Screen, gateway: Gateway) -> None:
    desk.open()
    desk.choose(WRITER)
    write(desk, "Charged once")
    other = desk.another()
    other.page.goto(desk.page.url)
    desk.go.click()
    gateway.talk().finish("Good.")
    ended(desk.cards.first)
    other.go.click()
    expect(other.cards).to_have_count(1)
    assert desk.ledger.count(pk_of(desk.cards.first)) == 1


def test_two_tabs_never_overwrite_each_other(desk: Screen) -> None:
    desk.open()
    write(desk, "Begun together")
    other = desk.another()
    other.page.goto(desk.page.url)
    write(desk, "Gone on in the first tab")
    write(other, "Gone on in the second tab")
    expect(other.page.get_by_text("Another tab has changed this draft")).to_be_visible()
    expect(title(other)).to_have_text("Gone on in the second tab (other tab)")
    write(desk, "Gone on and on in the first tab")
    write(other, "Gone on and on in the second tab")
    for screen, words in ((desk, "first"), (other, "second")):
        screen.page.reload()
        expect(screen.prompt).to_have_value(f"Gone on and on in the {words} tab")
    switcher(desk)
    expect(titles(desk)).to_have_count(2)


def test_taking_up_an_earlier_one_overwrites_nothing(desk: Screen, gateway: Gateway) -> None:
    desk.open()
    card = desk.generate("An earlier one", WRITER)
    gateway.talk().finish("Good.")
    ended(card)
    write(desk, "Half a thought")
    card.get_by_role("link", name="Use all").click()
    expect(desk.page.get_by_text("Taken from “An earlier one” into a new draft")).to_be_visible()
    expect(title(desk)).to_have_text("New draft")
    write(desk, "An earlier one, changed")
    desk.page.go_back()
    expect(desk.prompt).to_have_value("Half a thought")
    switcher(desk)
    expect(titles(desk)).to_have_text(["Half a thought", "An earlier one, changed"])


def test_a_refinement_comes_back_as_one(desk: Screen, gateway: Gateway) -> None:
    desk.open()
    card = desk.generate("What is a fjord?", WRITER)
    gateway.talk().finish("An inlet.")
    ended(card)
    card.get_by_role("link", name="Refine").click()
    write(desk, "Name one.")
    desk.open()
    expect(desk.page.get_by_text("Refining “What is a fjord?”")).to_be_visible()
    desk.go.click()
    assert gateway.talk().said[0] == ("user", "What is a fjord?")


def test_walking_through_earlier_prompts_leaves_the_draft_alone(
    desk: Screen, gateway: Gateway
) -> None:
    desk.open()
    desk.generate("An earlier prompt", WRITER)
    gateway.talk().finish("Done.")
    write(desk, "Half a thought")
    desk.prompt.press("Alt+ArrowUp")
    expect(desk.prompt).to_have_value("An earlier prompt")
    desk.open()
    expect(desk.prompt).to_have_value("Half a thought")
    desk.prompt.press("Alt+ArrowUp")
    desk.prompt.press("End")
    desk.page.keyboard.type(", changed")
    saved(desk)
    switcher(desk)
    expect(titles(desk)).to_have_text(["An earlier prompt, changed", "Half a thought"])


def test_sending_an_earlier_prompt_does_not_send_the_draft(desk: Screen, gateway: Gateway) -> None:
    desk.open()
    desk.generate("An earlier prompt", WRITER)
    gateway.talk().finish("Done.")
    write(desk, "Half a thought")
    desk.prompt.press("Alt+ArrowUp")
    desk.go.click()
    assert gateway.talk().said == [("user", "An earlier prompt")]
    expect(desk.cards).to_have_count(2)
    desk.open()
    expect(desk.prompt).to_have_value("Half a thought")


def test_who_never_pauses_is_saved_as_well(desk: Screen) -> None:
    desk.open()
    saves: list[str] = []
    desk.page.on("request", lambda sent: saves.append(sent.url) if "/drafts/" in sent.url else None)
    desk.prompt.fill("")
    for _ in range(50):
        desk.prompt.press("x", delay=60)
    assert saves


@pytest.mark.parametrize(
    "words",
    ["x" * 32_000, ("雪" * 79 + "\n") * 400, "👩‍🚀" * 6_000, "\n\n  two\n lines \n\n"],
    ids=["longest", "snow", "astronauts", "blank lines"],
)
def test_any_text_comes_back_as_it_was(desk: Screen, words: str) -> None:
    desk.open()
    write(desk, words)
    desk.page.reload()
    expect(desk.prompt).to_have_value(words)
    desk.page.get_by_label("Count").fill("2")
    saved(desk)
    expect(desk.page.get_by_text("Another tab")).to_have_count(0)
