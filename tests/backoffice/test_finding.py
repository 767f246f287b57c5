"""The list of generations, searched and filtered at once: what it shows, and what that costs."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from modelless_web.backoffice import finding
from modelless_web.backoffice.figures import cells
from modelless_web.records.ids import first_at, uuid7
from modelless_web.records.models import User

from .conftest import Make

LIST = reverse("admin:records_generation_changelist")
TOTALS = reverse("admin:records_generation_totals")
MOST_QUERIES = 8
THEN = datetime(2019, 5, 6, 2, tzinfo=UTC)


def prompts(admin: Client, **query: str) -> list[str]:
    answer = admin.get(LIST, query)
    assert answer.status_code == 200
    return [row.prompt_start for row in answer.context["cl"].result_list]


@pytest.mark.parametrize(
    ("query", "columns"),
    [
        ({"status__exact": "failed"}, {"status": "failed"}),
        ({"owner": "rembrandt"}, {}),
        ({"cost": "ten"}, {"cost": Decimal("0.04"), "charge": "charged"}),
        (
            {"day__gte": "2019-05-06", "day__lt": "2019-05-07"},
            {"queued_at": THEN, "day": THEN.date(), "pk": first_at(THEN)},
        ),
        ({"practice": "no", "gateway": "1", "status__exact": "failed"}, {"status": "failed"}),
    ],
)
def test_a_search_for_words_keeps_to_the_filters(
    admin: Client, make: Make, query: dict[str, str], columns: dict[str, Any]
) -> None:
    if "owner" in query:
        columns = {"owner": User.objects.create_user(query["owner"])}
    row = make(prompt="a wanted owl", **columns)
    make(prompt="an owl of others", cost=0)
    make(prompt="no bird", **{**columns, "pk": uuid7()})
    if "gateway" in query:
        query = query | {"gateway": str(row.gateway_id)}
    assert prompts(admin, q="owl", **query) == ["a wanted owl"]


def test_what_was_searched_for_is_the_newest_first(admin: Client, make: Make) -> None:
    for prompt in ("first owl", "second owl", "third owl"):
        make(prompt=prompt)
    assert prompts(admin, q="owl", o="1") == ["third owl", "second owl", "first owl"]


@pytest.fixture
def few_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "MOST_TRIED", 2)


@pytest.mark.usefixtures("few_tried")
def test_a_page_says_that_only_the_newest_were_looked_through(admin: Client, make: Make) -> None:
    make(prompt="old owl", status="failed")
    make(prompt="new owl", status="failed")
    make(prompt="newest owl")
    page = admin.get(LIST, {"q": "owl", "status__exact": "failed"}).content.decode()
    assert "1+ found" in page
    assert "Only the newest 2,000 with these words were looked through" in page
    assert prompts(admin, q="owl", status__exact="failed") == ["new owl"]


@pytest.mark.usefixtures("few_tried")
def test_by_their_days_the_older_ones_are_reached(admin: Client, make: Make) -> None:
    make(prompt="old owl", day=THEN.date(), queued_at=THEN, pk=first_at(THEN))
    for _ in range(3):
        make(prompt="new owl")
    days = {"day__gte": "2019-05-06", "day__lt": "2019-05-07"}
    assert prompts(admin, q="owl", **days) == ["old owl"]
    assert "looked through" not in admin.get(LIST, {"q": "owl", **days}).content.decode()


@pytest.mark.usefixtures("few_tried")
def test_totals_of_a_search_say_how_far_they_looked(
    admin: Client, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cells, "MOST_ROWS", 3)
    for status in ("failed", "failed", "succeeded", "succeeded"):
        make(prompt="an owl", status=status)
    figures = admin.get(TOTALS, {"q": "owl", "status__exact": "failed"}).context["figures"]
    assert (figures[0].value, figures[0].note) == ("1", "among the newest 3 with these words")


@pytest.fixture
def browser(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue(request.param)


@pytest.mark.parametrize("browser", ["admin", "masked"], indirect=True)
@pytest.mark.parametrize(
    "query",
    [
        "",
        "p=2",
        "q=lighthouse",
        "q=lighthouse&p=2",
        "q=req-77",
        "q=status:succeeded",
        "q=owner:painter+lighthouse",
        "q=owner:painter-1",
        "q=lighthouse&owner=painter&practice=no&status__exact=succeeded",
        "owner=painter",
        "practice=no&gateway=1&model=stable-diffusion",
        "cost=one&took=2&day__gte=2026-01-01",
        "q=lighthouse&day__gte=2026-01-01",
    ],
)
def test_no_list_asks_more_than_eight_times(browser: Client, make: Make, query: str) -> None:
    for _ in range(60):
        make()
    browser.get(LIST)
    with CaptureQueriesContext(connection) as context:
        assert browser.get(f"{LIST}?{query}").status_code == 200
    assert len(context) <= MOST_QUERIES
