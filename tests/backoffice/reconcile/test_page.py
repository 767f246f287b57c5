"""A bill laid beside the ledger: what does not match is listed, and nothing is kept."""

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from modelless_web.records.models import Gateway, User
from tests.backoffice.conftest import Make
from tests.studio.addresses import everything

PAGE = reverse("admin:records_gateway_reconcile")
HEAD = "day,model,requests,amount\n"
MODEL = "stable-diffusion"


@pytest.fixture(autouse=True)
def _kept(make: Make) -> None:
    """Three that are charged for and one that may be, on the fifth of March in UTC."""
    at = datetime(2026, 3, 5, 23, 30, tzinfo=UTC)
    for _ in range(3):
        make(queued_at=at, charge="charged", currency="USD", cost=Decimal("0.10"))
    make(queued_at=at, charge="maybe", currency="USD", cost=Decimal("0.20"))
    make(queued_at=at, charge="refused", cost=0)


def sent(admin: Client, gateway: Gateway, text: str, **fields: str) -> Any:
    bill = SimpleUploadedFile("bill.csv", text.encode())
    told = {"gateway": gateway.pk, "currency": "USD", "time_zone": "UTC", "bill": bill}
    return admin.post(PAGE, told | fields)


def apart(answer: Any) -> list[tuple[str, int, Decimal]]:
    return [(row.model, row.requests_apart, row.difference) for row in answer.context["rows"]]


@pytest.mark.parametrize("line", ["3,0.30", "4,0.50", "4,0.41", "3,0.304"])
def test_a_bill_of_what_is_charged_and_some_that_may_be_matches(
    admin: Client, gateway: Gateway, line: str
) -> None:
    answer = sent(admin, gateway, f"{HEAD}2026-03-05,{MODEL},{line}\n")
    assert "All 1 match" in answer.content.decode()


@pytest.mark.parametrize(
    ("line", "requests", "difference"),
    [("5,0.60", 1, "0.10"), ("2,0.25", -1, "-0.05"), ("3,1", 0, "0.50")],
)
def test_a_bill_of_more_or_less_is_listed_with_the_difference(
    admin: Client, gateway: Gateway, line: str, requests: int, difference: str
) -> None:
    answer = sent(admin, gateway, f"{HEAD}2026-03-05,{MODEL},{line}\n")
    assert apart(answer) == [(MODEL, requests, Decimal(difference))]
    assert "1 of 1 do not match" in answer.content.decode()


def test_what_only_one_of_them_has_is_listed(admin: Client, gateway: Gateway) -> None:
    answer = sent(admin, gateway, f"{HEAD}2026-03-05,other,1,2\n")
    assert apart(answer) == [("other", 1, Decimal(2)), (MODEL, -3, Decimal("-0.30"))]
    assert "not on the bill" in answer.content.decode()


def test_days_are_those_of_the_zone(admin: Client, gateway: Gateway) -> None:
    line = f"{HEAD}2026-03-06,{MODEL},3,0.30\n"
    assert apart(sent(admin, gateway, line)) == [(MODEL, 3, Decimal("0.30"))]
    assert apart(sent(admin, gateway, line, time_zone="Europe/Berlin")) == []


def test_every_line_leads_to_its_generations(admin: Client, gateway: Gateway) -> None:
    answer = sent(admin, gateway, f"{HEAD}2026-03-06,{MODEL},9,9\n", time_zone="Europe/Berlin")
    (row,) = answer.context["rows"]
    assert len(admin.get(row.link).context["cl"].result_list) == 5


def test_the_download_has_every_line_and_no_formula(admin: Client, gateway: Gateway) -> None:
    text = f"{HEAD}2026-03-05,{MODEL},3,0.30\n2026-03-05,=1+1,1,2\n"
    answer = sent(admin, gateway, text, download="1")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert [row["model"] for row in rows] == ["'=1+1", MODEL]
    assert [row["amount_difference"] for row in rows] == ["2", "0"]
    assert rows[1]["maybe_requests"] == "1"


@pytest.mark.parametrize(
    ("fields", "text", "sentence"),
    [
        ({}, "nonsense", "No column says the day"),
        ({"time_zone": "Nowhere/At_all"}, HEAD, "no such time zone"),
        ({"currency": "dollars"}, HEAD, "at most 3 characters"),
        ({}, f"{HEAD}2020-01-01,m,1,1\n2026-01-01,m,1,1\n", "more than a year"),
    ],
)
def test_what_cannot_be_compared_is_said_in_a_sentence(
    admin: Client, gateway: Gateway, fields: dict[str, str], text: str, sentence: str
) -> None:
    assert sentence in sent(admin, gateway, text, **fields).content.decode()


def test_nothing_of_it_is_kept(admin: Client, gateway: Gateway) -> None:
    before = everything()
    sent(admin, gateway, f"{HEAD}2026-03-05,{MODEL},9,9\n")
    assert everything() == before


def test_it_takes_the_right_to_see_generations_and_gateways(client: Client, staff: User) -> None:
    client.force_login(staff)
    for code in ("view_gateway", "view_generation"):
        assert client.get(PAGE).status_code == 403
        staff.user_permissions.add(Permission.objects.get(codename=code))
        client.force_login(staff)
    assert client.get(PAGE).status_code == 200
