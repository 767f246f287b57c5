"""Usage of everyone: who sees it, and where every figure leads."""

import re
from datetime import date, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from modelless_web.records.language.query import parse
from modelless_web.records.models import Generation, User
from modelless_web.records.search.find import find_all
from tests.studio.conftest import signed_in
from tests.studio.pages import text_of
from tests.studio.usage import asked_of, leads, priced, rows, used
from tests.support import factories

pytestmark = pytest.mark.django_db


def viewer(*codes: str) -> Client:
    """Staff with some rights."""
    person = factories.person(is_staff=True)
    person.user_permissions.set(Permission.objects.filter(codename__in=codes))
    return signed_in(person)


def test_everybodys_usage_is_for_staff_who_may_see_it(mine: Client) -> None:
    assert mine.get("/usage/everyone/").status_code == 404
    assert viewer().get("/usage/everyone/").status_code == 404
    assert viewer("view_usage").get("/usage/everyone/").status_code == 200


def test_every_link_of_everybodys_usage_finds_its_rows_in_admin(work: User, stranger: User) -> None:
    staff = viewer("view_usage", "view_generation")
    page = text_of(staff.get("/usage/everyone/?period=2026-03&by=owner&by=model&by=day"))
    people = rows(page, "By person")
    assert set(people) == {work.username, stranger.username}
    for name, cells in people.items():
        href = re.search(r'href="(/admin/[^"]*)"', cells)
        assert href
        query = asked_of(href[1])
        assert query == f"on:2026-03 owner:{name} -is:open"
        assert find_all(parse(query)).count() == 4
        assert staff.get(href[1]).status_code == 200
    assert len(re.findall(r"<tr>\s*<th scope=\"row\"><a href=\"/admin", page)) == 8


def test_who_may_not_see_generations_gets_no_links_to_them(work: User) -> None:
    page = text_of(viewer("view_usage").get("/usage/everyone/?period=2026-03"))
    assert leads(page) == []
    assert "8 generations" in page


def test_the_top_spenders_come_first(person: User, stranger: User) -> None:
    used(person, date(2026, 3, 5), **priced("1"))
    used(person, date(2026, 3, 5), **priced("1"))
    used(stranger, date(2026, 3, 5), **priced("5"))
    page = text_of(viewer("view_usage").get("/usage/everyone/?period=2026-03"))
    assert list(rows(page, "By person")) == [stranger.username, person.username]
    page = text_of(viewer("view_usage").get("/usage/everyone/?period=2026-03&measure=generations"))
    assert list(rows(page, "By person")) == [person.username, stranger.username]


def test_one_person_can_be_looked_at_alone(work: User, stranger: User) -> None:
    staff = viewer("view_usage", "view_generation")
    page = text_of(staff.get(f"/usage/everyone/?period=2026-03&person={work.username.upper()}"))
    assert set(rows(page, "By person")) == {work.username}
    assert all("owner:" in query for query in leads(page))
    assert "0 generations" in text_of(staff.get("/usage/everyone/?person=nobody"))


def test_how_long_answers_took_is_read_when_it_is_asked_for(person: User) -> None:
    row = used(person, date(2026, 3, 5))
    Generation.objects.filter(pk=row.pk).update(
        first_byte_at=row.queued_at + timedelta(seconds=2),
        saved_at=row.queued_at + timedelta(seconds=9),
    )
    staff = viewer("view_usage")
    assert "Show how long answers took" in text_of(staff.get("/usage/everyone/?period=2026-03"))
    page = text_of(staff.get("/usage/everyone/?period=2026-03&speed=1"))
    assert re.findall(r"<td>([\d.]+) s</td>", page) == ["2.0", "2.0", "9.0", "9.0"]


def test_what_waits_now_is_told(person: User) -> None:
    factories.generation(person)
    page = text_of(viewer("view_usage").get("/usage/everyone/"))
    assert "1 queued, 0 running" in page
