"""Single keys: their sheet, their rest while somebody types, and their switch."""

from playwright.sync_api import Locator, expect

from tests.browser.screen import Screen


def sheet(screen: Screen) -> Locator:
    return screen.page.get_by_role("dialog", name="Keys")


def test_the_question_mark_opens_the_sheet_and_escape_closes_it(screen: Screen) -> None:
    screen.open("/history/")
    screen.page.keyboard.press("?")
    expect(sheet(screen)).to_be_visible()
    screen.page.keyboard.press("Escape")
    expect(sheet(screen)).to_be_hidden()


def test_letters_are_only_letters_while_typing(screen: Screen) -> None:
    screen.open()
    screen.prompt.fill("")
    screen.prompt.press_sequentially("?hjkliapdX")
    expect(screen.prompt).to_have_value("?hjkliapdX")
    expect(sheet(screen)).to_be_hidden()


def test_single_keys_can_be_switched_off_for_good(screen: Screen) -> None:
    screen.open()
    card = screen.make("Not by one key")
    screen.page.get_by_role("button", name="Keys").click()
    sheet(screen).get_by_label("Single keys are on").uncheck()
    screen.page.keyboard.press("Escape")
    screen.page.reload()
    address = screen.page.url
    card.focus()
    for key in ("i", "Delete", "p"):
        screen.page.keyboard.press(key)
    expect(screen.drawer).to_be_hidden()
    expect(card).to_be_visible()
    expect(screen.page).to_have_url(address)
    screen.page.get_by_role("button", name="Keys").click()
    sheet(screen).get_by_label("Single keys are on").check()
    screen.page.keyboard.press("Escape")
    card.focus()
    screen.page.keyboard.press("i")
    expect(screen.drawer).to_be_visible()


def test_tab_begins_with_the_way_to_the_content(screen: Screen) -> None:
    screen.open()
    screen.page.keyboard.press("Tab")
    expect(screen.page.get_by_role("link", name="Skip to the content")).to_be_focused()
    expect(screen.page.get_by_role("link", name="Skip to the content")).to_be_in_viewport()
