"""Groups of errors in the admin: counted, to be read, with the way to their generations."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from modelless_web.gateway.errors import GatewayError, Kind
from modelless_web.records.models import Attempt, ErrorGroup, Generation

from .conftest import Make

LIST = reverse("admin:records_errorgroup_changelist")


@pytest.fixture
def group(make: Make) -> ErrorGroup:
    """An error that came twice."""
    for _ in range(2):
        found = ErrorGroup.objects.count_in(
            GatewayError(Kind.UPSTREAM, "<b>Odd</b> thing 7", is_known=False)
        )
        make(error_group=found, error_kind="upstream")
    return ErrorGroup.objects.get()


def test_the_list_says_how_often_and_when(admin: Client, group: ErrorGroup) -> None:
    page = admin.get(LIST).content.decode()
    assert "&lt;b&gt;Odd&lt;/b&gt; thing 7" in page
    assert ">2</td>" in page


def test_what_no_rule_recognised_can_be_looked_at_alone(admin: Client, group: ErrorGroup) -> None:
    ErrorGroup.objects.count_in(GatewayError(Kind.RATE, "Busy."))
    found = admin.get(LIST, {"is_known__exact": "0"}).context["cl"].result_list
    assert list(found) == [group]


def test_a_group_leads_to_its_generations(admin: Client, group: ErrorGroup, make: Make) -> None:
    make()
    page = admin.get(reverse("admin:records_errorgroup_change", args=[group.pk]))
    assert "All 2 of them" in page.content.decode()
    address = reverse("admin:records_generation_changelist")
    found = admin.get(address, {"error_group": str(group.pk)}).context["cl"].result_list
    assert set(found) == set(Generation.objects.filter(error_group=group))


@pytest.mark.parametrize("way", ["add", "delete", "change"])
def test_nobody_writes_a_group_by_hand(admin: Client, group: ErrorGroup, way: str) -> None:
    arguments = [] if way == "add" else [group.pk]
    address = reverse(f"admin:records_errorgroup_{way}", args=arguments)
    assert admin.post(address, {"sample": "x"}).status_code == 403


def test_a_generations_page_shows_its_attempts(admin: Client, make: Make) -> None:
    row = make()
    now = timezone.now()
    Attempt.objects.create(
        generation=row, number=1, began_at=now, ended_at=now, waited=7.5,
        error_kind="rate", error_status=429, error_message="Busy <now>.",
    )  # fmt: skip
    page = admin.get(reverse("admin:records_generation_change", args=[row.pk])).content.decode()
    assert "Busy &lt;now&gt;." in page
    assert "7.50 s" in page
