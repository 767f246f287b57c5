"""Pictures that go along with a prompt: how they come, stand in order, and are masked."""

import json
from typing import Any, Final

import pytest
from playwright.sync_api import JSHandle, Locator, expect

from tests.browser.screen import Screen, pk_of
from tests.support.factories import photo

SEES: Final = "practice-sees"
EDITS: Final = "gpt-image-1"
RED: Final = photo(40, 30, "#ff0000")
BLUE: Final = photo(30, 40, "#0000ff")
GREEN: Final = photo(50, 50, "#00ff00")
FILES: Final = {"red": RED, "blue": BLUE, "green": GREEN}
TRANSFER: Final = """(files) => {
  const all = new DataTransfer();
  for (const [name, bytes] of Object.entries(files)) {
    all.items.add(new File([new Uint8Array(bytes)], `${name}.png`, { type: "image/png" }));
  }
  return all;
}"""


def file(name: str) -> Any:
    return {"name": f"{name}.png", "mimeType": "image/png", "buffer": FILES[name]}


def strip(screen: Screen) -> Locator:
    return screen.page.locator("#along .strip li")


def add(screen: Screen, *names: str) -> None:
    """Choose files, and wait until they stand in the strip."""
    before = strip(screen).count()
    screen.page.get_by_label("Add pictures").set_input_files([file(name) for name in names])
    expect(strip(screen)).to_have_count(before + len(names))


def transfer(screen: Screen, *names: str) -> JSHandle:
    return screen.page.evaluate_handle(TRANSFER, {name: [*FILES[name]] for name in names})


def sizes(screen: Screen) -> list[str]:
    """The pictures of the strip, by their sizes."""
    return [
        f"{image.get_attribute('width')}x{image.get_attribute('height')}"
        for image in strip(screen).locator("img").all()
    ]


def seen(card: Locator) -> list[str]:
    """What the model saw, by its sizes."""
    told = card.locator(".prose li").all_inner_texts()
    return [text.split(", ")[1].replace(" × ", "x") for text in told]


def ready(screen: Screen, model: str = SEES) -> None:
    screen.open()
    screen.choose(model)
    expect(screen.page.locator("#along")).to_be_visible()


def test_only_a_model_that_sees_is_offered_pictures(screen: Screen) -> None:
    ready(screen)
    screen.choose("dall-e-3")
    expect(screen.page.locator("#along")).to_be_hidden()


def test_files_are_chosen_and_arrive_in_their_order(screen: Screen) -> None:
    ready(screen)
    add(screen, "red", "blue")
    card = screen.make("What is it?", SEES)
    assert seen(card) == ["40x30", "30x40"]


def test_pictures_are_dropped(screen: Screen) -> None:
    ready(screen)
    screen.prompt.dispatch_event("drop", {"dataTransfer": transfer(screen, "red", "green")})
    expect(strip(screen)).to_have_count(2)
    assert sizes(screen) == ["40x30", "50x50"]


def test_a_picture_is_pasted(screen: Screen) -> None:
    ready(screen)
    screen.prompt.focus()
    screen.page.evaluate(
        "data => document.activeElement.dispatchEvent(new ClipboardEvent('paste',"
        " { clipboardData: data, bubbles: true, cancelable: true }))",
        transfer(screen, "blue"),
    )
    expect(strip(screen)).to_have_count(1)


def test_what_is_dropped_on_a_model_that_does_not_see_is_told(screen: Screen) -> None:
    screen.open()
    screen.choose("dall-e-3")
    screen.prompt.dispatch_event("drop", {"dataTransfer": transfer(screen, "red")})
    expect(screen.page.get_by_text("This model takes no pictures along")).to_be_visible()


def test_what_is_no_picture_is_told_and_the_others_are_kept(screen: Screen) -> None:
    ready(screen)
    note = {"name": "<b>note.txt", "mimeType": "text/plain", "buffer": b"words"}
    screen.page.get_by_label("Add pictures").set_input_files([file("red"), note])
    expect(strip(screen)).to_have_count(1)
    expect(screen.page.get_by_text("“<b>note.txt” can’t go along")).to_be_visible()


def test_they_are_put_into_another_order_by_drag(screen: Screen) -> None:
    ready(screen)
    add(screen, "red", "blue", "green")
    strip(screen).nth(2).drag_to(strip(screen).nth(0), target_position={"x": 4, "y": 20})
    expect(strip(screen).locator("img").first).to_have_attribute("width", "50")
    card = screen.make("In which order?", SEES)
    assert seen(card) == ["50x50", "40x30", "30x40"]


def test_they_are_put_into_another_order_by_keys_that_stay_where_they_are(screen: Screen) -> None:
    ready(screen)
    add(screen, "red", "blue", "green")
    back = screen.page.get_by_role("button", name="Move picture 1 to the back")
    back.press("Enter")
    again = screen.page.get_by_role("button", name="Move picture 2 to the back")
    expect(again).to_be_focused()
    again.press("Enter")
    expect(screen.page.get_by_role("button", name="Move picture 3 to the front")).to_be_focused()
    assert sizes(screen) == ["30x40", "50x50", "40x30"]


def test_one_is_removed(screen: Screen) -> None:
    ready(screen)
    add(screen, "red", "blue")
    screen.page.get_by_role("button", name="Remove picture 1").click()
    expect(strip(screen)).to_have_count(1)
    assert seen(screen.make("What is left?", SEES)) == ["30x40"]


def test_more_than_the_model_takes_is_told_before_it_is_sent(screen: Screen) -> None:
    ready(screen)
    add(screen, "red", "blue")
    screen.choose("dall-e-2")
    told = screen.page.get_by_text("dall-e-2 takes one picture along; remove 1.")
    expect(told).to_be_visible()
    screen.page.get_by_role("button", name="Remove picture 2").click()
    expect(told).to_be_hidden()


def test_how_closely_they_are_followed_is_asked_where_the_model_can_be_told(
    screen: Screen,
) -> None:
    ready(screen, EDITS)
    fidelity = screen.page.get_by_label("Fidelity")
    expect(fidelity).to_have_count(0)
    add(screen, "red")
    expect(fidelity).to_have_value("")
    fidelity.select_option("high")
    add(screen, "blue")
    expect(fidelity).to_have_value("high")
    screen.choose("gpt-image-2")
    expect(fidelity).to_be_hidden()
    screen.choose(EDITS)
    expect(fidelity).to_be_visible()
    card = screen.make("Paint it anew", EDITS)
    request = json.loads(screen.ledger.generation(pk_of(card))["request"])
    assert (request["input_fidelity"], len(request["image"])) == ("high", 2)
    card.get_by_role("link", name="Use all").click()
    expect(fidelity).to_have_value("high")


def test_a_draft_keeps_them_over_a_reload(screen: Screen) -> None:
    ready(screen)
    screen.prompt.fill("Half a thought with a picture")
    add(screen, "red", "blue")
    expect(screen.page.locator("#draft-line")).to_have_text("Saved")
    screen.page.reload()
    expect(strip(screen)).to_have_count(2)
    assert seen(screen.make("And now?", SEES)) == ["40x30", "30x40"]


def test_a_picture_of_an_answer_begins_a_new_draft(screen: Screen) -> None:
    screen.open()
    card = screen.make("A lighthouse, 512x512", "stable-diffusion")
    card.get_by_role("button", name="Use as reference").click()
    expect(strip(screen)).to_have_count(1)
    assert sizes(screen) == ["512x512"]
    expect(screen.prompt).to_have_value("")
    expect(screen.page.locator("#along")).to_be_visible()


def test_a_picture_of_an_answer_joins_those_that_are_there(screen: Screen) -> None:
    screen.open()
    card = screen.make("A lighthouse, 512x512", "stable-diffusion")
    screen.choose(SEES)
    screen.prompt.fill("What do they share?")
    add(screen, "red")
    card.get_by_role("button", name="Use as reference").click()
    expect(strip(screen)).to_have_count(2)
    assert sizes(screen) == ["40x30", "512x512"]
    expect(screen.prompt).to_have_value("What do they share?")
    assert seen(screen.make("What do they share?", SEES)) == ["40x30", "512x512"]


def test_use_all_brings_them_back(screen: Screen) -> None:
    ready(screen)
    add(screen, "red", "blue")
    screen.make("Once more", SEES).get_by_role("link", name="Use all").click()
    expect(screen.prompt).to_have_value("Once more")
    assert sizes(screen) == ["40x30", "30x40"]


def test_a_variation_needs_no_prompt(screen: Screen) -> None:
    ready(screen, "dall-e-2")
    add(screen, "green")
    screen.prompt.fill("")
    screen.page.get_by_label("Vary it").check()
    screen.go.click()
    card = screen.cards.first
    expect(card).to_have_attribute("data-status", "succeeded")
    assert "prompt" not in json.loads(screen.ledger.generation(pk_of(card))["request"])


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_without_scripts_they_are_chosen_with_the_form_and_kept_by_a_draft(
    screen: Screen,
) -> None:
    screen.open()
    screen.choose(SEES)
    screen.prompt.fill("On paper")
    screen.page.get_by_label("Add pictures").set_input_files([file("red"), file("blue")])
    screen.page.locator("noscript button[formaction]").click()
    expect(strip(screen)).to_have_count(2)
    screen.page.get_by_label("Remove", exact=True).first.check()
    screen.go.click()
    expect(screen.page.get_by_text("I see 1 picture.", exact=True)).to_be_visible()


@pytest.mark.parametrize("path", ["/?new"])
def test_their_scripts_are_not_asked_for_before_there_is_a_picture(
    screen: Screen, path: str
) -> None:
    asked: list[str] = []
    screen.page.on("request", lambda request: asked.append(request.url))
    screen.open(path)
    screen.page.wait_for_load_state("load")
    assert not [url for url in asked if "references" in url or "mask" in url]
