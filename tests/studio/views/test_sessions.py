"""A session is its person's for as long as they are who they were, and not a moment longer."""

from typing import Any, Final

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.sessions.models import Session
from django.test import Client

from tests.support import factories

pytestmark = pytest.mark.django_db

PASSWORD: Final = "a long password"
DOOR: Final = "/account/login/"


def session_of(browser: Client) -> str:
    return browser.cookies["sessionid"].value


def sign_in(browser: Client, name: str, password: str = PASSWORD) -> Any:
    return browser.post(DOOR, {"username": name, "password": password})


@pytest.fixture
def guest(client: Client) -> Client:
    """A browser that is known as a guest already."""
    client.get("/")
    return client


def test_a_guests_session_does_not_survive_signing_in(guest: Client) -> None:
    before = session_of(guest)
    sign_in(guest, factories.person().username)
    assert session_of(guest) != before
    assert not Session.objects.filter(session_key=before).exists()


def test_signing_out_ends_the_session(client: Client) -> None:
    sign_in(client, factories.person().username)
    before = session_of(client)
    client.post("/account/logout/")
    assert not Session.objects.filter(session_key=before).exists()


def test_a_new_password_ends_every_other_session(client: Client) -> None:
    ada = factories.person()
    sign_in(client, ada.username)
    assert client.get("/").wsgi_request.user == ada
    ada.set_password("another long password")
    ada.save()
    assert client.get("/").wsgi_request.user != ada


@pytest.mark.parametrize("who", ["nobody", "somebody", "somebody inactive"])
def test_every_refusal_takes_the_same_work(
    client: Client, who: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = factories.person()
    ada.is_active = who == "somebody"
    ada.save()
    hashed: list[str] = []
    encode = MD5PasswordHasher.encode

    def count(self: Any, password: str, salt: str) -> str:
        hashed.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", count)
    answer = sign_in(client, "nobody" if who == "nobody" else ada.username, "wrong")
    assert (answer.status_code, len(hashed)) == (200, 1)
