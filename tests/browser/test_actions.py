"""What can be done with a card: taken up again, refined, repeated, looked into, put away."""

import json
import re

import pytest
from playwright.sync_api import Locator, Route, expect

from tests.browser.gateway import WRITER, Gateway
from tests.browser.screen import Screen, ended, pk_of


@pytest.fixture
def card(desk: Screen, gateway: Gateway) -> Locator:
    """A finished answer on the screen, made at an unusual temperature."""
    desk.open()
    desk.unfold("sampling").get_by_label("Temperature", exact=True).fill("0.3")
    made = desk.generate("What is a fjord?", WRITER)
    gateway.talk().finish("A long, narrow inlet.")
    ended(made)
    return desk.page.locator(f"#generation-{pk_of(made)}")


def temperature(screen: Screen) -> Locator:
    return screen.page.locator("#composer [name=temperature]")


def test_use_all_brings_prompt_model_and_settings(desk: Screen, card: Locator) -> None:
    card.get_by_role("link", name="Use all").click()
    expect(desk.prompt).to_have_value("What is a fjord?")
    expect(desk.prompt).to_be_focused()
    expect(temperature(desk)).to_have_value("0.3")
    expect(desk.page.locator("#id_model option:checked")).to_have_text(WRITER)


def test_prompt_only_brings_the_prompt_alone(desk: Screen, card: Locator) -> None:
    card.get_by_role("link", name="Prompt only").click()
    expect(desk.prompt).to_have_value("What is a fjord?")
    expect(temperature(desk)).to_have_value("")


def test_settings_only_leaves_the_prompt_to_be_written(desk: Screen, card: Locator) -> None:
    desk.prompt.fill("Half a thought")
    card.get_by_role("link", name="Settings only").click()
    expect(desk.page).to_have_url(re.compile("take=parameters"))
    expect(desk.prompt).not_to_have_value("What is a fjord?")
    expect(temperature(desk)).to_have_value("0.3")
    expect(desk.page.locator("#id_model option:checked")).to_have_text(WRITER)


def test_a_takes_all_up_again(desk: Screen, card: Locator) -> None:
    card.focus()
    desk.page.keyboard.press("a")
    expect(desk.page).to_have_url(re.compile("take=all"))
    expect(desk.prompt).to_have_value("What is a fjord?")
    expect(temperature(desk)).to_have_value("0.3")


@pytest.mark.parametrize("named", ["Use all", "Prompt only", "Settings only"])
def test_each_way_to_take_it_up_is_open_to_keys(desk: Screen, card: Locator, named: str) -> None:
    card.get_by_role("link", name=named).press("Enter")
    expect(desk.page).to_have_url(re.compile("take=(all|prompt|parameters)"))
    taken = "" if named == "Settings only" else "What is a fjord?"
    expect(desk.prompt).to_have_value(taken)


def test_refine_sends_the_whole_conversation(desk: Screen, gateway: Gateway, card: Locator) -> None:
    card.get_by_role("link", name="Refine").click()
    expect(desk.page.get_by_text("Refining “What is a fjord?”")).to_be_visible()
    refined = desk.generate("Name one.")
    talk = gateway.talk()
    assert talk.said == [
        ("user", "What is a fjord?"),
        ("assistant", "A long, narrow inlet."),
        ("user", "Name one."),
    ]
    talk.finish("Geirangerfjord.")
    ended(refined)
    expect(refined).to_contain_text("Refined from an earlier one")
    expect(desk.page.get_by_text("Refining “")).to_be_hidden()


def test_run_again_sends_the_same_once_per_press(
    desk: Screen, gateway: Gateway, card: Locator
) -> None:
    first = json.loads(desk.ledger.generation(pk_of(card))["request"])
    for count in (2, 3):
        card.get_by_role("button", name="Run again").click()
        expect(desk.cards).to_have_count(count)
        talk = gateway.talk()
        assert talk.body == first
        talk.finish("Again.")
    expect(desk.cards.first).to_contain_text("Run again from an earlier one")


def test_delete_by_mouse_can_be_undone(desk: Screen, card: Locator) -> None:
    card.get_by_role("button", name="Delete").click()
    expect(card).to_be_hidden()
    expect(desk.toast).to_contain_text("Moved to the trash.")
    desk.toast.get_by_role("button", name="Undo").click()
    expect(card).to_be_visible()
    expect(desk.toast).to_have_count(0)
    desk.page.reload()
    expect(card).to_be_visible()


def test_delete_by_key_moves_on_and_stays_deleted(desk: Screen, card: Locator) -> None:
    card.focus()
    desk.page.keyboard.press("Delete")
    expect(desk.toast).to_be_visible()
    expect(card).to_be_hidden()
    desk.page.reload()
    expect(desk.cards).to_have_count(0)


def test_its_own_page_is_left_though_the_stream_is_quicker(desk: Screen, card: Locator) -> None:
    def late(route: Route) -> None:
        reply = route.fetch()
        expect(card).to_have_count(0)
        route.fulfill(response=reply)

    desk.open(f"/generations/{pk_of(card)}/")
    desk.page.route("**/trash/", late)
    card.get_by_role("button", name="Delete").click()
    expect(desk.page).to_have_url(re.compile(r"/history/\?undo="))
    desk.toast.get_by_role("button", name="Undo").click()
    expect(desk.toast).to_have_count(0)
    expect(desk.page.locator(".grid")).to_contain_text("What is a fjord?")


def test_a_card_deleted_in_one_tab_leaves_the_other(desk: Screen, card: Locator) -> None:
    other = desk.another()
    other.open()
    expect(other.cards).to_have_count(1)
    card.get_by_role("button", name="Delete").click()
    expect(other.cards).to_have_count(0)
    desk.toast.get_by_role("button", name="Undo").click()
    expect(card).to_be_visible()
    expect(other.cards).to_have_count(1)


def test_the_wide_drawer_pushes_and_the_address_follows(desk: Screen, card: Locator) -> None:
    before, address = width(card), desk.page.url
    card.get_by_role("link", name="Details").click()
    expect(desk.drawer).to_be_visible()
    expect(desk.drawer).to_contain_text("A long, narrow inlet.")
    expect(desk.page).to_have_url(re.compile(f"/generations/{pk_of(card)}/$"))
    assert width(card) < before
    assert right(card) <= left(desk.drawer)
    desk.page.keyboard.press("Escape")
    expect(desk.drawer).to_be_hidden()
    expect(desk.page).to_have_url(address)
    expect(card.get_by_role("link", name="Details")).to_be_focused()


def test_the_narrower_drawer_covers_and_back_closes_it(desk: Screen, card: Locator) -> None:
    desk.page.set_viewport_size({"width": 800, "height": 900})
    before = width(card)
    card.get_by_role("link", name="Details").click()
    expect(desk.drawer).to_be_visible()
    assert width(card) == before
    assert right(card) > left(desk.drawer)
    desk.page.go_back()
    expect(desk.drawer).to_be_hidden()
    desk.page.go_forward()
    expect(desk.drawer).to_be_visible()
    desk.drawer.get_by_role("button", name="Close the details").click()
    expect(desk.drawer).to_be_hidden()


def test_a_reload_with_the_drawer_open_gives_the_full_page(desk: Screen, card: Locator) -> None:
    card.get_by_role("link", name="Details").click()
    expect(desk.drawer).to_be_visible()
    desk.page.reload()
    expect(desk.page.get_by_role("heading", name="One generation")).to_be_attached()
    expect(desk.page.get_by_role("cell", name="0.3").first).to_be_visible()


def test_letters_on_a_selected_card_act_on_it(desk: Screen, card: Locator) -> None:
    card.focus()
    desk.page.keyboard.press("i")
    expect(desk.drawer).to_be_visible()
    desk.page.keyboard.press("Escape")
    expect(desk.drawer).to_be_hidden()
    card.focus()
    desk.page.keyboard.press("p")
    expect(desk.page).to_have_url(re.compile("take=prompt"))
    expect(desk.prompt).to_have_value("What is a fjord?")


def test_copy_takes_the_request(desk: Screen, card: Locator) -> None:
    desk.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    card.get_by_role("link", name="Details").click()
    desk.drawer.get_by_text("Request", exact=True).click()
    desk.drawer.get_by_role("button", name="Copy").first.click()
    expect(desk.page.get_by_role("status")).to_have_text("Copied.")
    copied = desk.page.evaluate("navigator.clipboard.readText()")
    assert json.loads(copied)["temperature"] == 0.3


def width(element: Locator) -> float:
    return float(element.evaluate("element => element.getBoundingClientRect().width"))


def left(element: Locator) -> float:
    return float(element.evaluate("element => element.getBoundingClientRect().left"))


def right(element: Locator) -> float:
    return float(element.evaluate("element => element.getBoundingClientRect().right"))
