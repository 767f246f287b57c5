"""Models: what the gateways offer."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from modelless_web.records.models import Gateway, Model
from tests.studio.factories import a_model
from tests.studio.pages import queries, text_of
from tests.support.factories import gateway

pytestmark = pytest.mark.django_db


def test_every_model_on_offer_can_be_used(mine: Client, model: Model) -> None:
    page = text_of(mine.get("/models/"))
    assert model.gateway.name in page
    assert f'href="/?model={model.pk}"' in page


@pytest.mark.parametrize("kind", ["audio", "embeddings", "midjourney"])
def test_a_model_that_create_cannot_send_to_is_only_named(mine: Client, kind: str) -> None:
    row = a_model("something-else", kind=kind)
    page = text_of(mine.get("/models/"))
    assert "something-else" in page
    assert f"?model={row.pk}" not in page


def test_a_hidden_or_switched_off_model_is_not_named(mine: Client, db: None) -> None:
    a_model("unmentioned", kind="hidden")
    a_model("unmentioned", enabled=False)
    assert "unmentioned" not in text_of(mine.get("/models/"))


def test_a_model_that_vanished_upstream_is_not_named(mine: Client, db: None) -> None:
    now = timezone.now()
    at = gateway(checked_at=now)
    a_model("vanished", gateway=at, seen_at=now - timedelta(days=1))
    a_model("still there", gateway=at, seen_at=now)
    page = text_of(mine.get("/models/"))
    assert ("vanished" in page, "still there" in page) == (False, True)


def test_a_gateway_that_is_off_is_not_named(mine: Client, model: Model) -> None:
    Gateway.objects.update(enabled=False)
    assert model.gateway.name not in text_of(mine.get("/models/"))


def test_a_gateway_in_trouble_says_why(mine: Client, db: None) -> None:
    gateway(trouble="The key was refused.")
    page = text_of(mine.get("/models/"))
    assert "Its list of models could not be read." in page
    assert "The key was refused." in page


def test_no_part_of_a_key_is_shown(mine: Client, model: Model) -> None:
    page = text_of(mine.get("/models/"))
    assert model.gateway.key_tail
    assert model.gateway.key_tail not in page


@pytest.mark.parametrize(("is_practice", "is_said"), [(True, True), (False, False)])
def test_who_only_has_the_practice_gateway_is_told(
    mine: Client, db: None, is_practice: bool, is_said: bool
) -> None:
    gateway(is_practice=is_practice)
    assert ("You are practising" in text_of(mine.get("/models/"))) is is_said


def test_more_models_take_no_more_queries(mine: Client, model: Model) -> None:
    few = queries(lambda: mine.get("/models/"))
    for number in range(10):
        a_model(f"model {number}", gateway=model.gateway)
    assert queries(lambda: mine.get("/models/")) == few


def test_reading_the_lists_again_leads_back(mine: Client) -> None:
    answer = mine.post("/models/refresh/")
    assert (answer.status_code, answer["Location"]) == (303, "/models/")


def test_the_lists_are_read_again_by_a_form_only(mine: Client) -> None:
    assert mine.get("/models/refresh/").status_code == 405
