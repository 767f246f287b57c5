"""What a request tells of itself, and what every page says to a browser."""

from typing import Final

import pytest
from django.core.checks import run_checks
from django.test import Client

from modelless_web.records.models import User
from tests.studio.addresses import EVERY, addresses, some_work
from tests.studio.conftest import signed_in
from tests.studio.pages import HTMX
from tests.support import factories

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume"),
]

PAGES: Final = (
    "/",
    "/history/",
    "/generations/{generation}/",
    "/generations/{generation}/card/",
    "/generations/{generation}/raw/sent",
    "/generations/{generation}/raw/received",
)


@pytest.mark.parametrize("page", PAGES)
def test_its_owner_sees_it(person: User, mine: Client, page: str) -> None:
    work = some_work(person)
    assert "generation" in work.found_in(b"".join(mine.get(page.format(**work.ids))))


def test_its_owner_sees_their_draft(person: User, mine: Client) -> None:
    work = some_work(person)
    for page in ("/?draft={draft}", "/drafts/"):
        assert "draft" in work.found_in(mine.get(page.format(**work.ids)).content)


def test_a_post_without_a_token_makes_no_guest() -> None:
    assert Client(enforce_csrf_checks=True).post("/generations/").status_code == 403
    assert User.objects.count() == 0


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "fragment"])
def test_every_page_forbids_foreign_content(headers: dict[str, str]) -> None:
    work = some_work(factories.person(is_staff=True, is_superuser=True))
    browser = signed_in(work.owner)
    for address in (place for route in EVERY for place in addresses(route, work.ids)):
        policy = browser.get(address, headers=headers)["Content-Security-Policy"]
        assert "default-src 'none'" in policy, address
        assert "unsafe" not in policy, address


def test_the_addresses_have_no_faults() -> None:
    assert run_checks(tags=["urls"]) == []
