"""Every page of the admin renders, keeps to the policy, and is closed to strangers."""

import re

import pytest
from django.contrib import admin as django_admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from modelless_web.records.models import Gateway, Model, Share, User
from tests.records.money.book import budget
from tests.support import factories

from .conftest import Make

READ_ONLY = {"generation", "picture", "reference", "share"}
NAMES = ["budget", "gateway", "generation", "model", "picture", "reference", "share", "user"]


@pytest.fixture(autouse=True)
def _a_budget_a_reference_and_a_link(owner: User) -> None:
    budget("5", "everyone")
    factories.reference(owner)
    Share.objects.create(generation=factories.generation(owner, prompt="A tower"))


def pages(name: str) -> list[str]:
    """The pages of the newest row of a model."""
    model = next(model for model in django_admin.site._registry if model._meta.model_name == name)
    row = model._default_manager.order_by("-pk").first()
    assert row is not None
    views = ["change", "history"] + ([] if name in READ_ONLY else ["delete"])
    urls = [reverse(f"admin:records_{name}_changelist")]
    urls += [reverse(f"admin:records_{name}_{view}", args=[row.pk]) for view in views]
    return urls + ([] if name in READ_ONLY else [reverse(f"admin:records_{name}_add")])


@pytest.mark.parametrize("name", NAMES)
def test_every_page_renders(admin: Client, make: Make, name: str) -> None:
    make()
    for url in pages(name):
        assert admin.get(url, follow=True).status_code == 200, url


@pytest.mark.parametrize("name", NAMES)
def test_every_page_keeps_to_the_policy(admin: Client, make: Make, name: str) -> None:
    make()
    for url in pages(name):
        page = admin.get(url, follow=True).content.decode()
        assert not re.search(r"\sstyle=|\son\w+=|<style|<script(?![^>]*\bsrc=)", page), url


@pytest.mark.parametrize("name", NAMES)
def test_a_stranger_is_sent_to_sign_in(client: Client, make: Make, name: str) -> None:
    make()
    for url in pages(name):
        answer = client.get(url)
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith(reverse("admin:login"))


def test_a_stranger_at_the_door_becomes_no_guest(client: Client, db: None) -> None:
    client.get(reverse("admin:index"))
    assert not User.objects.filter(is_guest=True).exists()


@pytest.mark.parametrize(
    ("model", "field", "term"),
    [
        ("model", "gateway", "Modelless"),
        ("generation", "owner", "painter"),
        ("generation", "gateway", "api.modelless"),
        ("picture", "generation", "lighthouse"),
    ],
)
def test_rows_can_be_looked_up_by_name(
    admin: Client, make: Make, model: str, field: str, term: str
) -> None:
    make()
    query = {"app_label": "records", "model_name": model, "field_name": field, "term": term}
    answer = admin.get(reverse("admin:autocomplete"), query)
    assert len(answer.json()["results"]) == 1


def test_the_header_leads_back_to_the_studio(admin: Client) -> None:
    page = admin.get(reverse("admin:index")).content.decode()
    assert "Back to the studio" in page
    assert "css/admin.css" in page


def test_the_list_of_models_asks_as_often_for_many(admin: Client, gateway: Gateway) -> None:
    counts = []
    for _ in range(2):
        for number in range(40):
            name = f"model-{Model.objects.count()}-{number}"
            Model.objects.create(gateway=gateway, name=name, kind="chat")
        with CaptureQueriesContext(connection) as context:
            assert admin.get(reverse("admin:records_model_changelist")).status_code == 200
        counts.append(len(context))
    assert counts[0] == counts[1]


def test_the_kind_of_a_model_can_be_set_by_hand(admin: Client, gateway: Gateway) -> None:
    model = gateway.models.get()
    url = reverse("admin:records_model_change", args=[model.pk])
    admin.post(url, {"kind": "chat", "description": "Talks", "enabled": "on", "name": "other"})
    model.refresh_from_db()
    assert (model.kind, model.name, model.enabled) == ("chat", "stable-diffusion", True)
