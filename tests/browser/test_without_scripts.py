"""The whole way with JavaScript switched off: everything is a form first."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.gateway import PAINTER, WRITER, Gateway
from tests.browser.screen import Screen
from tests.browser.test_export import download, prompts
from tests.browser.test_failures import png
from tests.support.console import Console

pytestmark = pytest.mark.browser_context_args(java_script_enabled=False)


def begin(desk: Screen, prompt: str, model: str) -> None:
    """Fill in the form and send it; the answer's own page follows."""
    desk.open()
    desk.choose(model)
    desk.prompt.fill(prompt)
    desk.go.click()
    expect(desk.page).to_have_url(re.compile("/generations/"))


def finished(desk: Screen, gateway: Gateway, prompt: str = "On paper") -> None:
    """Make one and stay on its page."""
    begin(desk, prompt, WRITER)
    gateway.talk().finish("Words on paper.")
    expect(desk.page.get_by_text("Words on paper.").first).to_be_visible()


def test_the_answers_page_follows_itself_to_the_picture(desk: Screen, gateway: Gateway) -> None:
    begin(desk, "A picture without scripts", PAINTER)
    talk = gateway.talk()
    talk.say("Half of it. ")
    expect(desk.page.get_by_text("Half of it.")).to_be_visible()
    talk.finish(f"![here]({gateway.hang('plain', png('gold'))})")
    expect(desk.page.get_by_role("img", name="here")).to_be_visible()
    expect(desk.page.locator("meta[http-equiv=refresh]")).to_have_count(0)


def test_stop_works(desk: Screen, gateway: Gateway) -> None:
    begin(desk, "Too long already", WRITER)
    talk = gateway.talk()
    talk.say("Only so far.")
    expect(desk.page.get_by_text("Only so far.")).to_be_visible()
    desk.page.get_by_role("button", name="Stop").click()
    assert talk.is_left()
    expect(desk.page.get_by_text("You stopped this.")).to_be_visible()


def test_history_holds_it_and_leads_back(desk: Screen, gateway: Gateway) -> None:
    finished(desk, gateway, "Found without scripts")
    desk.open("/history/")
    desk.page.get_by_label("Search").fill("status:failed")
    desk.page.get_by_role("button", name="Search").click()
    expect(desk.page.get_by_role("heading", name="Nothing matches")).to_be_visible()
    desk.page.get_by_role("link", name="show everything").click()
    desk.page.get_by_role("link", name="Found without scripts").click()
    expect(desk.page).to_have_url(re.compile("/generations/"))


def test_delete_and_undo_work(desk: Screen, gateway: Gateway) -> None:
    finished(desk, gateway, "Put away and back")
    desk.page.get_by_role("button", name="Delete").click()
    expect(desk.page).to_have_url(re.compile(r"/history/\?undo="))
    expect(desk.page.get_by_role("link", name="Put away and back")).to_have_count(0)
    desk.page.get_by_role("button", name="Undo").click()
    expect(desk.page.get_by_role("article")).to_contain_text("Put away and back")


def test_use_all_and_run_again_work(desk: Screen, gateway: Gateway) -> None:
    finished(desk, gateway, "Once more")
    desk.page.get_by_role("button", name="Run again").click()
    assert gateway.talk().said == [("user", "Once more")]
    desk.page.get_by_role("link", name="Use all").click()
    expect(desk.prompt).to_have_value("Once more")


def test_the_prompt_or_the_settings_alone_are_taken_up(desk: Screen, gateway: Gateway) -> None:
    desk.open()
    desk.unfold("limits").get_by_label("Stop").fill("END")
    desk.choose(WRITER)
    desk.prompt.fill("In parts")
    desk.go.click()
    gateway.talk().finish("Words on paper.")
    expect(desk.page.get_by_text("Words on paper.").first).to_be_visible()
    expect(desk.page.get_by_role("row", name="stop")).to_contain_text("END")
    address = desk.page.url
    desk.page.get_by_role("link", name="Prompt only").click()
    expect(desk.prompt).to_have_value("In parts")
    expect(desk.page.locator("[name=stop]")).to_have_value("")
    desk.page.goto(address)
    desk.page.get_by_role("link", name="Settings only").click()
    expect(desk.prompt).not_to_have_value("In parts")
    expect(desk.page.locator("[name=stop]")).to_have_value("END")


def test_lineage_shows_what_changed_and_leads_to_both(desk: Screen, gateway: Gateway) -> None:
    finished(desk, gateway, "A fox at dawn")
    desk.page.get_by_role("link", name="Refine").click()
    desk.prompt.fill("A fox at dusk")
    desk.go.click()
    gateway.talk().finish("Darker words.")
    expect(desk.page.locator(".lineage ins")).to_contain_text("dusk")
    desk.page.get_by_role("link", name="Compare with the one it came from").click()
    expect(desk.page.locator("ins").first).to_contain_text("dusk")


def test_models_can_be_looked_at_and_used(desk: Screen) -> None:
    desk.open("/models/")
    desk.page.get_by_role("link", name=f"Use {WRITER}").click()
    expect(desk.page.locator("#id_model option:checked")).to_have_text(WRITER)


def test_bad_input_is_told_and_kept(desk: Screen, gateway: Gateway, console: Console) -> None:
    console.pardon("422")
    desk.open()
    desk.choose(WRITER)
    desk.prompt.fill("   ")
    desk.unfold("limits").get_by_label("Stop").fill("a\nb\nc\nd\ne")
    desk.go.click()
    expect(desk.page.get_by_text("Write what you would like to see.")).to_be_visible()
    expect(desk.page.get_by_text("At most 4 stop sequences, one per line.")).to_be_visible()
    expect(desk.page.locator("[name=stop]")).to_have_value("a\nb\nc\nd\ne")
    assert gateway.asked.empty()
    desk.page.locator("[name=stop]").fill("END")
    desk.prompt.fill("Better now")
    desk.go.click()
    assert gateway.talk().body["stop"] == "END"


def test_drafts_are_saved_chosen_named_and_deleted(desk: Screen) -> None:
    save = desk.page.locator("noscript button[formaction]")
    desk.open()
    desk.prompt.fill("Half a thought\non paper")
    desk.unfold("limits").get_by_label("Stop").fill("a\nb\nc\nd\ne")
    save.click()
    expect(desk.page.locator("#draft-line")).to_have_text("Saved")
    desk.page.get_by_role("link", name="New draft").click()
    desk.prompt.fill("Another")
    save.click()
    desk.open()
    expect(desk.prompt).to_have_value("Another")
    desk.page.locator("noscript a").click()
    desk.page.get_by_label("Name").fill("The other one")
    desk.page.get_by_role("button", name="Rename").click()
    expect(desk.page.locator(".draft-title")).to_have_text(
        ["The other one", "Half a thought on paper"]
    )
    desk.page.get_by_role("link", name="Half a thought").click()
    expect(desk.prompt).to_have_value("Half a thought\non paper")
    expect(desk.page.locator("[name=stop]")).to_have_value("a\nb\nc\nd\ne")
    desk.open("/drafts/")
    desk.page.get_by_role("button", name="Delete The other one").click()
    expect(desk.page.locator(".draft-title")).to_have_text(["Half a thought on paper"])
    desk.page.get_by_role("button", name="Undo").click()
    expect(desk.prompt).to_have_value("Another")


def test_a_zip_of_what_was_found_or_ticked_can_be_taken_along(
    desk: Screen, gateway: Gateway
) -> None:
    for prompt in ("Left behind", "Taken along"):
        finished(desk, gateway, prompt)
    desk.open("/history/?q=Taken")
    desk.page.locator(".export summary").click()
    assert prompts(download(desk, desk.page.get_by_role("link", name="ZIP"))) == ["Taken along"]
    desk.page.get_by_role("link", name="How much it is").click()
    expect(desk.page.get_by_text("1 generation, 0 pictures")).to_be_visible()
    button = desk.page.get_by_role("button", name="ZIP with the pictures")
    assert prompts(download(desk, button)) == ["Taken along"]
    desk.open("/history/")
    desk.page.get_by_role("checkbox", name="Left behind").check()
    desk.page.get_by_text("More", exact=True).click()
    assert prompts(download(desk, desk.page.get_by_role("button", name="ZIP"))) == ["Left behind"]


def test_nothing_is_offered_that_needs_scripts(desk: Screen) -> None:
    desk.open()
    expect(desk.page.locator(".js-only:visible")).to_have_count(0)
