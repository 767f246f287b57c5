"""Copy as code: chosen by mouse and by keys, copied, and run as whoever copies it would."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.gateway import WRITER, Gateway
from tests.browser.screen import Screen, ended, pk_of
from tests.browser.test_looks import complaints
from tests.studio.snippets.tools import needs

HOSTILE = 'It\'s a "fox" \\ $(id) `id`\nJSON\n</pre> ${x} 😀 \u2028 end'
without_scripts = pytest.mark.browser_context_args(java_script_enabled=False)


@pytest.fixture
def card(desk: Screen, gateway: Gateway) -> Locator:
    """A finished generation, on Create."""
    desk.open()
    card = desk.generate(HOSTILE, WRITER)
    gateway.talk().finish("Done.")
    ended(card)
    return card


def languages(within: Page | Locator) -> Locator:
    return within.get_by_label("Language")


def snippet(within: Page | Locator) -> Locator:
    return within.locator(".snippet")


def unfolded(desk: Screen, card: Locator) -> Locator:
    """The drawer, with its code open."""
    card.get_by_role("link", name="Details").click()
    desk.drawer.get_by_text("Copy as code").click()
    expect(snippet(desk.drawer)).to_be_visible()
    return desk.drawer


@needs("sh", "curl")
def test_what_is_copied_sends_the_very_request_again(
    desk: Screen, gateway: Gateway, card: Locator, tmp_path: Path
) -> None:
    desk.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    unfolded(desk, card).locator(".code-choice").get_by_role("button", name="Copy").click()
    expect(desk.page.get_by_role("status")).to_have_text("Copied.")
    copied = desk.page.evaluate("navigator.clipboard.readText()")
    environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "MODELLESS_API_KEY": "sk-mine"}
    with subprocess.Popen(["sh", "-c", copied], env=environ, stderr=-3) as process:
        talk = gateway.talk()
        talk.finish("Again.")
        assert process.wait(30) == 0
    assert talk.body == json.loads(desk.ledger.generation(pk_of(card))["request"])


def test_a_language_is_chosen_by_mouse_and_remembered(desk: Screen, card: Locator) -> None:
    drawer = unfolded(desk, card)
    expect(snippet(drawer)).to_contain_text("curl")
    languages(drawer).select_option("Python")
    expect(snippet(drawer)).to_contain_text("import httpx")
    desk.page.reload()
    desk.page.get_by_text("Copy as code").click()
    expect(languages(desk.page)).to_have_value("python")
    expect(snippet(desk.page)).to_contain_text("import httpx")


def test_a_language_is_chosen_by_keys_and_the_choice_keeps_the_focus(
    desk: Screen, card: Locator
) -> None:
    address = f"/generations/{pk_of(card)}/"
    desk.open(address)
    desk.page.get_by_text("Copy as code").focus()
    desk.page.keyboard.press("Enter")
    desk.page.keyboard.press("Tab")
    expect(languages(desk.page)).to_be_focused()
    desk.page.keyboard.press("ArrowDown")
    expect(snippet(desk.page)).to_contain_text("await fetch")
    expect(languages(desk.page)).to_be_focused()
    desk.page.keyboard.type("Ru")
    expect(snippet(desk.page)).to_contain_text("Net::HTTP")
    expect(languages(desk.page)).to_be_focused()
    expect(desk.page).to_have_url(re.compile(f"{address}$"))
    desk.page.keyboard.press("Tab")
    expect(desk.page.locator(".code-choice").get_by_role("button", name="Copy")).to_be_focused()


@pytest.mark.parametrize("width", [390, 800, 1440])
def test_code_is_no_wider_than_its_window(desk: Screen, card: Locator, width: int) -> None:
    address = f"/generations/{pk_of(card)}/code/?language=objective-c"
    desk.page.set_viewport_size({"width": width, "height": 900})
    desk.open(address)
    expect(snippet(desk.page)).to_be_visible()
    assert desk.sideways() <= 0


def test_axe_finds_nothing_on_unfolded_code(desk: Screen, card: Locator) -> None:
    desk.open(f"/generations/{pk_of(card)}/code/")
    expect(snippet(desk.page)).to_be_visible()
    assert complaints(desk.page) == []


@without_scripts
def test_without_scripts_a_language_is_chosen_with_a_button(desk: Screen, gateway: Gateway) -> None:
    desk.open()
    desk.choose(WRITER)
    desk.prompt.fill(HOSTILE)
    desk.go.click()
    gateway.talk().finish("Done.")
    expect(desk.page.get_by_text("Done.").first).to_be_visible()
    desk.page.get_by_text("Copy as code").click()
    languages(desk.page).select_option("Go")
    desk.page.get_by_role("button", name="Show").click()
    expect(desk.page).to_have_url(re.compile(r"/code/\?language=go#code$"))
    expect(snippet(desk.page)).to_be_in_viewport()
    expect(snippet(desk.page)).to_contain_text("http.NewRequest")
    expect(desk.page.get_by_role("button", name="Copy")).to_have_count(0)
    desk.page.get_by_role("link", name="History").click()
    desk.page.get_by_role("link", name=re.compile("It's a")).click()
    expect(languages(desk.page)).to_have_value("go")
