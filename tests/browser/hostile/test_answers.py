"""Text that wants to be more than text."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.gateway import PAINTER, Gateway
from tests.browser.hostile.payloads import PAYLOADS
from tests.browser.screen import Screen, ended, pk_of

HOSTILE = """<img src=x onerror="window.caught = 1">
<script>window.caught = 2</script>
<svg onload="window.caught = 3"></svg> <iframe src="javascript:window.caught = 4"></iframe>

[run me](javascript:window.caught=5) [relative](/account/logout/) [half](//evil.invalid/a)
[data](data:text/html,<script>window.caught=6</script>) [honest](https://example.org/page)
<div hx-get="/history/" hx-trigger="load" hx-swap-oob="true" id="live">gone</div>
</textarea></pre></article><style>body { display: none }</style> {{ 7|add:7 }} {% now "Y" %}

<<payloads>>

![tracker](http://evil.invalid/pixel.png?who=you)
""".replace("<<payloads>>", "\n\n".join(PAYLOADS))


@pytest.fixture
def hosts(desk: Screen) -> set[str]:
    """Where the page's requests went."""
    asked: set[str] = set()
    here = desk.studio.url

    def note(url: str) -> None:
        if not url.startswith((here, "data:", "blob:")):
            asked.add(url)

    desk.page.on("request", lambda request: note(request.url))
    return asked


@pytest.fixture
def card(desk: Screen, gateway: Gateway, hosts: set[str]) -> Locator:
    """A card whose prompt and whose answer want harm."""
    desk.open()
    card = desk.generate(HOSTILE, PAINTER)
    talk = gateway.talk()
    talk.send({"choices": [{"index": 0, "delta": {"reasoning_content": HOSTILE}}]})
    talk.say(HOSTILE)
    expect(card.locator(".stream.answer")).to_have_js_property("textContent", HOSTILE)
    talk.finish()
    ended(card)
    return card


def is_unharmed(desk: Screen, hosts: set[str]) -> None:
    assert desk.page.evaluate("window.caught") is None
    assert hosts == set()
    expect(desk.page.locator("body")).to_be_visible()
    expect(desk.page.locator("#live")).to_be_attached()
    expect(desk.page.locator("main :is(script, iframe, style, [onerror], [onload])")).to_have_count(
        0
    )


def test_a_card_shows_it_as_text(desk: Screen, hosts: set[str], card: Locator) -> None:
    expect(card.locator("[data-prompt]")).to_have_js_property("textContent", HOSTILE.strip())
    expect(card.locator("img")).to_have_count(0)
    is_unharmed(desk, hosts)


def test_only_honest_links_remain(desk: Screen, hosts: set[str], card: Locator) -> None:
    links = card.locator(".prose a[href]")
    expect(links).to_have_count(1)
    expect(links).to_have_attribute("href", "https://example.org/page")
    expect(links).to_have_attribute("rel", re.compile("noopener.*nofollow"))


@pytest.mark.parametrize(
    "path", ["/history/", "/history/?view=list", "detail", "/?from=it&take=all"]
)
def test_other_pages_show_it_as_text(
    desk: Screen, hosts: set[str], card: Locator, path: str
) -> None:
    pk = pk_of(card)
    desk.open(f"/generations/{pk}/" if path == "detail" else path.replace("it", pk, 1))
    expect(desk.page.get_by_text("window.caught = 2").first).to_be_attached()
    is_unharmed(desk, hosts)


def test_the_drawer_shows_it_as_text(desk: Screen, hosts: set[str], card: Locator) -> None:
    card.get_by_role("link", name="Details").click()
    expect(desk.drawer).to_contain_text("window.caught = 2")
    is_unharmed(desk, hosts)


def test_a_tracker_is_told_as_a_lost_picture(hosts: set[str], card: Locator) -> None:
    expect(card.locator(".picture-note")).to_contain_text("Lost upstream")
    assert hosts == set()


def test_the_addresses_words_are_only_words(desk: Screen, hosts: set[str]) -> None:
    desk.open("/?prompt=%3Cscript%3Ewindow.caught=1%3C/script%3E%3C/textarea%3E")
    expect(desk.prompt).to_have_value("<script>window.caught=1</script></textarea>")
    is_unharmed(desk, hosts)
