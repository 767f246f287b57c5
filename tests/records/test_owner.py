"""The owner: one, however many ask for it in the same moment."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Final

import pytest
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.test import Client

from modelless_web.records.models import User
from modelless_web.records.owner import has_owner, make_owner, owner_token
from tests.support import factories

CROWD: Final = 6
PASSWORD: Final = "seven quiet lighthouses"

pytestmark = pytest.mark.django_db


def somebody(name: str) -> User:
    return User(username=name, password=make_password(PASSWORD))


def test_the_first_becomes_the_owner() -> None:
    ada = somebody("ada")
    assert make_owner(ada)
    assert (ada.is_staff, ada.is_superuser) == (True, True)
    assert User.objects.get() == ada


@pytest.mark.parametrize("is_superuser", [True, False])
def test_where_somebody_is_staff_nobody_becomes_the_owner(is_superuser: bool) -> None:
    factories.person(is_staff=True, is_superuser=is_superuser)
    assert not make_owner(somebody("eve"))
    assert not User.objects.filter(username="eve").exists()


def test_where_all_staff_was_switched_off_there_can_be_another_owner() -> None:
    factories.person(is_staff=True, is_active=False)
    assert not has_owner()
    assert make_owner(somebody("ada"))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_", range(5))
def test_of_many_at_once_one_becomes_the_owner(_: int) -> None:
    together = Barrier(CROWD)

    def ask(number: int) -> bool:
        person = somebody(f"person{number}")
        connection.ensure_connection()
        together.wait()
        try:
            return make_owner(person)
        finally:
            connection.close()

    with ThreadPoolExecutor(CROWD) as crowd:
        assert sum(crowd.map(ask, range(CROWD))) == 1
    assert User.objects.filter(is_superuser=True).count() == User.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_forms_sent_at_once_one_is_taken() -> None:
    together = Barrier(CROWD)

    def send(number: int) -> int:
        browser = Client()
        together.wait()
        fields = {"username": f"person{number}", "password1": PASSWORD, "password2": PASSWORD}
        try:
            return browser.post(f"/account/owner/{owner_token()}/", fields).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(CROWD) as crowd:
        assert sorted(crowd.map(send, range(CROWD))) == [302] + [404] * (CROWD - 1)
    assert User.objects.filter(is_staff=True).count() == 1
