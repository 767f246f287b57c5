"""What it will cost, said before it is sent, and what happens when the money is gone."""

import re
from collections.abc import Callable
from typing import Final

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import KEY, with_models
from tests.browser.gateway import EDITOR, PAINTER, REASONER, WRITER, Gateway
from tests.browser.screen import Screen, ended
from tests.browser.test_references import add
from tests.support.commands import manage
from tests.support.console import Console
from tests.support.studio import Studio

BOOK: Final = f"""
from decimal import Decimal
from modelless_web.records.models import Budget, Gateway, PicturePrice, PriceRule
gateway = Gateway.objects.get(is_practice=False)
cents = lambda number: Decimal(number) / 100
PriceRule.objects.publish(
    PriceRule(gateway=gateway, model="{PAINTER}"), [PicturePrice(price=cents(2))]
)
PriceRule.objects.publish(PriceRule(gateway=gateway, model="{WRITER}", per_request=cents(10)))
PriceRule.objects.publish(PriceRule(gateway=gateway, model="{EDITOR}", per_prompt=cents(1000)))
Budget.objects.create(scope="each", period="day", limit=cents(25))
Budget.objects.create(scope="each", period="generation", limit=cents(5), is_hard=False)
"""


WATCH_REQUESTS: Final = """
window.asked = window.most = window.flying = 0;
const isCost = ({ detail }) => detail.elt.id === "cost-line";
document.addEventListener("htmx:beforeSend", (event) => {
  if (!isCost(event)) return;
  asked += 1;
  most = Math.max(most, (flying += 1));
});
document.addEventListener("htmx:afterRequest", (event) => (flying -= isCost(event)));
"""
SLOWLY: Final = {
    "offline": False, "latency": 700, "downloadThroughput": -1, "uploadThroughput": -1,
}  # fmt: skip


@pytest.fixture(scope="module")
def paid(start_studio: Callable[..., Studio], scripted_gateway: Gateway) -> Studio:
    """A studio that knows what all its models but one cost, and gives everybody 25 cents a day."""
    url = f"{scripted_gateway.origin}/v1"
    studio = start_studio(MODELLESS_BASE_URL=url, MODELLESS_API_KEY=KEY, PRACTICE_PACE="0.1")
    with_models(studio, WRITER)
    done = manage(studio.data_dir, "shell", "-v", "0", "-c", BOOK)
    assert done.returncode == 0, done.stderr
    return studio


@pytest.fixture
def till(page: Page, paid: Studio, gateway: Gateway) -> Screen:
    """A new guest of that studio."""
    return Screen(page, paid)


def says(screen: Screen, words: str) -> None:
    """Wait until the cost line says so."""
    expect(screen.page.locator("#cost-line p").first).to_have_text(words)


def test_the_line_follows_the_count_and_the_model(till: Screen) -> None:
    till.open()
    till.choose(PAINTER)
    says(till, "$0.02 · $0.25 of $0.25 left today")
    till.page.get_by_label("Count").fill("4")
    says(till, "$0.08 · $0.25 of $0.25 left today")
    till.choose(WRITER)
    says(till, "$0.10 · $0.25 of $0.25 left today")
    till.choose(REASONER)
    says(till, "No price known, so no budget counts it")
    till.choose("practice-writer")
    says(till, "Practice, costs nothing")


def test_the_line_follows_the_pictures_that_go_along(till: Screen) -> None:
    till.open()
    till.choose(EDITOR)
    till.prompt.fill("Door")
    says(till, "$0.00001 · $0.25 of $0.25 left today")
    add(till, "red")
    says(till, "About $0.002–0.0058 · $0.25 of $0.25 left today")
    till.page.get_by_label("Fidelity").select_option("high")
    says(till, "About $0.044–0.068 · $0.25 of $0.25 left today")
    till.page.get_by_role("button", name="Remove picture 1").click()
    says(till, "$0.00001 · $0.25 of $0.25 left today")


def test_a_soft_budget_warns_and_lets_through(till: Screen, gateway: Gateway) -> None:
    till.open()
    till.choose(PAINTER)
    till.page.get_by_label("Count").fill("3")
    expect(till.page.locator("#cost-line .caution")).to_contain_text(
        "goes beyond your budget of $0.05"
    )
    card = till.generate("Three of them")
    gateway.talk().finish("One.", "Two.", "Three.")
    ended(card)


def test_typing_leaves_one_request_under_way_at_most(till: Screen) -> None:
    till.open()
    till.choose(PAINTER)
    says(till, "$0.02 · $0.25 of $0.25 left today")
    till.page.evaluate(WATCH_REQUESTS)
    slow = till.page.context.new_cdp_session(till.page)
    slow.send("Network.emulateNetworkConditions", SLOWLY)
    for count in range(2, 7):
        till.page.get_by_label("Count").fill(str(count))
        till.prompt.press_sequentially("words ", delay=20)
        till.page.wait_for_timeout(400)
    says(till, "$0.12 · $0.25 of $0.25 left today")
    asked, most = till.page.evaluate("[asked, most]")
    assert 1 < asked <= 6
    assert most == 1


def spend(till: Screen, gateway: Gateway) -> None:
    """Have two runs under way, which is all that 25 cents are for."""
    till.open()
    for number in (1, 2):
        till.generate(f"Run {number}", WRITER)
        gateway.talk()
    says(till, "$0.10 · $0.05 of $0.25 left today")


def test_what_is_beyond_the_budget_is_refused_where_it_was_asked_for(
    till: Screen, gateway: Gateway, console: Console
) -> None:
    console.pardon("422")
    spend(till, gateway)
    till.prompt.fill("One too many")
    till.go.click()
    reason = till.page.locator("#cost-line [role=alert]")
    expect(reason).to_contain_text("This may cost $0.10, and your budget is $0.25 a day")
    expect(reason).to_contain_text("$0.00 is spent and $0.20 set aside")
    expect(till.prompt).to_have_value("One too many")
    expect(till.go).to_be_focused()
    expect(till.cards).to_have_count(2)
    assert gateway.asked.empty()
    till.choose("practice-writer")
    expect(reason).to_have_count(0)
    till.go.click()
    ended(till.cards.first)


def test_running_again_is_refused_beside_its_button(
    till: Screen, gateway: Gateway, console: Console
) -> None:
    console.pardon("422")
    till.open()
    card = till.generate("Run 1", WRITER)
    gateway.talk().finish("Done.")
    ended(card)
    till.generate("Run 2", WRITER)
    gateway.talk()
    card.get_by_role("button", name="Run again").click()
    expect(card.get_by_role("alert")).to_contain_text("$0.10 is spent and $0.10 set aside")
    assert gateway.asked.empty()


def test_what_is_left_follows_what_ends(till: Screen, gateway: Gateway) -> None:
    till.open()
    card = till.generate("Run 1", WRITER)
    talk = gateway.talk()
    says(till, "$0.10 · $0.15 of $0.25 left today")
    talk.hang_up()
    ended(card, "failed")
    expect(card).to_contain_text("maybe $0.10")


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_without_scripts_the_reason_stands_under_generate(
    till: Screen, gateway: Gateway, console: Console
) -> None:
    console.pardon("422")
    for number in (1, 2):
        till.open()
        till.choose(WRITER)
        till.prompt.fill(f"Run {number}")
        till.go.click()
        gateway.talk()
    till.open()
    says(till, "$0.10 · $0.05 of $0.25 left today")
    till.prompt.fill("One too many")
    till.go.click()
    expect(till.page.get_by_role("alert").first).to_contain_text("your budget is $0.25 a day")
    expect(till.prompt).to_have_value("One too many")
    assert gateway.asked.empty()


def test_the_detail_says_what_was_thought_and_what_it_was(till: Screen, gateway: Gateway) -> None:
    till.open()
    card = till.generate("Run 1", WRITER)
    gateway.talk().finish("Done.")
    ended(card)
    expect(card.locator(".usage")).to_contain_text("$0.10")
    card.get_by_role("link", name="Details").click()
    facts = till.drawer.locator(".facts")
    for name, value in (("Estimate", "$0.10"), ("Cost", "$0.10"), ("Charge", "Charged")):
        pair = facts.locator(".pairs > div").filter(has_text=re.compile(f"^{name}"))
        expect(pair.first).to_contain_text(value)
