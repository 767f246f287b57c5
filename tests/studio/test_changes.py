"""Every change is a POST with a token: every address, as somebody who may do everything."""

from collections.abc import Callable
from typing import Final

import pytest
from django.test import Client

from tests.studio.addresses import (
    EVERY,
    METHODS,
    SAFE,
    Work,
    addresses,
    everything,
    form,
    some_work,
)
from tests.support import factories

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume"),
]

UNSAFE: Final = tuple(method for method in METHODS if method not in SAFE)
FORM: Final = "application/x-www-form-urlencoded"
TOKENS: Final = {
    "without": {},
    "made up": {"X-CSRFToken": "a" * 32},
    "from elsewhere": {"X-CSRFToken": "{token}", "Origin": "https://evil.example"},
    "from nowhere": {"X-CSRFToken": "{token}", "Origin": "null"},
}


@pytest.fixture
def work() -> Work:
    """The work of somebody who may do everything."""
    return some_work(factories.person(is_staff=True, is_superuser=True))


@pytest.fixture
def master(work: Work) -> Client:
    """Their browser; it has opened a page, so that it has a token."""
    master = Client(enforce_csrf_checks=True)
    master.force_login(work.owner)
    master.get("/account/login/")
    return master


def token(master: Client) -> str:
    return master.cookies["csrftoken"].value


def places(work: Work) -> list[str]:
    found = (address for route in EVERY for address in addresses(route, work.ids))
    return [address for address in found if "?" not in address]


def test_nothing_is_taken_without_the_token_of_a_page(
    work: Work, master: Client, figures: Callable[..., None]
) -> None:
    before, sent, tried, through = everything(), form(work, work.ids), 0, []
    for how, headers in TOKENS.items():
        told = {name: value.format(token=token(master)) for name, value in headers.items()}
        for address in places(work):
            for method in UNSAFE:
                tried += 1
                reply = master.generic(method.upper(), address, sent, FORM, headers=told)
                if reply.status_code != 403:
                    through.append((how, method, address))
    figures("changes without a token of the page", tried=tried, through=len(through))
    assert through == []
    assert everything() == before


def test_with_the_token_of_a_page_it_is_taken(work: Work, master: Client) -> None:
    address = f"/generations/{work.row.pk}/trash/"
    assert master.post(address, headers={"X-CSRFToken": token(master)}).status_code == 303
    work.row.refresh_from_db()
    assert work.row.is_deleted


@pytest.mark.parametrize("method", [method for method in UNSAFE if method != "post"])
def test_with_a_token_only_a_post_changes_anything(work: Work, master: Client, method: str) -> None:
    before, headers = everything(), {"X-CSRFToken": token(master)}
    for address in places(work):
        master.generic(method.upper(), address, form(work, work.ids), FORM, headers=headers)
    assert everything() == before


@pytest.mark.parametrize("address", ["/account/logout/", "/admin/logout/"])
@pytest.mark.parametrize("method", [method for method in METHODS if method != "post"])
def test_nothing_but_a_post_signs_anybody_out(master: Client, address: str, method: str) -> None:
    headers = {"X-CSRFToken": token(master)}
    master.generic(method.upper(), address, headers=headers)
    assert "_auth_user_id" in master.session


def test_what_answers_get_answers_head_with_the_same_head(work: Work, master: Client) -> None:
    for address in places(work):
        shown, asked = master.get(address), master.head(address)
        assert asked.status_code == shown.status_code, address
        assert asked.headers.get("Content-Type") == shown.headers.get("Content-Type")
