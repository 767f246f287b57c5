"""The trash: what is put there comes back or goes for good; by mouse, by keys and on paper."""

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.gateway import WRITER, Gateway
from tests.browser.screen import Screen, ended, pk_of
from tests.browser.test_without_scripts import finished

COPIES = 2
FOR_GOOD = "Delete for good: 1 generation with 0 pictures, 0\xa0bytes. This can’t be undone."
without_scripts = pytest.mark.browser_context_args(java_script_enabled=False)


@pytest.fixture
def trash(desk: Screen, gateway: Gateway) -> Screen:
    """Three written ones, in the open trash."""
    desk.open()
    written = desk.generate("The written one", WRITER)
    gateway.talk().finish("Words.")
    ended(written)
    desk.ledger.copy(pk_of(written), COPIES)
    desk.open("/history/")
    put_away(desk)
    desk.open("/history/trash/")
    expect(ticks(desk)).to_have_count(COPIES + 1)
    return desk


def put_away(screen: Screen) -> None:
    """Tick everything on the page and delete it."""
    for tick in ticks(screen).all():
        tick.check()
    screen.page.get_by_role("button", name="Delete", exact=True).click()
    expect(screen.toast).to_contain_text("moved to the trash.")


def ticks(screen: Screen) -> Locator:
    return screen.page.locator("[data-select]")


def button(screen: Screen, name: str) -> Locator:
    return screen.page.locator(".selection-bar").get_by_role("button", name=name)


def test_one_goes_for_good_after_a_question(trash: Screen) -> None:
    ticks(trash).first.click()
    button(trash, "Delete for good").click()
    question = trash.page.locator(".question")
    expect(question).to_contain_text(FOR_GOOD)
    question.get_by_role("button", name="Delete for good").click()
    expect(trash.toast).to_contain_text("1 deleted for good.")
    expect(trash.toast.get_by_role("button", name="Undo")).to_have_count(0)
    expect(ticks(trash)).to_have_count(COPIES)


def test_one_goes_for_good_by_keys(trash: Screen) -> None:
    press = trash.page.keyboard.press
    press("l")
    press("x")
    expect(trash.page.locator(".selection-bar")).to_contain_text("1 selected")
    button(trash, "Delete for good").press("Enter")
    question = trash.page.locator(".question")
    expect(question).to_contain_text(FOR_GOOD)
    question.get_by_role("button", name="Delete for good").press("Enter")
    expect(trash.toast).to_contain_text("1 deleted for good.")
    expect(ticks(trash)).to_have_count(COPIES)


def test_what_was_deleted_last_comes_first(trash: Screen) -> None:
    trash.page.get_by_role("checkbox", name="Copy 1").check()
    button(trash, "Restore").click()
    expect(ticks(trash)).to_have_count(COPIES)
    trash.open("/history/")
    put_away(trash)
    trash.open("/history/trash/")
    expect(trash.page.locator(".cell").first).to_contain_text("Copy 1")


def test_what_was_only_asked_about_stays_ticked(trash: Screen) -> None:
    ticks(trash).first.click()
    button(trash, "Delete for good").click()
    trash.page.get_by_role("link", name="Leave it").click()
    expect(trash.page.locator(".question")).to_have_count(0)
    expect(trash.page.locator(".selection-bar")).to_contain_text("1 selected")
    expect(ticks(trash)).to_have_count(COPIES + 1)


def test_all_of_it_comes_back_by_keys(trash: Screen) -> None:
    press = trash.page.keyboard.press
    press("l")
    expect(trash.page.locator(".cell .frame").first).to_be_focused()
    press("x")
    trash.page.get_by_label("All that match").press("Space")
    button(trash, "Restore").press("Enter")
    question = trash.page.locator(".question")
    expect(question).to_contain_text(f"Restore: {COPIES + 1} generations")
    question.get_by_role("button", name="Restore").press("Enter")
    expect(trash.page.get_by_role("heading", name="The trash is empty")).to_be_visible()
    trash.open("/history/")
    expect(ticks(trash)).to_have_count(COPIES + 1)


@without_scripts
def test_on_paper_one_comes_back_and_one_goes(desk: Screen, gateway: Gateway) -> None:
    finished(desk, gateway, "Put away on paper")
    desk.ledger.copy(desk.page.url.rstrip("/").rpartition("/")[2], 1)
    desk.open("/history/")
    put_away(desk)
    desk.page.get_by_role("link", name="Trash").click()
    ticks(desk).last.check()
    button(desk, "Restore").click()
    expect(desk.toast).to_contain_text("1 restored.")
    ticks(desk).first.check()
    button(desk, "Delete for good").click()
    expect(desk.page.get_by_text(FOR_GOOD)).to_be_visible()
    desk.page.get_by_role("button", name="Delete for good").click()
    expect(desk.page.get_by_role("heading", name="The trash is empty")).to_be_visible()
    desk.open("/history/")
    expect(desk.page.get_by_role("link", name="Copy 1")).to_be_visible()


@without_scripts
def test_on_paper_the_days_kept_are_said_and_remembered(desk: Screen) -> None:
    desk.open("/history/trash/")
    desk.page.get_by_label("after so many days").fill("90")
    desk.page.get_by_role("button", name="Save").click()
    expect(desk.page.get_by_label("after so many days")).to_have_value("90")
