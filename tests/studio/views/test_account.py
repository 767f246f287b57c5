"""Signing in and out, guests, and the link that makes the owner's account."""

from urllib.parse import unquote

import pytest
from django.test import Client

from modelless_web.records.models import User
from modelless_web.records.owner import owner_token
from tests.studio.conftest import signed_in
from tests.studio.factories import a_generation
from tests.studio.pages import HTMX, text_of
from tests.support import factories

pytestmark = pytest.mark.django_db

CHOICE = {
    "username": "ada",
    "password1": "seven quiet lighthouses",
    "password2": "seven quiet lighthouses",
}
PASSWORD = "a long password"


def link(token: str = "") -> str:
    return f"/account/owner/{token or owner_token()}/"


def test_the_owners_link_makes_an_account_and_signs_in(client: Client) -> None:
    answer = client.post(link(), CHOICE)
    owner = User.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, "/admin/")
    assert (owner.is_staff, owner.is_superuser, owner.is_guest) == (True, True, False)
    assert client.get("/admin/").status_code == 200


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_owners_link_works_once(client: Client, method: str) -> None:
    client.post(link(), CHOICE)
    again = CHOICE | {"username": "eve"}
    assert getattr(Client(), method)(link(), again).status_code == 404
    assert User.objects.count() == 1


def test_looking_at_the_owners_link_uses_nothing_up(client: Client) -> None:
    assert client.get(link()).status_code == client.get(link()).status_code == 200
    assert User.objects.count() == 0


@pytest.mark.parametrize("token", ["wrong", "ä", "0" * 64])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_wrong_token_is_not_found(client: Client, token: str, method: str) -> None:
    assert getattr(client, method)(link(token), CHOICE).status_code == 404
    assert User.objects.count() == 0


@pytest.mark.parametrize(
    "choice",
    [
        {"username": ""},
        {"password2": "another"},
        {"password1": "1234", "password2": "1234"},
        {"password1": "password", "password2": "password"},
    ],
)
def test_a_poor_choice_makes_no_account(client: Client, choice: dict[str, str]) -> None:
    answer = client.post(link(), CHOICE | choice)
    assert "field-error" in text_of(answer)
    assert User.objects.count() == 0


def test_the_owners_page_is_kept_by_no_cache(client: Client) -> None:
    assert "no-store" in client.get(link())["Cache-Control"]


def test_a_stranger_becomes_a_guest(client: Client) -> None:
    client.get("/")
    assert User.objects.get().is_guest


def test_a_guest_stays_the_same_from_page_to_page(client: Client) -> None:
    for address in ("/", "/history/", "/models/"):
        client.get(address)
    assert User.objects.count() == 1


def test_each_browser_is_a_guest_of_its_own() -> None:
    for browser in (Client(), Client()):
        browser.get("/")
    assert User.objects.filter(is_guest=True).count() == 2


def test_a_guest_cannot_sign_in(client: Client) -> None:
    client.get("/")
    guest = User.objects.get()
    assert not guest.has_usable_password()
    answer = Client().post("/account/login/", {"username": guest.username, "password": ""})
    assert answer.status_code == 200


@pytest.mark.parametrize("address", ["/health", "/admin/login/", "/account/login/", "/nowhere"])
def test_what_is_open_to_all_makes_no_guest(client: Client, address: str) -> None:
    client.get(address)
    assert User.objects.count() == 0


@pytest.mark.usefixtures("accounts_only")
def test_where_accounts_are_needed_a_stranger_is_sent_to_sign_in(client: Client) -> None:
    answer = client.get("/history/?view=list")
    assert answer.status_code == 302
    assert answer["Location"] == "/account/login/?next=/history/%3Fview%3Dlist"
    assert User.objects.count() == 0


@pytest.mark.usefixtures("accounts_only")
def test_a_fragment_never_gets_the_sign_in_page(client: Client) -> None:
    answer = client.get("/history/", headers=HTMX)
    assert answer["HX-Redirect"] == "/account/login/?next=/history/"
    assert answer.content == b""


@pytest.mark.usefixtures("accounts_only")
def test_signing_in_leads_to_where_one_wanted_to_go(client: Client) -> None:
    ada = factories.person()
    said = {"username": ada.username, "password": PASSWORD, "next": "/history/"}
    assert client.post("/account/login/", said)["Location"] == "/history/"
    assert client.get("/history/").status_code == 200


def test_signing_in_leads_to_no_foreign_site(client: Client) -> None:
    ada = factories.person()
    said = {"username": ada.username, "password": PASSWORD, "next": "https://evil.example/"}
    assert client.post("/account/login/", said)["Location"] == "/"


def test_a_wrong_password_is_said_in_words(client: Client) -> None:
    ada = factories.person()
    answer = client.post("/account/login/", {"username": ada.username, "password": "wrong"})
    assert "Please enter a correct username and password" in text_of(answer)


def test_an_account_can_sign_out() -> None:
    browser = signed_in(factories.person())
    assert browser.post("/account/logout/")["Location"] == "/"
    assert "_auth_user_id" not in browser.session


def test_a_link_signs_nobody_out() -> None:
    browser = signed_in(factories.person())
    assert browser.get("/account/logout/").status_code == 405
    assert "_auth_user_id" in browser.session


@pytest.mark.parametrize(("is_guest", "is_offered"), [(True, False), (False, True)])
def test_only_who_can_come_back_may_sign_out(is_guest: bool, is_offered: bool) -> None:
    person = factories.guest() if is_guest else factories.person()
    assert ("Sign out" in text_of(signed_in(person).get("/"))) is is_offered


def test_someone_who_was_switched_off_is_a_stranger(person: User, mine: Client) -> None:
    a_generation(person, prompt="a secret fox")
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert "a secret fox" not in text_of(mine.get("/history/"))


def test_what_a_guest_made_goes_along_when_they_sign_in(client: Client) -> None:
    client.get("/")
    row = a_generation(User.objects.get())
    ada = factories.person()
    client.post("/account/login/", {"username": ada.username, "password": PASSWORD})
    row.refresh_from_db()
    assert row.owner == ada


def test_what_a_guest_made_goes_along_when_they_become_the_owner(client: Client) -> None:
    client.get("/")
    row = a_generation(User.objects.get())
    client.post(link(), CHOICE)
    row.refresh_from_db()
    assert row.owner.username == "ada"


def test_an_accounts_work_goes_nowhere_when_another_signs_in() -> None:
    ada, eve = factories.person(), factories.person()
    row = a_generation(ada)
    signed_in(ada).post("/account/login/", {"username": eve.username, "password": PASSWORD})
    row.refresh_from_db()
    assert row.owner == ada


@pytest.mark.usefixtures("accounts_only")
def test_staff_who_want_to_admin_sign_in_once(client: Client) -> None:
    ada = factories.person(is_staff=True)
    asked = client.get("/admin/", follow=True)
    address = asked.redirect_chain[-1][0]
    said = {"username": ada.username, "password": PASSWORD, "next": "/admin/"}
    assert unquote(address) == "/account/login/?next=/admin/"
    assert client.post(address, said)["Location"] == "/admin/"
