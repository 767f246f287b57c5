"""The admin's ledger at the screen: what comes by itself, and what works without a script."""

import re
from collections.abc import Callable, Iterator
from typing import Final

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_looks import complaints
from tests.support.commands import manage
from tests.support.studio import Studio

LIST: Final = "/admin/records/generation/"
SEED: Final = """
from datetime import timedelta
from django.utils import timezone
from modelless_web.records.models import *
from modelless_web.records.usage import rollup
User.objects.create_superuser("boss", password="seven quiet herons")
painter = User.objects.create_user("rembrandt")
gateway = Gateway.objects.earliest("pk")
for number in range(5):
    moment = timezone.now() - timedelta(days=number)
    row = Generation.objects.create(
        owner=painter, gateway=gateway, model="brush", submission=str(number), prompt="a lantern",
        queued_at=moment, day=moment.date(), saved_at=moment, duration_ms=number * 1000,
        status="failed" if number == 4 else "succeeded", charge="charged", currency="USD", cost=1,
    )
    rollup.count([row.pk])
"""


@pytest.fixture(scope="session")
def staffed(start_studio: Callable[..., Studio]) -> Studio:
    """A studio with an operator and five generations of five days."""
    studio = start_studio(PRACTICE_PACE="0.1")
    seeded = manage(studio.data_dir, "shell", "-c", SEED)
    assert seeded.returncode == 0, seeded.stderr
    return studio


@pytest.fixture
def office(page: Page, staffed: Studio) -> Page:
    """The operator in front of the ledger."""
    return enter(page, staffed)


@pytest.fixture
def plain_office(browser: Browser, staffed: Studio) -> Iterator[Page]:
    """The same with scripts switched off."""
    with browser.new_context(java_script_enabled=False) as context:
        yield enter(context.new_page(), staffed)


def enter(page: Page, studio: Studio) -> Page:
    page.goto(f"{studio.url}/account/login/?next={LIST}")
    page.get_by_label("Username").fill("boss")
    page.get_by_label("Password").fill("seven quiet herons")
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile(LIST))
    return page


def test_totals_and_bars_come_by_themselves(office: Page) -> None:
    totals = office.locator("#totals")
    expect(totals).to_contain_text("20.0 %")
    expect(totals).to_contain_text("$5.00")
    expect(totals.locator("svg a")).to_have_count(5)


def test_a_bar_narrows_the_list_to_its_days(office: Page) -> None:
    office.locator("#totals svg a").first.click()
    expect(office).to_have_url(re.compile("day__gte="))
    expect(office.locator("#result_list tbody tr")).to_have_count(1)
    expect(office.locator("#totals")).to_contain_text("100.0 %")


def test_people_are_suggested_as_a_name_is_typed(office: Page) -> None:
    office.locator("[data-suggest]").press_sequentially("remb")
    expect(office.locator("#by-person-names option")).to_have_count(1)
    office.locator("[data-suggest]").fill("rembrandt")
    office.get_by_role("button", name="Show").click()
    expect(office).to_have_url(re.compile("owner=rembrandt"))
    expect(office.locator("#result_list tbody tr")).to_have_count(5)


def test_without_scripts_a_link_leads_to_the_totals(plain_office: Page) -> None:
    plain_office.get_by_role("link", name="Show totals").click()
    expect(plain_office.locator("#totals")).to_contain_text("$5.00")
    plain_office.get_by_text("As a table").click()
    plain_office.locator("#totals table a").first.click()
    expect(plain_office.locator("#result_list tbody tr")).to_have_count(1)


def test_without_scripts_a_name_is_typed_whole(plain_office: Page) -> None:
    plain_office.locator("[data-suggest]").fill("rembrandt")
    plain_office.get_by_role("button", name="Show").click()
    expect(plain_office.locator("#result_list tbody tr")).to_have_count(5)


@pytest.mark.parametrize("path", ["engine", "storage", "records/gateway/reconcile"])
def test_axe_finds_nothing_on_our_own_pages(office: Page, path: str) -> None:
    office.goto(re.sub("/admin/.*", f"/admin/{path}/", office.url))
    assert complaints(office) == []


def test_axe_finds_nothing_in_the_totals(office: Page) -> None:
    office.goto(f"{office.url}totals/")
    assert complaints(office) == []
