"""Usage: what was used, and where every figure leads."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from modelless_web.records.language.query import parse
from modelless_web.records.models import Generation, Usage, User
from modelless_web.records.search.find import find
from modelless_web.records.usage import rollup
from modelless_web.studio.reports import report, table
from tests.studio.pages import queries, text_of
from tests.studio.usage import BAR, asked_of, leads, priced, rows, used
from tests.support import factories

pytestmark = pytest.mark.django_db


def test_an_empty_month_has_axes_and_zeros(mine: Client) -> None:
    page = text_of(mine.get("/usage/"))
    assert 'class="chart-line"' in page
    assert BAR.findall(page) == []
    assert "0 generations, 0 pictures, 0 tokens; cost: nothing" in page


def test_every_link_finds_as_many_as_its_row_says(mine: Client, work: User) -> None:
    page = text_of(mine.get("/usage/?period=2026-03"))
    found = 0
    for caption in ("By model", "By status", "By charge", "By day", "Failures by kind"):
        for name, cells in rows(page, caption).items():
            href = re.search(r'href="([^"]*)"', cells)
            (count, *_) = re.findall(r"<td>(\d+)<", cells)
            if href is None:
                assert count == "0", (caption, name)
                continue
            query = parse(asked_of(href[1]))
            assert not query.problems
            assert find(work, query).count() == int(count), (caption, name)
            found += 1
    assert found == 3 + 2 + 2 + 3 + 1


def test_every_bar_leads_to_its_day(mine: Client, work: User) -> None:
    page = mine.get("/usage/?period=2026-03").content.decode()
    bars = [(asked_of(href), title) for href, title in BAR.findall(page)]
    assert bars == [
        ("on:2026-03-05 -is:open", "5 March 2026: 2 generations"),
        ("on:2026-03-20 -is:open", "20 March 2026: 1 generation"),
        ("on:2026-03-31 -is:open", "31 March 2026: 1 generation"),
    ]


@pytest.mark.parametrize(
    "period",
    [
        "period=2026-03",
        "period=2026",
        "period=range&from=2026-03-31&to=2026-04-01",
        "period=range&from=2025-12-20&to=2026-03-31",
    ],
)
def test_the_bars_together_lead_to_everything_once(mine: Client, work: User, period: str) -> None:
    # Made where it is still yesterday, and where it is tomorrow already.
    used(work, date(2026, 3, 31), hour=33)
    used(work, date(2026, 4, 1), hour=-13)
    used(work, date(2026, 2, 28), hour=25)
    page = mine.get(f"/usage/?{period}").content.decode()
    found = [row for href, _ in BAR.findall(page) for row in find(work, parse(asked_of(href)))]
    whole = re.search(r'usage-total"><a href="([^"]*)"', page)
    assert whole
    assert len(found) == len(set(found))
    assert set(found) == set(find(work, parse(asked_of(whole[1]))))
    counted = [int(title.split()[-2]) for _, title in BAR.findall(page)]
    assert sum(counted) == len(found) > 1


def test_amounts_of_two_currencies_stay_apart(mine: Client, work: User) -> None:
    page = text_of(mine.get("/usage/?period=2026-03"))
    assert "cost: €0.50, $0.12, 1 with no price known" in page


def test_what_may_be_charged_stands_apart(mine: Client, work: User) -> None:
    page = text_of(mine.get("/usage/?period=2026-03"))
    charges = rows(page, "By charge")
    assert list(charges) == ["unsent", "refused", "maybe", "charged"]
    assert "$0.02" in charges["maybe"]
    assert "€0.50, $0.10, 1 with no price known" in charges["charged"]


@pytest.mark.parametrize(
    ("address", "count"),
    [
        ("period=2026", 6),
        ("period=2026-04", 1),
        ("period=range&from=2026-03-05&to=2026-03-20", 3),
        ("period=range&from=2026-03-20&to=2026-03-05", 3),
        ("period=2026-03&model=gpt", 1),
        ("period=2026-03&status=failed", 1),
        ("period=2026-03&status=failed&charge=charged", 0),
        ("period=2026-03&model=two+words", 1),
    ],
)
def test_what_the_address_asks_for_is_counted(
    mine: Client, work: User, address: str, count: int
) -> None:
    page = text_of(mine.get(f"/usage/?{address}"))
    assert f"{count} generation{'s'[: count != 1]}, 0 pictures" in re.sub(r"</?a[^>]*>", "", page)


@pytest.mark.parametrize(
    "address",
    ["period=2026-03", "period=2026", "period=range&from=2026-03-05&to=2026-06-20&model=gpt"],
)
def test_no_link_leads_to_what_the_address_leaves_out(
    mine: Client, work: User, address: str
) -> None:
    page = text_of(mine.get(f"/usage/?{address}&by=day&by=model"))
    whole = re.search(r'usage-total"><a href="([^"]*)"', page)
    assert whole
    everything = set(find(work, parse(asked_of(whole[1]))))
    figures = page[page.index("usage-total") :]
    for query in leads(figures):
        assert set(find(work, parse(query))) <= everything, query


def test_what_was_chosen_together_is_counted_together(mine: Client, work: User) -> None:
    page = text_of(mine.get("/usage/?period=2026-03&by=day&by=model&by=status"))
    (cells,) = re.findall(r">Together</caption>(.*?)</table>", page, re.DOTALL)
    found = re.findall(r'<th scope="row"><a href="([^"]*)">([^<]*)</a></th>', cells)
    assert [label for _, label in found] == ["2026-03-31", "2026-03-20", "2026-03-05", "2026-03-05"]
    assert asked_of(found[0][0]) == "on:2026-03-31 model:stable-diffusion status:failed"
    assert find(work, parse(asked_of(found[0][0]))).count() == 1


def test_the_table_for_a_spreadsheet_has_a_line_for_each_currency(mine: Client, work: User) -> None:
    reply = mine.get("/usage/?period=2026-03&by=model&format=csv")
    assert reply["Content-Type"] == "text/csv; charset=utf-8"
    lines = reply.content.decode("utf-8-sig").split("\r\n")
    assert lines[0].startswith("model,currency,generations,pictures,prompt_tokens")
    assert lines[1:] == [
        "gpt,EUR,1,0,0,0,0.500000000,0,0",
        "stable-diffusion,USD,2,0,0,0,0.120000000,0,0",
        "two words,,1,0,0,0,0.000000000,1,0",
        "",
    ]


def test_a_name_in_the_table_for_a_spreadsheet_is_never_computed(
    mine: Client, person: User
) -> None:
    used(person, date(2026, 3, 5), model='=HYPERLINK("http://a.example","b")')
    reply = mine.get("/usage/?period=2026-03&by=model&format=csv")
    (_, line, _) = reply.content.decode().split("\r\n")
    assert line.startswith('"\'=HYPERLINK(""http')


def test_a_table_that_would_be_too_long_says_so(
    mine: Client, work: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "MOST_LINES", 2)
    reply = mine.get("/usage/?period=2026&by=day&format=csv")
    lines = reply.content.decode().split("\r\n")
    assert len(lines) == 1 + 2 + 1 + 1
    assert "There is more than 2 lines" in lines[3]


def test_what_is_left_is_told_in_a_row_of_its_own(
    mine: Client, work: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "MOST_COMBINED", 2)
    page = text_of(mine.get("/usage/?period=2026-03&by=day&by=model"))
    (cells,) = re.findall(r">Together</caption>(.*?)</table>", page, re.DOTALL)
    names = re.findall(r'<th scope="row">(?:<a[^>]*>)?([^<]*)', cells)
    assert names == ["2026-03-31", "2026-03-20", "All others"]
    (last,) = re.findall(r"All others</th>(.*?)</tr>", cells, re.DOTALL)
    assert "<td>2<" in last
    assert "€0.50, $0.10" in last


def test_what_was_deleted_for_good_stays_counted_and_is_said(mine: Client, person: User) -> None:
    gone = used(person, date(2026, 3, 5), **priced("0.10"))
    used(person, date(2026, 3, 6), gone.gateway, **priced("0.10"))
    rollup.purge(Generation.objects.filter(pk=gone.pk))
    gone.delete()
    page = text_of(mine.get("/usage/?period=2026-03"))
    assert "1 of them deleted since" in page
    assert "cost: $0.20" in page


def test_the_forecast_is_the_mean_of_the_days_so_far(mine: Client, person: User) -> None:
    today = person.day(timezone.now())
    used(person, today, **priced("3"))
    page = text_of(mine.get("/usage/"))
    days = (today.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    expected = Decimal(3) * days.day / today.day
    assert f"${expected:,.2f}" in page
    assert f"the mean of the {today.day} day" in page


@pytest.mark.parametrize(
    "address",
    [
        "period=&by=x&measure=&model=&status=",
        "period=range&from=9999-12-31&to=9999-12-31",
        "period=range&from=0001-01-01&to=9999-12-30",
        "period=0001",
        "period=\0&model=\0",
    ],
)
def test_whatever_the_address_says_is_answered(mine: Client, address: str) -> None:
    assert mine.get(f"/usage/?{address}").status_code == 200
    assert mine.get(f"/usage/?{address}&format=csv").status_code == 200


def test_the_page_asks_as_often_however_much_there_is(mine: Client, work: User) -> None:
    before = queries(lambda: mine.get("/usage/?period=2026-03"))
    for number in range(10):
        used(work, date(2026, 3, 7), model=f"model {number}")
    assert queries(lambda: mine.get("/usage/?period=2026-03")) == before


def test_a_time_zone_is_chosen_for_what_comes(mine: Client, person: User) -> None:
    page = text_of(mine.get("/usage/"))
    assert '<option value="UTC" selected>' in page
    reply = mine.post("/usage/time-zone/", {"time_zone": "Pacific/Kiritimati"})
    assert (reply.status_code, reply["Location"]) == (303, "/usage/")
    person.refresh_from_db()
    assert person.time_zone == "Pacific/Kiritimati"
    row = factories.generation(person)
    assert row.day == (row.queued_at + timedelta(hours=14)).date()


def test_what_is_no_time_zone_is_refused(mine: Client, person: User) -> None:
    reply = mine.post("/usage/time-zone/", {"time_zone": "Mars/Olympus"})
    assert reply.status_code == 422
    assert "Mars/Olympus is not one of the available choices" in text_of(reply)
    person.refresh_from_db()
    assert person.time_zone == ""


@pytest.mark.parametrize(
    ("chosen", "cookie", "then"),
    [
        ("", "Europe%2FBerlin", "Europe/Berlin"),
        ("", "../../etc/passwd", ""),
        ("", "", ""),
        ("Asia/Tokyo", "Europe%2FBerlin", "Asia/Tokyo"),
    ],
)
def test_the_browsers_time_zone_counts_until_one_is_chosen(
    mine: Client, person: User, chosen: str, cookie: str, then: str
) -> None:
    User.objects.filter(pk=person.pk).update(time_zone=chosen)
    mine.cookies["time_zone"] = cookie
    mine.get("/usage/")
    person.refresh_from_db()
    assert person.time_zone == chosen
    mine.post("/models/refresh/")
    person.refresh_from_db()
    assert person.time_zone == then
    assert not Usage.objects.exists()
