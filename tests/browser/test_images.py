"""Pictures from the images API: sizes drawn, only what a model takes, and sketches on the way."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.screen import Screen, ended, pk_of
from tests.support.console import Console

# A sketch stands only until the next one or the picture: it is noted when it comes.
NOTE_SKETCHES = """() => {
  const look = () => {
    if (document.querySelector("#results .sketch img")?.checkVisibility()) window.sketched = true;
  };
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
}"""


def offers(screen: Screen, *names: str) -> None:
    """Wait until just these sizes can be chosen."""
    shapes = screen.page.locator(".shape:visible")
    expect(shapes).to_have_text([re.compile(rf"^\s*{name}\b") for name in names])


def pixels(screen: Screen, pk: str) -> str:
    picture = screen.ledger.picture(pk)
    return f"{picture['width']}x{picture['height']}"


def test_each_model_offers_the_sizes_it_takes(screen: Screen) -> None:
    screen.open()
    screen.choose("stable-diffusion")
    offers(screen)
    screen.choose("dall-e-3")
    offers(screen, "Square", "Wide", "Tall")
    screen.choose("gpt-image-1")
    offers(screen, "Auto", "Square", "Wide", "Tall")
    expect(screen.page.get_by_label("Another size")).to_be_hidden()
    screen.choose("gpt-image-2")
    expect(screen.page.get_by_label("Another size")).to_be_visible()


def test_a_chosen_shape_is_the_shape_that_comes(screen: Screen) -> None:
    screen.open()
    screen.choose("dall-e-3")
    screen.page.get_by_role("radio", name="Tall").check(force=True)
    card = screen.generate("A lighthouse, tall")
    ended(card)
    assert pixels(screen, pk_of(card)) == "1024x1792"


def test_shapes_are_chosen_by_keyboard(screen: Screen) -> None:
    screen.open()
    screen.choose("dall-e-3")
    screen.page.get_by_role("radio", name="Square").focus()
    screen.page.keyboard.press("ArrowRight")
    expect(screen.page.get_by_role("radio", name="Wide")).to_be_checked()


def test_a_size_can_be_typed_where_the_model_takes_any(screen: Screen) -> None:
    screen.open()
    screen.choose("gpt-image-2")
    screen.page.get_by_label("Another size").fill("640x320")
    card = screen.generate("A wide view")
    ended(card)
    assert pixels(screen, pk_of(card)) == "640x320"


def test_a_size_that_no_model_makes_is_refused_and_nothing_is_lost(
    screen: Screen, console: Console
) -> None:
    console.pardon("422")
    screen.open()
    screen.choose("gpt-image-2")
    screen.page.get_by_label("Another size").fill("1000x1000")
    screen.prompt.fill("Too odd")
    screen.go.click()
    words = "This model does not make pictures of the size 1000x1000."
    expect(screen.page.get_by_text(words)).to_be_visible()
    expect(screen.prompt).to_have_value("Too odd")
    expect(screen.page.get_by_label("Another size")).to_have_value("1000x1000")
    expect(screen.cards).to_have_count(0)


def test_the_size_is_there_again_after_a_reload(screen: Screen) -> None:
    screen.open()
    screen.choose("dall-e-3")
    screen.page.get_by_role("radio", name="Wide").check(force=True)
    expect(screen.page.locator("#draft-line")).to_have_text("Saved")
    screen.page.reload()
    expect(screen.page.get_by_role("radio", name="Wide")).to_be_checked()


def test_a_sketch_is_seen_before_the_picture(screen: Screen) -> None:
    screen.open()
    screen.choose("gpt-image-1")
    screen.unfold("images").get_by_label("Sketches on the way").fill("3")
    screen.page.evaluate(NOTE_SKETCHES)
    card = screen.generate("A lighthouse that appears slowly")
    ended(card)
    assert screen.page.evaluate("window.sketched")
    expect(card.locator(".sketch")).to_have_count(0)
    expect(card.locator("figure.picture img")).to_be_visible()


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_without_scripts_a_size_is_a_radio_button(screen: Screen) -> None:
    screen.open()
    screen.page.locator("#id_model").select_option(label="dall-e-3")
    screen.page.get_by_role("button", name="Save draft").click()
    screen.page.locator("input[name=size][value='1792x1024']").check(force=True)
    screen.prompt.fill("Wide, without scripts")
    screen.go.click()
    expect(screen.page.locator("figure.picture")).to_be_visible(timeout=30_000)
    expect(screen.page.get_by_text("1792 × 1024").first).to_be_visible()
