"""The totals and the bars above the list of generations say what its filters find."""

import re
from datetime import date, timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from modelless_web.backoffice.figures import cells
from modelless_web.records.models import Generation, Status, User
from modelless_web.records.usage import rollup

from .conftest import Make

TOTALS = reverse("admin:records_generation_totals")
LIST = reverse("admin:records_generation_changelist")
FRAGMENT = {"HX-Request": "true"}
DAY = date(2026, 3, 5)


def figures(admin: Client, **query: str) -> dict[str, str]:
    """The figures by their names, with their notes."""
    answer = admin.get(TOTALS, query)
    assert answer.status_code == 200
    return {
        figure.name: f"{figure.value} ({figure.note})" if figure.note else figure.value
        for figure in answer.context["figures"]
    }


@pytest.fixture
def some(make: Make) -> Any:
    """Make ended generations and count them."""

    def made(count: int = 1, **columns: Any) -> None:
        told = {"day": DAY, "charge": "charged", "currency": "USD", "cost": Decimal("0.50")}
        for _ in range(count):
            rollup.count([make(**{**told, "prompt_tokens": 10, **columns}).pk])

    return made


def test_it_adds_up_what_the_list_finds(admin: Client, some: Any) -> None:
    some(3, picture_count=2, completion_tokens=5, duration_ms=2_000)
    some(1, status=Status.FAILED, error_kind="rate", cost=0, duration_ms=9_000)
    found = figures(admin)
    assert found["Requests"] == "4"
    assert found["Pictures"] == "6"
    assert found["Tokens"] == "55 (40 in, 15 out)"
    assert found["Cost, USD"] == "$1.50"
    assert found["Failed"] == "25.0 % (1 of 4 that ended)"
    assert found["p50"].startswith("2.00 s")
    assert found["p95"].startswith("9.00 s")


def test_amounts_in_different_currencies_stand_apart(admin: Client, some: Any) -> None:
    some(2)
    some(1, currency="EUR", cost=Decimal(1))
    some(1, currency="", cost=None)
    found = figures(admin)
    assert (found["Cost, USD"], found["Cost, EUR"]) == ("$1.00", "€1.00")
    assert found["No price known"] == "1"


def test_what_is_under_way_counts_too(admin: Client, some: Any, make: Make) -> None:
    some(1)
    make(status=Status.RUNNING, cost=None)
    assert figures(admin)["Requests"] == "2 (1 under way)"


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"status__exact": "failed"},
        {"model": "gpt-4o"},
        {"gateway": "1"},
        {"owner": "painter"},
        {"owner": "nobody"},
        {"charge__exact": "charged"},
        {"practice": "no"},
        {"day__gte": "2026-03-06", "day__lt": "2026-03-08"},
        {"day__gte": "2026-03-05", "status__exact": "succeeded"},
    ],
)
def test_the_roll_up_and_the_ledger_agree(
    admin: Client, some: Any, query: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    some(2)
    some(1, status=Status.FAILED, day=DAY + timedelta(days=1), charge="refused", cost=0)
    some(1, model="gpt-4o", day=DAY + timedelta(days=2), owner=User.objects.create_guest())
    Generation.objects.update(queued_at="2026-03-06T12:00Z")
    by_rollup = figures(admin, **query)
    monkeypatch.setattr(cells, "SHARED", frozenset())
    monkeypatch.setattr(cells, "_in_rollup", lambda *_: None)
    assert figures(admin, **query) == by_rollup


@pytest.mark.parametrize(
    "query", [{"q": "lighthouse"}, {"took": "10"}, {"kind": "image-chat"}, {"cost": "one"}]
)
def test_what_the_roll_up_cannot_know_is_added_up_from_the_ledger(
    admin: Client, some: Any, query: dict[str, str]
) -> None:
    some(2, duration_ms=3_000)
    some(1, duration_ms=90_000, model_kind="chat", prompt="an owl", cost=Decimal(5))
    assert figures(admin, **query)["Requests"] == "2"


def test_a_bounded_sum_says_so(admin: Client, some: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "MOST_ROWS", 2)
    some(3, duration_ms=3_000)
    assert "more were found" in figures(admin, took="10")["Requests"]


def test_the_plain_list_is_added_up_without_reading_the_ledgers_rows(
    admin: Client, some: Any
) -> None:
    some(3)
    with CaptureQueriesContext(connection) as context:
        admin.get(TOTALS)
    sums = [query["sql"] for query in context if "SUM(" in query["sql"]]
    assert len(sums) == 1
    assert '"records_usage"' in sums[0]


def test_the_list_waits_for_no_sum(admin: Client, some: Any) -> None:
    some(3)
    with CaptureQueriesContext(connection) as context:
        page = admin.get(LIST, {"model": "stable-diffusion"}).content.decode()
    assert not [query for query in context if "SUM(" in query["sql"]]
    assert 'hx-get="totals/?model=stable-diffusion"' in page
    assert '<a href="totals/?model=stable-diffusion">Show totals</a>' in page


def test_a_fragment_and_a_page_say_the_same(admin: Client, some: Any) -> None:
    some(3)
    piece = admin.get(TOTALS, headers=FRAGMENT).content.decode()
    page = admin.get(TOTALS).content.decode()
    assert "<html" in page
    assert "<html" not in piece
    assert piece.strip().splitlines()[-1].strip() in page


def bars(admin: Client, **query: str) -> Any:
    return admin.get(TOTALS, query).context["chart"]


def test_a_few_days_are_bars_of_a_day_each(admin: Client, some: Any) -> None:
    some(2)
    some(1, day=DAY + timedelta(days=3), status=Status.FAILED)
    chart = bars(admin)
    assert [(bar.count, bar.failed) for bar in chart.bars] == [(2, 0), (0, 0), (0, 0), (1, 1)]
    assert chart.bars[0].height == 2 * chart.bars[3].height


def test_a_long_time_is_bars_of_a_month_each(admin: Client, some: Any) -> None:
    some(1, day=date(2021, 12, 31))
    some(2, day=date(2026, 3, 31))
    chart = bars(admin)
    assert len(chart.bars) == 30
    assert (chart.bars[-1].count, chart.earlier) == (2, 1)
    assert "day__gte=2026-03-01" in chart.bars[-1].link


def test_a_bar_leads_to_the_list_of_its_days(admin: Client, some: Any) -> None:
    some(2)
    some(1, day=DAY + timedelta(days=1))
    Generation.objects.update(queued_at="2026-03-05T12:00Z")
    page = admin.get(TOTALS, {"model": "stable-diffusion"}).content.decode()
    links = [unescape(link) for link in re.findall(r'<a href="([^"]*day__gte[^"]*)" aria', page)]
    assert all("model=stable-diffusion" in link for link in links)
    counts = [len(admin.get(link).context["cl"].result_list) for link in links]
    assert counts == [2, 1]


def test_nothing_found_is_no_chart(admin: Client) -> None:
    assert bars(admin) is None
    assert figures(admin)["Cost"] == "Nothing"


def test_it_takes_the_right_to_see_generations(client: Client, staff: User) -> None:
    client.force_login(staff)
    assert client.get(TOTALS).status_code == 403
    staff.user_permissions.add(Permission.objects.get(codename="view_generation"))
    assert client.get(TOTALS).status_code == 200


def test_a_filter_that_makes_no_sense_is_refused(admin: Client) -> None:
    assert admin.get(TOTALS, {"day__gte": "2026-13-01"}).status_code == 400
