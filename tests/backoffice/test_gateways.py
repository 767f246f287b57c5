"""Gateways in the admin: keys go in and never come out."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from modelless_web.records.models import Gateway, User

from .conftest import KEY, Make

LIST = reverse("admin:records_gateway_changelist")
ADD = reverse("admin:records_gateway_add")
OTHER_KEY = "sk-another-key-of-good-length-wxyz"


def page_of(row: Gateway) -> str:
    return reverse("admin:records_gateway_change", args=[row.pk])


def save(admin: Client, row: Gateway, **fields: str) -> Any:
    data = {"name": row.name, "base_url": row.base_url, "enabled": "on", **fields}
    return admin.post(page_of(row), data, follow=True)


def errors(answer: Any) -> dict[str, list[str]]:
    return dict(answer.context["adminform"].form.errors)


def fresh(row: Gateway) -> Gateway:
    return Gateway.objects.get(pk=row.pk)


def test_a_gateway_is_made_with_its_address_mended(admin: Client) -> None:
    data = {"name": "New", "base_url": "api.example.com/v1/chat/completions", "new_key": KEY}
    admin.post(ADD, data)
    row = Gateway.objects.get(name="New")
    assert row.base_url == "https://api.example.com/v1"
    assert row.key == KEY


@pytest.mark.parametrize("address", ["ftp://x.example", "https://me:key@x.example", "https://"])
def test_an_address_that_is_none_is_refused_at_its_field(admin: Client, address: str) -> None:
    answer = admin.post(ADD, {"name": "New", "base_url": address})
    assert "base_url" in errors(answer)


def test_an_empty_key_keeps_the_one_there_is(admin: Client, gateway: Gateway) -> None:
    save(admin, gateway, name="Renamed")
    assert (fresh(gateway).name, fresh(gateway).key) == ("Renamed", KEY)


def test_a_new_key_takes_the_place_of_the_old(admin: Client, gateway: Gateway) -> None:
    save(admin, gateway, new_key=OTHER_KEY)
    assert (fresh(gateway).key, fresh(gateway).key_tail) == (OTHER_KEY, "wxyz")


def test_a_key_can_be_forgotten(admin: Client, gateway: Gateway) -> None:
    save(admin, gateway, forget_key="on")
    assert (fresh(gateway).key, fresh(gateway).key_tail) == ("", "")


def test_a_new_key_and_forgetting_contradict(admin: Client, gateway: Gateway) -> None:
    assert "forget_key" in errors(save(admin, gateway, forget_key="on", new_key=OTHER_KEY))
    assert fresh(gateway).key == KEY


def test_a_key_with_odd_characters_is_refused(admin: Client, gateway: Gateway) -> None:
    assert "new_key" in errors(save(admin, gateway, new_key="two words of a key"))


def test_a_key_does_not_follow_the_address_to_another_host(admin: Client, gateway: Gateway) -> None:
    answer = save(admin, gateway, base_url="https://elsewhere.example/v1")
    assert "new_key" in errors(answer)
    assert fresh(gateway).base_url == "https://api.modelless.co/v1"


def test_another_host_is_fine_with_its_own_key(admin: Client, gateway: Gateway) -> None:
    save(admin, gateway, base_url="https://elsewhere.example/v1", new_key=OTHER_KEY)
    assert fresh(gateway).base_url == "https://elsewhere.example/v1"


def test_another_path_on_the_same_host_needs_no_key(admin: Client, gateway: Gateway) -> None:
    save(admin, gateway, base_url="https://api.modelless.co/v2")
    assert (fresh(gateway).base_url, fresh(gateway).key) == ("https://api.modelless.co/v2", KEY)


def test_no_page_ever_contains_a_key(admin: Client, gateway: Gateway, make: Make) -> None:
    make()
    answers = [
        save(admin, gateway, new_key=OTHER_KEY),
        save(admin, gateway, new_key=OTHER_KEY, name=""),
        save(admin, gateway, new_key=OTHER_KEY, forget_key="on"),
    ]
    model = gateway.models.get()
    pages = [
        page_of(gateway),
        LIST,
        ADD + f"?new_key={OTHER_KEY[:6]}",
        reverse("admin:records_gateway_history", args=[gateway.pk]),
        reverse("admin:records_model_change", args=[model.pk]),
        reverse("admin:index"),
    ]
    answers += [admin.get(page) for page in pages]
    token = Gateway.objects.filter(pk=gateway.pk).extra(select={"raw": "key"}).values_list("raw")
    for answer in answers:
        assert answer.status_code == 200
        for secret in (KEY, OTHER_KEY, str(token[0][0])):
            assert secret.encode() not in answer.content


def test_the_page_tells_how_the_key_ends(admin: Client, gateway: Gateway) -> None:
    assert "ends in …tail" in admin.get(page_of(gateway)).content.decode()


def test_a_key_that_nothing_opens_can_be_replaced(
    admin: Client, gateway: Gateway, tmp_path: Path
) -> None:
    from cryptography.fernet import Fernet
    from django.test import override_settings

    other = tmp_path / "other.key"
    other.write_bytes(Fernet.generate_key())
    with override_settings(FIELD_KEY_FILE=other):
        assert admin.get(page_of(gateway)).status_code == 200
        save(admin, gateway, new_key=OTHER_KEY)
        assert fresh(gateway).key == OTHER_KEY


@pytest.mark.parametrize("mark", ["is_practice", "from_environment"])
def test_what_each_start_rewrites_is_not_edited(admin: Client, gateway: Gateway, mark: str) -> None:
    Gateway.objects.filter(pk=gateway.pk).update(**{mark: True})
    save(admin, gateway, name="X", base_url="https://x.example/v1", new_key=OTHER_KEY)
    row = fresh(gateway)
    assert (row.name, row.base_url, row.key) == ("Modelless", "https://api.modelless.co/v1", KEY)
    delete = reverse("admin:records_gateway_delete", args=[gateway.pk])
    assert admin.post(delete, {"post": "yes"}).status_code == 403


def test_a_gateway_with_a_history_is_kept_and_says_why(
    admin: Client, gateway: Gateway, make: Make
) -> None:
    make()
    delete = reverse("admin:records_gateway_delete", args=[gateway.pk])
    answer = admin.post(delete, {"post": "yes"}, follow=True)
    assert "has a history of generations, which is kept." in answer.content.decode()
    assert Gateway.objects.exists()


def test_a_gateway_without_a_history_can_go(admin: Client, gateway: Gateway) -> None:
    admin.post(reverse("admin:records_gateway_delete", args=[gateway.pk]), {"post": "yes"})
    assert not Gateway.objects.exists()


def test_who_may_only_look_gets_no_key_field(client: Client, staff: User, gateway: Gateway) -> None:
    staff.user_permissions.add(Permission.objects.get(codename="view_gateway"))
    client.force_login(staff)
    page = client.get(page_of(gateway)).content.decode()
    assert "new_key" not in page
    assert client.post(page_of(gateway), {"name": "X"}).status_code == 403


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("location", ["list", "page"])
def test_asking_for_models_says_when_nobody_can_ask(
    admin: Client, gateway: Gateway, location: str
) -> None:
    if location == "list":
        url, data = LIST, {"action": "ask_for_models", "index": "0"}
    else:
        url, data = page_of(gateway), {"CHANGE_FORM-action": "ask_for_models", "action": "x"}
    answer = admin.post(url, {**data, "_selected_action": str(gateway.pk)}, follow=True)
    assert "The engine does not run in this process" in answer.content.decode()
