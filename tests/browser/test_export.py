"""A person takes along what they made."""

import json
import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.gateway import PAINTER, WRITER, Gateway
from tests.browser.screen import Screen, ended
from tests.browser.test_failures import png


def download(screen: Screen, click: Locator) -> Path:
    """Click, and return the file that comes."""
    with screen.page.expect_download() as coming:
        click.click()
    assert re.fullmatch(r"generations-[\d-]+\.(zip|csv|jsonl)", coming.value.suggested_filename)
    return coming.value.path()


def prompts(path: Path) -> list[str]:
    """The prompts in the manifest of a ZIP."""
    with zipfile.ZipFile(path) as found:
        assert found.testzip() is None
        lines = found.read("manifest.jsonl").splitlines()
    return [json.loads(line)["prompt"] for line in lines]


@pytest.fixture
def history(desk: Screen, gateway: Gateway) -> Screen:
    """A painted and a written one in the open history."""
    desk.open()
    written = desk.generate("The written one", WRITER)
    gateway.talk().finish("Words.")
    ended(written)
    painted = desk.generate("The painted one", PAINTER)
    gateway.talk().finish(f"![a]({gateway.hang('one', png('teal'))})")
    ended(painted)
    expect(painted.get_by_role("img", name="a")).to_be_visible()
    desk.open("/history/")
    return desk


def test_the_picture_is_in_the_zip_and_its_size_is_told_before(history: Screen) -> None:
    history.page.locator(".export summary").click()
    expect(history.page.locator(".export .note")).to_have_text(
        re.compile(r"2 generations, 1 picture, \d+\sbytes")
    )
    path = download(history, history.page.get_by_role("link", name="ZIP with the pictures"))
    assert prompts(path) == ["The painted one", "The written one"]
    with zipfile.ZipFile(path) as found:
        assert found.read(found.namelist()[0]) == png("teal")


def test_keys_alone_lead_to_the_zip(history: Screen) -> None:
    history.page.locator(".export summary").press("Enter")
    link = history.page.get_by_role("link", name="ZIP with the pictures")
    expect(link).to_be_visible()
    with history.page.expect_download() as coming:
        history.page.keyboard.press("Tab")
        expect(link).to_be_focused()
        history.page.keyboard.press("Enter")
    assert prompts(coming.value.path()) == ["The painted one", "The written one"]


@pytest.mark.parametrize("label", ["CSV", "JSON Lines"])
def test_a_table_and_lines_are_to_be_had_too(history: Screen, label: str) -> None:
    history.page.locator(".export summary").click()
    link = history.page.locator(".export").get_by_role("link", name=label)
    assert "The painted one" in download(history, link).read_text()


def test_what_is_ticked_can_be_taken_along_alone(history: Screen) -> None:
    history.page.get_by_role("checkbox", name="The written one").check()
    history.page.get_by_text("More", exact=True).click()
    button = history.page.get_by_role("button", name="ZIP")
    assert prompts(download(history, button)) == ["The written one"]
    expect(history.page.get_by_role("checkbox", name="The written one")).to_be_checked()
