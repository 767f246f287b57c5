"""The list of drafts above the prompt: choosing, naming, copying, deleting."""

import re

import pytest
from playwright.sync_api import Route, expect

from tests.browser.screen import Screen
from tests.browser.test_drafts import switcher, title, titles, write
from tests.browser.test_looks import complaints

PHONE = {"width": 390, "height": 844}


def test_drafts_are_chosen_named_copied_and_begun(desk: Screen) -> None:
    desk.open()
    write(desk, "The first words of the first")
    desk.page.get_by_role("link", name="New draft").click()
    expect(desk.prompt).to_have_value("")
    write(desk, "The second")
    sheet = switcher(desk)
    expect(titles(desk)).to_have_text(["The second", "The first words of the first"])
    sheet.get_by_label("Name").fill("Foxes")
    sheet.get_by_role("button", name="Rename").click()
    expect(titles(desk).first).to_have_text("Foxes")
    expect(title(desk)).to_have_text("Foxes")
    sheet.get_by_role("link", name="The first words").click()
    expect(desk.prompt).to_have_value("The first words of the first")
    desk.page.go_back()
    expect(desk.prompt).to_have_value("The second")
    switcher(desk).get_by_role("button", name="Duplicate").click()
    expect(title(desk)).to_have_text("Foxes (copy)")
    expect(desk.prompt).to_have_value("The second")


def test_delete_of_another_draft_can_be_undone(desk: Screen) -> None:
    desk.open()
    write(desk, "Put away and back")
    desk.page.get_by_role("link", name="New draft").click()
    write(desk, "Still here")
    switcher(desk).get_by_role("button", name="Delete Put away and back").click()
    expect(titles(desk)).to_have_text(["Still here"])
    desk.toast.get_by_role("button", name="Undo").click()
    expect(desk.prompt).to_have_value("Put away and back")


def test_delete_of_the_open_draft_leaves_an_empty_composer(desk: Screen) -> None:
    desk.open()
    write(desk, "A mistake")
    held: list[Route] = []
    desk.page.route("**/drafts/save/", lambda route: held.append(route))  # noqa: PLW0108
    with desk.page.expect_request("**/drafts/save/"):
        desk.prompt.fill("A mistake, made longer")
    switcher(desk).get_by_role("button", name="Delete A mistake").click()
    held[0].continue_()
    expect(desk.toast).to_contain_text("Draft deleted.")
    expect(desk.prompt).to_have_value("")
    desk.open("/drafts/")
    expect(titles(desk)).to_have_count(0)
    desk.page.go_back()
    desk.toast.get_by_role("button", name="Undo").click()
    expect(desk.prompt).to_have_value(re.compile("A mistake"))


@pytest.mark.browser_context_args(viewport=PHONE, has_touch=True)
def test_drafts_fit_a_phone(desk: Screen) -> None:
    desk.open()
    desk.page.locator(".dock-line").tap()
    write(desk, "From the train, " + "Donaudampfschifffahrtsgesellschaft" * 8)
    assert desk.sideways() <= 0
    sheet = switcher(desk)
    box = sheet.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= PHONE["width"]
    expect(sheet).to_be_in_viewport(ratio=1)
    sheet.get_by_role("button", name="Delete From the train").tap()
    desk.toast.get_by_role("button", name="Undo").tap()
    expect(desk.prompt).to_have_value(re.compile("From the train"))
    desk.page.get_by_role("link", name="New draft").tap()
    expect(desk.prompt).to_be_focused()
    expect(desk.prompt).to_have_value("")


def test_axe_finds_nothing_in_drafts(desk: Screen) -> None:
    desk.open()
    write(desk, "Seen by everybody")
    desk.open("/drafts/")
    assert complaints(desk.page) == []
    desk.page.set_viewport_size({"width": 1440, "height": 900})
    desk.open()
    switcher(desk)
    assert complaints(desk.page) == []
