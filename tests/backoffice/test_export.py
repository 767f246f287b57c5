"""Operators take the ledger along: everything that the filters of the list find."""

import csv
import io
import json
import re
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from modelless_web.records.models import Status, User

from .conftest import KEY, Make

pytestmark = [
    # The steps of an export are taken in threads, which see only what is committed.
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume"),
]

LIST = reverse("admin:records_generation_changelist")


def link(browser: Client, label: str, query: str = "") -> str:
    """Where a link on the list leads."""
    page = browser.get(LIST + query).content.decode()
    found = re.search(rf'<a href="([^"]*)">{label}</a>', page)
    assert found
    return unescape(found[1])


def body(answer: Any) -> str:
    return b"".join(answer).decode("utf-8-sig")


def prompts(answer: Any) -> list[str]:
    """The prompts in an export as JSON Lines."""
    return [json.loads(line)["prompt"] for line in body(answer).split("\n")[:-1]]


def test_the_lists_links_keep_its_filters(admin: Client, make: Make) -> None:
    make(prompt="went well")
    make(prompt="went wrong", status=Status.FAILED)
    found = body(admin.get(link(admin, "Export as CSV", "?status__exact=failed")))
    assert [row["prompt"] for row in csv.DictReader(io.StringIO(found))] == ["went wrong"]


def test_a_search_counts_too(admin: Client, make: Make) -> None:
    make(prompt="a red fox")
    make(prompt="a blue whale")
    assert prompts(admin.get(link(admin, "Export as JSON Lines", "?q=fox"))) == ["a red fox"]


def test_it_is_not_one_page_of_the_list_but_all(admin: Client, make: Make) -> None:
    for number in range(60):
        make(prompt=str(number))
    assert len(prompts(admin.get(link(admin, "Export as JSON Lines")))) == 60


def test_it_says_whose_each_is_and_never_a_key(admin: Client, make: Make) -> None:
    make()
    found = body(admin.get(link(admin, "Export as JSON Lines")))
    assert json.loads(found)["owner"] == "painter"
    assert KEY not in found


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_staff_need_the_right_to_see_generations(
    client: Client, staff: User, make: Make, form: str
) -> None:
    make()
    client.force_login(staff)
    address = reverse("admin:records_generation_export", args=[form])
    assert client.get(address).status_code == 403
    staff.user_permissions.add(Permission.objects.get(codename="view_generation"))
    staff.user_permissions.add(Permission.objects.get(codename="read_prompts"))
    assert "lighthouse" in body(client.get(address))


def test_a_filter_that_makes_no_sense_is_refused(admin: Client, make: Make) -> None:
    make()
    address = reverse("admin:records_generation_export", args=["csv"])
    assert admin.get(f"{address}?nonsense=1").status_code == 400
