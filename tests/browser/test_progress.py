"""A change of thousands: it is asked about, shows how far it is, ends, and is taken back."""

from playwright.sync_api import expect

from tests.browser.gateway import WRITER, Gateway
from tests.browser.screen import Screen, ended, pk_of

COPIES = 3_000
PATIENCE = 60_000


def test_a_change_of_thousands_shows_how_far_it_is(desk: Screen, gateway: Gateway) -> None:
    desk.open()
    written = desk.generate("The written one", WRITER)
    gateway.talk().finish("Words.")
    ended(written)
    pk = pk_of(written)
    desk.ledger.copy(pk, COPIES)
    page = desk.page
    desk.open("/history/")
    page.locator("[data-select]").first.check()
    page.get_by_label("All that match").check()
    page.locator(".selection-bar").get_by_role("button", name="Star", exact=True).click()
    question = page.locator(".question")
    expect(question).to_contain_text(f"Star: {COPIES + 1:,} generations with 0 pictures")
    question.get_by_role("button", name="Star").click()
    expect(desk.toast.get_by_role("progressbar")).to_be_visible()
    expect(desk.toast).to_contain_text(f"of {COPIES + 1:,} looked at")
    expect(desk.toast).to_contain_text(f"{COPIES + 1:,} starred.", timeout=PATIENCE)
    expect(page.locator(".cell .starred")).not_to_have_count(0)
    desk.toast.get_by_role("button", name="Undo").click()
    expect(desk.toast).to_contain_text(f"{COPIES + 1:,} as they were before.", timeout=PATIENCE)
    assert {row["is_starred"] for row in desk.ledger.marks(pk)} == {0}
