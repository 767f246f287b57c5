"""A studio for accounts: signing in and out, and the owner's link."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.screen import Screen
from tests.support.console import Console
from tests.support.studio import Studio, wait_for

LINK = re.compile(r"owner's account: (http\S+)")
PASSWORD = "seven quiet herons"


@pytest.fixture(scope="session")
def closed(start_studio: Callable[..., Studio]) -> Studio:
    """A studio that lets nobody in without an account."""
    return start_studio(MODELLESS_ACCESS="accounts", PRACTICE_PACE="0.1")


@pytest.fixture(scope="session")
def owner(closed: Studio, browser: Browser) -> str:
    """Take the owner's link once; returns the name of the account it made."""
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(link(closed))
        fill_in(page, "olive")
        page.get_by_role("button", name="Make my account").click()
        expect(page).to_have_url(re.compile("/admin/$"))
    return "olive"


@pytest.fixture(scope="session")
def max_(closed: Studio, owner: str, browser: Browser) -> str:
    """The name of somebody for whom the owner has made an account."""
    with browser.new_context() as context:
        page = context.new_page()
        sign_in(page, closed, owner)
        page.goto(f"{closed.url}/admin/records/user/add/")
        fill_in(page, "max")
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_text("was added successfully")).to_be_visible()
    return "max"


@pytest.fixture
def member(closed: Studio, max_: str, browser: Browser) -> Iterator[Screen]:
    """That somebody, signed in, in a browser of their own."""
    with browser.new_context() as context:
        page = context.new_page()
        sign_in(page, closed, max_)
        yield Screen(page, closed)


def link(studio: Studio) -> str:
    found = wait_for(lambda: LINK.search(studio.log))
    assert found
    return found[1]


def fill_in(page: Page, name: str) -> None:
    page.locator("[name=username]").fill(name)
    page.locator("[name=password1]").fill(PASSWORD)
    page.locator("[name=password2]").fill(PASSWORD)


def sign_in(page: Page, studio: Studio, name: str, password: str = PASSWORD) -> None:
    page.goto(studio.url)
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_strangers_are_asked_to_sign_in(closed: Studio, page: Page) -> None:
    for path in ("/", "/history/", "/models/"):
        page.goto(closed.url + path)
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_the_owner_signs_in_and_out(closed: Studio, owner: str, page: Page) -> None:
    sign_in(page, closed, owner)
    expect(page.get_by_role("link", name="Admin")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_wrong_password_is_told(closed: Studio, owner: str, page: Page) -> None:
    sign_in(page, closed, owner, "eight loud herons")
    expect(page.get_by_role("alert")).to_contain_text("enter a correct username and password")
    expect(page.get_by_label("Username")).to_have_value(owner)


def test_who_signs_in_arrives_where_they_wanted_to_go(
    closed: Studio, owner: str, page: Page
) -> None:
    page.goto(f"{closed.url}/history/?status=failed")
    page.get_by_label("Username").fill(owner)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{closed.url}/history/?status=failed")


def test_the_owners_link_works_once(
    closed: Studio, owner: str, page: Page, console: Console
) -> None:
    console.pardon("404")
    reply = page.goto(link(closed))
    assert reply is not None
    assert reply.status == 404


def test_nobody_sees_anothers_work(
    closed: Studio, owner: str, member: Screen, page: Page, console: Console
) -> None:
    console.pardon("404")
    member.open()
    card = member.make("Between me and my gateway")
    pk = card.get_attribute("data-generation")
    sign_in(page, closed, owner)
    page.goto(f"{closed.url}/history/")
    expect(page.get_by_text("Between me and my gateway")).to_have_count(0)
    for path in ("", "card/", "raw/received"):
        reply = page.goto(f"{closed.url}/generations/{pk}/{path}")
        assert reply is not None
        assert reply.status == 404


def test_members_have_no_way_into_the_admin(member: Screen) -> None:
    member.open()
    expect(member.page.get_by_role("link", name="Admin")).to_have_count(0)
    member.open("/admin/")
    expect(member.page.get_by_text("who may not open this page")).to_be_visible()


def test_a_session_that_ended_leads_to_signing_in(closed: Studio, owner: str, page: Page) -> None:
    sign_in(page, closed, owner)
    screen = Screen(page, closed)
    screen.choose("practice-writer")
    page.context.clear_cookies(name="sessionid")
    screen.prompt.fill("Written just before the session ended")
    screen.go.click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


BROKEN_OR_COVERED = """() => {
  const isWord = (element) => element.checkVisibility() && !element.children.length;
  const all = document.querySelectorAll(".places a, #running-count, .bar-end *");
  const words = [...all].filter(isWord);
  const lines = (element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    return new Set([...range.getClientRects()].map((rect) => rect.top)).size;
  };
  const ends = (list) => Math.max(...list.map((element) => element.getBoundingClientRect().right));
  const places = ends([...document.querySelectorAll(".places a")]);
  const end = document.querySelector(".bar-end").getBoundingClientRect().left;
  return [words.filter((element) => lines(element) > 1).length, places > end];
}"""


@pytest.mark.parametrize("width", [390, 480, 700, 720, 899, 900, 1200])
def test_the_owners_bar_fits_at_every_width(
    closed: Studio, owner: str, page: Page, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 700})
    sign_in(page, closed, owner)
    for place in ("/models/", "/"):
        page.goto(f"{closed.url}{place}")
        assert page.evaluate(BROKEN_OR_COVERED) == [0, False], place
