"""What a person does at the screen, in their words."""

import re
from typing import Final

from playwright.sync_api import Locator, Page, Response, expect

from tests.browser.ledger import Ledger
from tests.support.studio import Studio, wait_for

WATCH_WORDS: Final = """
window.heard = [];
new MutationObserver(() => {
  const text = document.querySelector("#results > .card .stream.answer")?.textContent;
  if (text && text !== window.heard.at(-1)) window.heard.push(text);
}).observe(document.getElementById("results"), { childList: true, subtree: true });
"""
ONE_DRAWN: Final = re.compile(r"%3E1%3C%2Ftext")


class Screen:
    """A page of a studio, and its record."""

    def __init__(self, page: Page, studio: Studio, url: str = "") -> None:
        self.page = page
        self.studio = studio
        self.url = url or studio.url
        self.ledger = Ledger(studio)

    @property
    def prompt(self) -> Locator:
        return self.page.get_by_label("Prompt", exact=True)

    @property
    def go(self) -> Locator:
        return self.page.locator("#composer .go .primary")

    @property
    def cards(self) -> Locator:
        """The results on Create, newest first."""
        return self.page.locator("#results > .card:visible")

    @property
    def drawer(self) -> Locator:
        return self.page.locator("#drawer")

    @property
    def toast(self) -> Locator:
        return self.page.locator("[data-toast]")

    def open(self, path: str = "/") -> Response | None:
        """Go to an address of the studio, and wait for what moves it, if it has scripts."""
        return self.page.goto(self.url + path)

    def another(self) -> "Screen":
        """A second tab of the same browser."""
        return Screen(self.page.context.new_page(), self.studio, self.url)

    def choose(self, model: str) -> None:
        """Choose a model by its name, once it is offered."""
        names = self.page.locator(f"#id_model option:text-is('{model}')")
        while not names.count():
            self.page.reload()
        self.page.locator("#id_model").select_option(value=names.first.get_attribute("value"))

    def unfold(self, group: str) -> Locator:
        """Open a group of the composer: sampling or limits."""
        found = self.page.locator(f"[data-group={group}]")
        if found.get_attribute("open") is None:
            found.locator("summary").click()
        return found

    def generate(self, prompt: str, model: str = "") -> Locator:
        """Fill in the composer, press Generate, and return the new card."""
        if model:
            self.choose(model)
        self.prompt.fill(prompt)
        self.go.click()
        card = self.page.locator("#results > .card").filter(has_text=prompt).first
        expect(card).to_be_visible()
        return card

    def make(self, prompt: str, model: str = "practice-writer") -> Locator:
        """Generate, and wait for the end."""
        card = self.generate(prompt, model)
        expect(card).to_have_attribute("data-status", re.compile("succeeded|failed"))
        return card

    def sideways(self) -> int:
        """By how many pixels the page is wider than the window."""
        return int(self.page.evaluate("document.scrollingElement.scrollWidth - innerWidth"))


def pk_of(card: Locator) -> str:
    """The id of a card's generation."""
    return card.get_attribute("data-generation") or ""


def ended(card: Locator, status: str = "succeeded") -> None:
    """Wait until a card says that its generation has ended so."""
    expect(card).to_have_attribute("data-status", status)


def counts_one(screen: Screen) -> None:
    """Title, bar and icon say that one is running."""
    expect(screen.page).to_have_title(re.compile(r"^\(1\) Create"))
    expect(screen.page.locator("#running-count")).to_have_text("1 running")
    expect(screen.page.locator("link[rel=icon]")).to_have_attribute("href", ONE_DRAWN)


def counts_none(screen: Screen) -> None:
    """Title, bar and icon say that nothing is running."""
    expect(screen.page).to_have_title(re.compile("^Create"))
    expect(screen.page.locator("#running-count")).to_have_text("")
    expect(screen.page.locator("link[rel=icon]")).not_to_have_attribute("href", ONE_DRAWN)


def is_as_kept(screen: Screen, card: Locator, text: str) -> None:
    """The card's running text is this, and a quarter of a second later the ledger's, too."""
    expect(card.locator(".stream.answer")).to_have_js_property("textContent", text)
    assert wait_for(lambda: screen.ledger.texts(pk_of(card)) == [text], 10)
