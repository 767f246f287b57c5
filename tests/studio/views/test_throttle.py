"""Nobody may guess a password for long, and nobody is kept out for ever."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, Final

import pytest
from django.db import connection
from django.test import Client, RequestFactory

from modelless_web.records.models import Knock
from modelless_web.records.models.knocks import WINDOW
from modelless_web.records.owner import owner_token
from modelless_web.studio.requests import client_address
from modelless_web.studio.views.account import OF_ONE_ADDRESS, OF_ONE_NAME
from tests.studio.pages import text_of
from tests.support import factories

PASSWORD: Final = "a long password"
WRONG: Final = "wrong"
DOOR: Final = "/account/login/"

pytestmark = pytest.mark.django_db


def knock(browser: Client, name: str, password: str = WRONG, **more: Any) -> Any:
    return browser.post(DOOR, {"username": name, "password": password}, **more)


def knock_often(name: str, times: int = OF_ONE_NAME) -> None:
    for _ in range(times):
        assert knock(Client(), name).status_code == 200


def later(by: timedelta) -> None:
    """Let time pass, for what has been counted."""
    for row in Knock.objects.all():
        Knock.objects.filter(pk=row.pk).update(at=row.at - by)


def test_after_too_many_attempts_the_right_password_is_refused_too() -> None:
    ada = factories.person()
    knock_often(ada.username)
    answer = knock(Client(), ada.username, PASSWORD)
    assert answer.status_code == 429
    assert "_auth_user_id" not in answer.client.session


def test_it_says_how_long_to_wait() -> None:
    knock_often("ada")
    answer = knock(Client(), "ada")
    assert "Too many attempts. Try again in 15 minutes" in text_of(answer)
    assert 0 < int(answer["Retry-After"]) <= WINDOW.total_seconds()


def test_a_name_that_nobody_has_is_refused_in_the_same_words() -> None:
    ada = factories.person()
    knock_often(ada.username)
    knock_often("nobody")
    answers = [text_of(knock(Client(), name)) for name in (ada.username, "nobody")]
    real, unknown = (re.sub(r'value="[^"]{64}"|"[\w]{64}"', "", text) for text in answers)
    assert real == unknown


@pytest.mark.parametrize("spelling", ["ADA", " ada ", "\uff41\uff44\uff41"])
def test_another_spelling_of_a_name_is_the_same_name(spelling: str) -> None:
    knock_often("ada")
    assert knock(Client(), spelling).status_code == 429


def test_an_address_is_refused_whatever_names_it_tries() -> None:
    for number in range(OF_ONE_ADDRESS):
        knock(Client(), f"name{number}")
    assert knock(Client(), "one more").status_code == 429
    assert knock(Client(), "one more", REMOTE_ADDR="192.0.2.9").status_code == 200


def test_going_on_keeps_no_door_shut() -> None:
    ada = factories.person()
    knock_often(ada.username)
    later(WINDOW - timedelta(seconds=30))
    assert knock(Client(), ada.username).status_code == 429
    later(timedelta(minutes=1))
    assert knock(Client(), ada.username, PASSWORD).status_code == 302


def test_whoever_signs_in_begins_anew() -> None:
    ada = factories.person()
    for _ in range(3):
        knock_often(ada.username, OF_ONE_NAME - 1)
        assert knock(Client(), ada.username, PASSWORD).status_code == 302


def test_a_known_browser_gets_in_while_others_try_its_name() -> None:
    ada, browser = factories.person(), Client()
    knock(browser, ada.username, PASSWORD)
    browser.post("/account/logout/")
    knock_often(ada.username)
    assert knock(browser, ada.username, PASSWORD).status_code == 302


def test_a_known_browser_guesses_no_longer_than_others() -> None:
    ada, browser = factories.person(), Client()
    knock(browser, ada.username, PASSWORD)
    answers = [knock(browser, ada.username).status_code for _ in range(OF_ONE_NAME + 1)]
    assert answers == [200] * OF_ONE_NAME + [429]


def test_a_forged_mark_makes_no_browser_known() -> None:
    browser = Client()
    browser.cookies["known"] = "ada:forged:mark"
    knock_often("ada")
    assert knock(browser, "ada").status_code == 429


def test_staff_are_counted_at_the_same_door() -> None:
    ada = factories.person(is_staff=True)
    knock_often(ada.username)
    answer = Client().post(
        "/admin/login/", {"username": ada.username, "password": PASSWORD}, follow=True
    )
    assert "_auth_user_id" not in answer.client.session


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_owners_link_is_no_better_door(method: str) -> None:
    for number in range(OF_ONE_ADDRESS):
        assert getattr(Client(), method)(f"/account/owner/{number}/").status_code == 404
    right = f"/account/owner/{owner_token()}/"
    answer = getattr(Client(), method)(right)
    assert answer.status_code == 429
    assert "Too many attempts. Try again in 15 minutes" in text_of(answer)
    assert 0 < int(answer["Retry-After"]) <= WINDOW.total_seconds()
    assert Client().get(right, REMOTE_ADDR="192.0.2.9").status_code == 200


def test_whoever_tried_at_one_door_is_known_at_the_other() -> None:
    for number in range(OF_ONE_ADDRESS):
        knock(Client(), f"name{number}")
    assert Client().get(f"/account/owner/{owner_token()}/").status_code == 429


def test_a_dead_owners_link_counts_like_a_live_one() -> None:
    factories.person(is_staff=True)
    answers = [Client().get("/account/owner/0/").status_code for _ in range(OF_ONE_ADDRESS + 1)]
    assert answers == [404] * OF_ONE_ADDRESS + [429]


def test_what_is_counted_holds_no_name_and_no_address() -> None:
    knock(Client(), "ada")
    assert "ada" not in str(list(Knock.objects.values()))
    assert "127.0.0.1" not in str(list(Knock.objects.values()))


def test_what_is_old_is_swept() -> None:
    knock_often("ada", 3)
    later(WINDOW + timedelta(seconds=1))
    knock(Client(), "eve")
    assert Knock.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_many_at_once_get_no_more_attempts() -> None:
    def admitted(_: int) -> bool:
        try:
            return Knock.objects.admit({"name ada": OF_ONE_NAME}) is None
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as crowd:
        assert sum(crowd.map(admitted, range(40))) <= OF_ONE_NAME


@pytest.mark.parametrize(
    ("peer", "hops", "counted"),
    [
        ("10.0.0.1", "203.0.113.7, 198.51.100.4", "10.0.0.1"),
        ("2001:db8:1:2:3::4", "", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "", "192.0.2.1"),
        ("", "", "unknown"),
    ],
)
def test_alone_an_address_is_the_peers(peer: str, hops: str, counted: str) -> None:
    request = RequestFactory().get("/", REMOTE_ADDR=peer, headers={"X-Forwarded-For": hops})
    assert client_address(request) == counted


@pytest.mark.usefixtures("deployed")
@pytest.mark.parametrize(
    ("hops", "counted"),
    [
        ("203.0.113.7, 198.51.100.4", "198.51.100.4"),
        ("198.51.100.4", "198.51.100.4"),
        ("198.51.100.4, nonsense", "unknown"),
    ],
)
def test_behind_the_proxy_an_address_is_what_the_proxy_wrote(hops: str, counted: str) -> None:
    request = RequestFactory().get("/", headers={"X-Forwarded-For": hops})
    assert client_address(request) == counted
