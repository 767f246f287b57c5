"""What a hostile gateway sends, watched while it comes in and looked at afterwards."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import KEY
from tests.browser.hostile.wire import FAIL, WORDS, HostileGateway
from tests.browser.hostile.words import COUNT
from tests.browser.hostile.yardstick import Place, Walk
from tests.browser.screen import Screen, pk_of
from tests.support.console import Console
from tests.support.studio import Studio, wait_for

SENT = [
    *("wire-prompt", "wire-text", "wire-alt", "wire-thought", "wire-echo", "wire-finish"),
    *("wire-message", "wire-code", "wire-type", "wire-request-id", "offer"),
]


@pytest.fixture
def gateway() -> Iterator[HostileGateway]:
    with HostileGateway() as gateway:
        yield gateway
        gateway.shutdown()


@pytest.fixture
def connected(start_studio: Callable[..., Studio], gateway: HostileGateway) -> Studio:
    """A studio whose key leads to that gateway."""
    return start_studio(MODELLESS_BASE_URL=gateway.url, MODELLESS_API_KEY=KEY)


@pytest.fixture
def walk(page: Page, connected: Studio) -> Walk:
    """A guest of that studio."""
    return Walk(page, Place(connected, WORDS))


def offered(walk: Walk) -> None:
    """Wait until the hostile models are on offer."""
    home, page = walk.here.studio.url, walk.page
    assert wait_for(lambda: page.goto(home) and "offer-0 " in page.content())


def test_its_models_are_only_names(walk: Walk, gateway: HostileGateway) -> None:
    offered(walk)
    walk.open("/models/")
    assert walk.missed(("offer", "offer-description")) == {}
    gateway.is_broken = True
    walk.page.get_by_role("button", name="Read the lists again").click()
    expect(walk.page.locator(".said")).to_contain_text("list-trouble-0 <script>")
    walk.judge()


def test_its_answers_do_no_harm_while_they_come_in(
    walk: Walk, console: Console, figures: Callable[..., None], is_long: bool
) -> None:
    offered(walk)
    desk = Screen(walk.page, walk.here.studio)
    models = desk.page.locator("#id_model option", has_text=re.compile(r"^\s*offer-"))
    made = []
    for number in range(0, COUNT, 1 if is_long else 16):
        for wish in (FAIL, "say"):
            desk.page.locator("#id_model").select_option(
                value=models.nth(number % models.count()).get_attribute("value")
            )
            card = desk.generate(f"{WORDS.one('wire-prompt', number)} {wish} {number}")
            expect(card).to_have_attribute("data-status", re.compile("succeeded|failed"))
            made.append(pk_of(card))
        walk.judge()
    for path in ("history/", "history/?view=list", *(f"generations/{pk}/" for pk in made[1::2])):
        walk.open(f"/{path}")
    assert walk.missed(SENT if is_long else ()) == {}
    figures("hostile replies", tried=walk.tried, pages=walk.pages, through=0)
