"""Selecting in the history: by click, range, key, drag and all that match; and the way back."""

import re

import pytest
from playwright.sync_api import Locator, Route, expect

from tests.browser.gateway import PAINTER, WRITER, Gateway
from tests.browser.screen import Screen, ended, pk_of
from tests.browser.test_failures import png
from tests.browser.test_marks import Way, click, enter, make_board
from tests.browser.test_without_scripts import finished
from tests.support.studio import wait_for

COPIES = 7
KEYS_SCRIPT = re.compile(r"/js/keys[.\w]*\.js$")


@pytest.fixture
def history(desk: Screen, gateway: Gateway) -> Screen:
    """Eight written ones and the newest, painted, in the open history."""
    desk.open()
    written = desk.generate("The written one", WRITER)
    gateway.talk().finish("Words.")
    ended(written)
    desk.ledger.copy(pk_of(written), COPIES)
    painted = desk.generate("The painted one", PAINTER)
    gateway.talk().finish(f"![a]({gateway.hang('one', png('teal'))})")
    ended(painted)
    desk.open("/history/")
    return desk


def ticks(screen: Screen) -> Locator:
    return screen.page.locator("[data-select]")


def ticked(screen: Screen) -> list[int]:
    """The places of the ticked ones."""
    states = ticks(screen).evaluate_all("boxes => boxes.map((box) => box.checked)")
    return [place for place, is_ticked in enumerate(states) if is_ticked]


def bar(screen: Screen) -> Locator:
    return screen.page.locator(".selection-bar")


def starred(screen: Screen) -> Locator:
    return screen.page.locator(".cell .starred")


def test_nothing_offers_itself_before_something_is_ticked(history: Screen) -> None:
    expect(bar(history)).to_be_hidden()
    ticks(history).nth(1).click()
    expect(bar(history)).to_be_visible()
    expect(bar(history)).to_contain_text("1 selected")
    history.page.keyboard.press("Escape")
    expect(bar(history)).to_be_hidden()


def test_shift_takes_all_between(history: Screen) -> None:
    ticks(history).nth(1).click()
    ticks(history).nth(4).click(modifiers=["Shift"])
    assert ticked(history) == [1, 2, 3, 4]


def test_a_cell_is_taken_along_with_control(history: Screen) -> None:
    frames = history.page.locator(".cell .frame")
    frames.nth(2).click(modifiers=["ControlOrMeta"])
    frames.nth(5).click(modifiers=["ControlOrMeta"])
    assert ticked(history) == [2, 5]
    frames.nth(5).click()
    assert ticked(history) == [2]
    assert "/history/" in history.page.url


def test_a_box_is_drawn_over_cells(history: Screen) -> None:
    first, second = (history.page.locator(".cell").nth(n).bounding_box() for n in (0, 1))
    assert first
    assert second
    mouse = history.page.mouse
    mouse.move(first["x"] - 6, first["y"] + 40)
    mouse.down()
    mouse.move(second["x"] + 20, second["y"] + 60, steps=5)
    mouse.up()
    assert ticked(history) == [0, 1]


def test_what_is_starred_shows_it_and_undo_takes_it_back(history: Screen) -> None:
    ticks(history).nth(0).click()
    ticks(history).nth(2).click()
    bar(history).get_by_role("button", name="Star", exact=True).click()
    expect(history.toast).to_contain_text("2 starred.")
    expect(starred(history)).to_have_count(2)
    expect(bar(history)).to_be_hidden()
    history.toast.get_by_role("button", name="Undo").click()
    expect(starred(history)).to_have_count(0)
    expect(history.toast).to_contain_text("2 as they were before.")


def test_keys_alone_select_star_and_delete(history: Screen) -> None:
    press = history.page.keyboard.press
    press("l")
    expect(history.page.locator(".cell .frame").first).to_be_focused()
    press(".")
    expect(starred(history)).to_have_count(1)
    press(".")
    expect(starred(history)).to_have_count(0)
    press("x")
    press("l")
    expect(history.page.locator(".cell .frame").nth(1)).to_be_focused()
    press("x")
    assert ticked(history) == [0, 1]
    press("Delete")
    expect(history.toast).to_contain_text("2 moved to the trash.")
    expect(ticks(history)).to_have_count(COPIES)


def test_keys_pressed_before_their_script_is_there_act_in_order(history: Screen) -> None:
    held: list[Route] = []
    history.page.route(KEYS_SCRIPT, lambda route: held.append(route))  # noqa: PLW0108
    with history.page.expect_request(KEYS_SCRIPT):
        history.open("/history/")
    for key in "lxlx":
        history.page.keyboard.press(key)
    assert ticked(history) == []
    held[0].continue_()
    expect(bar(history)).to_contain_text("2 selected")
    assert ticked(history) == [0, 1]


def test_everything_that_matches_is_counted_deleted_and_brought_back(history: Screen) -> None:
    history.open(f"/history/?q=model:{WRITER}")
    expect(ticks(history)).to_have_count(COPIES + 1)
    ticks(history).first.click()
    bar(history).get_by_label("All that match").click()
    bar(history).get_by_role("button", name="Delete").click()
    question = history.page.locator(".question")
    expect(question).to_contain_text(f"Delete: {COPIES + 1} generations with 0 pictures")
    question.get_by_role("button", name="Delete").click()
    expect(history.toast).to_contain_text(f"{COPIES + 1} moved to the trash.")
    expect(history.page.get_by_role("heading", name="Nothing matches")).to_be_visible()
    history.toast.get_by_role("button", name="Undo").click()
    expect(ticks(history)).to_have_count(COPIES + 1)


def test_tags_and_boards_are_put_on_many(history: Screen) -> None:
    history.open("/boards/")
    history.page.get_by_label("New board").fill("Covers")
    history.page.get_by_role("button", name="Make it").click()
    history.open("/history/")
    for place in (0, 1):
        ticks(history).nth(place).click()
    bar(history).get_by_text("More").click()
    bar(history).get_by_label("Tag").fill("Blue sea")
    bar(history).get_by_role("button", name="Tag", exact=True).click()
    expect(history.toast).to_contain_text("2 tagged “blue sea”.")
    ticks(history).nth(0).click()
    bar(history).get_by_role("button", name="Put on it").click()
    expect(history.toast).to_contain_text("1 put on the board.")
    history.open('/history/?q=board:Covers tag:"blue sea"')
    expect(ticks(history)).to_have_count(1)


def test_enter_in_the_field_of_tags_tags(history: Screen) -> None:
    ticks(history).first.click()
    bar(history).get_by_text("More").press("Enter")
    bar(history).get_by_label("Tag").fill("Blue sea")
    bar(history).get_by_label("Tag").press("Enter")
    expect(history.toast).to_contain_text("1 tagged “blue sea”.")


def test_enter_on_a_tick_changes_nothing(history: Screen) -> None:
    ticks(history).first.focus()
    history.page.keyboard.press("Space")
    history.page.keyboard.press("Enter")
    history.page.wait_for_timeout(500)
    expect(history.toast).to_be_hidden()


@pytest.mark.parametrize("way", [click, enter])
def test_many_are_rejected_rated_and_put_on_a_board(history: Screen, way: Way) -> None:
    make_board(history, "Covers")
    history.open("/history/")
    for named, said in (
        ("Reject", "2 rejected."),
        ("Rate", "2 rated 4."),
        ("Put on it", "2 put on the board."),
    ):
        for place in (0, 1):
            ticks(history).nth(place).click()
        if named == "Rate":
            way(bar(history).get_by_text("More"))
            bar(history).get_by_label("Rating").select_option("4")
        way(bar(history).get_by_role("button", name=named, exact=True))
        expect(history.toast).to_contain_text(said)
    history.open("/history/?q=board:Covers rating:4 is:rejected")
    expect(ticks(history)).to_have_count(2)


def test_the_trash_gives_back_what_it_has(history: Screen) -> None:
    ticks(history).nth(0).click()
    bar(history).get_by_role("button", name="Delete").click()
    expect(history.toast).to_contain_text("1 moved to the trash.")
    history.page.get_by_role("link", name="Trash").click()
    ticks(history).first.click()
    bar(history).get_by_role("button", name="Restore").click()
    expect(history.toast).to_contain_text("1 restored.")
    expect(ticks(history)).to_have_count(0)


def test_back_finds_the_reader_where_they_were(history: Screen) -> None:
    page = history.page
    history.ledger.copy(ticks(history).last.get_attribute("value") or "", 90)
    history.open("/history/?view=list")
    while ticks(history).count() < 90:
        page.mouse.wheel(0, 4_000)
        page.wait_for_timeout(50)
    row = page.get_by_role("row").nth(80)
    row.scroll_into_view_if_needed()
    top = page.evaluate("scrollY")
    page.goto(history.studio.url + "/models/")
    page.go_back()
    expect(ticks(history)).not_to_have_count(48)
    assert wait_for(lambda: abs(page.evaluate("scrollY") - top) < 60)


@pytest.mark.parametrize("way", ["button", "key"])
def test_two_of_them_are_compared(history: Screen, way: str) -> None:
    compare = bar(history).get_by_role("button", name="Compare")
    ticks(history).nth(1).click()
    expect(compare).to_be_disabled()
    ticks(history).nth(2).click()
    if way == "button":
        compare.click()
    else:
        history.page.keyboard.press("c")
    expect(history.page).to_have_url(re.compile(r"/compare/\?of=[^&]+&of=[^&]+$"))
    expect(history.page.locator(".sides > li")).to_have_count(2)


def test_more_than_six_are_not_compared(history: Screen) -> None:
    ticks(history).nth(0).click()
    ticks(history).nth(6).click(modifiers=["Shift"])
    expect(bar(history).get_by_role("button", name="Compare")).to_be_disabled()
    history.page.keyboard.press("c")
    assert "/history/" in history.page.url


def test_everything_that_matches_is_deleted_and_brought_back_by_keys(history: Screen) -> None:
    press = history.page.keyboard.press
    press("l")
    expect(history.page.locator(".cell .frame").first).to_be_focused()
    press("x")
    bar(history).get_by_label("All that match").press("Space")
    bar(history).get_by_role("button", name="Delete").press("Enter")
    question = history.page.locator(".question")
    expect(question).to_contain_text(f"Delete: {COPIES + 2} generations with 1 picture")
    question.get_by_role("button", name="Delete").press("Enter")
    expect(history.toast).to_contain_text(f"{COPIES + 2} moved to the trash.")
    history.toast.get_by_role("button", name="Undo").press("Enter")
    expect(ticks(history)).to_have_count(COPIES + 2)


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_on_paper_everything_is_counted_deleted_and_brought_back(
    desk: Screen, gateway: Gateway
) -> None:
    finished(desk, gateway, "One of three")
    desk.ledger.copy(desk.page.url.rstrip("/").rpartition("/")[2], 2)
    desk.open("/history/")
    bar(desk).get_by_label("All that match").check()
    bar(desk).get_by_role("button", name="Delete").click()
    expect(desk.page.get_by_role("alert")).to_contain_text("Delete: 3 generations")
    desk.page.get_by_role("button", name="Delete").click()
    expect(desk.toast).to_contain_text("3 moved to the trash.")
    desk.toast.get_by_role("button", name="Undo").click()
    expect(ticks(desk)).to_have_count(3)


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_on_paper_ticked_ones_are_tagged_rated_and_put_on_a_board(
    desk: Screen, gateway: Gateway
) -> None:
    finished(desk, gateway, "On the wall")
    make_board(desk, "Covers")
    for named, said in (
        ("Tag", "1 tagged “blue sea”."),
        ("Rate", "1 rated 4."),
        ("Put on it", "1 put on the board."),
    ):
        desk.open("/history/")
        ticks(desk).first.check()
        bar(desk).get_by_text("More").click()
        bar(desk).get_by_label("Tag").fill("Blue sea")
        bar(desk).get_by_label("Rating").select_option("4")
        if named == "Tag":
            bar(desk).get_by_label("Tag").press("Enter")
        else:
            bar(desk).get_by_role("button", name=named, exact=True).click()
        expect(desk.toast).to_contain_text(said)
    desk.open('/history/?q=board:Covers rating:4 tag:"blue sea"')
    expect(ticks(desk)).to_have_count(1)


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_on_paper_ticked_ones_are_compared(desk: Screen, gateway: Gateway) -> None:
    finished(desk, gateway, "One of two")
    desk.ledger.copy(desk.page.url.rstrip("/").rpartition("/")[2], 1)
    desk.open("/history/")
    ticks(desk).first.check()
    bar(desk).get_by_role("button", name="Compare").click()
    expect(desk.page.get_by_text("It takes 2 to 6 generations")).to_be_visible()
    desk.open("/history/")
    for tick in ticks(desk).all():
        tick.check()
    bar(desk).get_by_role("button", name="Compare").click()
    expect(desk.page).to_have_url(re.compile(r"/compare/\?of=[^&]+&of=[^&]+$"))
    expect(desk.page.locator(".sides > li")).to_have_count(2)


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_without_scripts_ticking_and_a_button_do_it(desk: Screen, gateway: Gateway) -> None:
    desk.open()
    desk.choose(WRITER)
    desk.prompt.fill("On paper")
    desk.go.click()
    gateway.talk().finish("Words.")
    desk.open("/history/")
    ticks(desk).first.check()
    bar(desk).get_by_role("button", name="Star", exact=True).click()
    expect(desk.page).to_have_url(re.compile("did="))
    expect(desk.toast).to_contain_text("1 starred.")
    expect(starred(desk)).to_have_count(1)
    desk.toast.get_by_role("button", name="Undo").click()
    expect(starred(desk)).to_have_count(0)
