"""People in the admin: accounts first, guests on request."""

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from modelless_web.records.models import User

from .conftest import Make

LIST = reverse("admin:records_user_changelist")
ADD = reverse("admin:records_user_add")


def page_of(person: User) -> str:
    return reverse("admin:records_user_change", args=[person.pk])


def listed(admin: Client, **query: str) -> set[str]:
    return {row.username for row in admin.get(LIST, query).context["cl"].result_list}


def test_the_list_begins_with_accounts(admin: Client, owner: User) -> None:
    guest = User.objects.create_guest()
    assert listed(admin) == {"operator", "painter"}
    assert listed(admin, people="guests") == {guest.username}
    assert listed(admin, people="all") == {"operator", "painter", guest.username}


def test_the_list_asks_as_often_for_many_as_for_few(admin: Client) -> None:
    counts = []
    for people in (3, 40):
        for _ in range(people):
            User.objects.create_guest()
        with CaptureQueriesContext(connection) as context:
            admin.get(LIST, {"people": "all"})
        counts.append(len(context))
    assert counts[0] == counts[1]


def test_an_account_made_here_can_sign_in(admin: Client, client: Client) -> None:
    words = "correct horse battery"
    data = {"username": "new", "usable_password": "true", "password1": words, "password2": words}
    admin.post(ADD, data)
    assert client.login(username="new", password=words)
    assert not User.objects.get(username="new").is_guest


def test_the_opaque_id_is_shown_and_not_edited(admin: Client, owner: User) -> None:
    page = admin.get(page_of(owner)).content.decode()
    assert str(owner.opaque_id) in page
    assert 'name="opaque_id"' not in page


def test_the_page_leads_to_the_persons_generations(
    admin: Client, owner: User, make: Make, operator: User
) -> None:
    make(owner=operator)
    mine = make()
    assert f"?owner={owner.username}" in admin.get(page_of(owner)).content.decode()
    url = reverse("admin:records_generation_changelist")
    rows = admin.get(url, {"owner": owner.username}).context["cl"].result_list
    assert [row.pk for row in rows] == [mine.pk]


def test_somebody_with_a_history_is_kept(admin: Client, owner: User, make: Make) -> None:
    make()
    delete = reverse("admin:records_user_delete", args=[owner.pk])
    answer = admin.post(delete, {"post": "yes"}, follow=True)
    assert "has a history of generations, which is kept." in answer.content.decode()
    assert User.objects.filter(pk=owner.pk).exists()


@pytest.fixture
def helper(staff: User) -> User:
    """Staff who may manage accounts, and are no superuser."""
    rights = ["view_user", "change_user", "delete_user", "add_user"]
    staff.user_permissions.set(Permission.objects.filter(codename__in=rights))
    return staff


def test_who_is_no_superuser_gives_no_powers(client: Client, helper: User) -> None:
    client.force_login(helper)
    client.post(page_of(helper), {"username": "staff", "is_active": "on", "is_superuser": "on"})
    helper.refresh_from_db()
    assert not helper.is_superuser


def test_who_is_no_superuser_does_not_touch_one(
    client: Client, helper: User, operator: User
) -> None:
    client.force_login(helper)
    password = reverse("admin:auth_user_password_change", args=[operator.pk])
    delete = reverse("admin:records_user_delete", args=[operator.pk])
    for url in (page_of(operator), password, delete):
        assert client.post(url, {"post": "yes"}).status_code == 403
