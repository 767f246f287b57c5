"""Facets: what the history could be narrowed by, with counts that are true."""

import pytest
from django.test import Client

from modelless_web.records.models import Status, Tag, User
from modelless_web.records.usage import rollup
from tests.studio.factories import a_generation, generations
from tests.studio.pages import HTMX, queries, text_of

pytestmark = pytest.mark.django_db

FACETS = "/history/facets/"


def test_each_way_to_narrow_has_its_count(mine: Client, person: User, stranger: User) -> None:
    rows = generations(person, 3, model="flux")
    a_generation(person, model="dall-e", status=Status.FAILED)
    a_generation(stranger, model="secret")
    Tag.objects.create(owner=person, name="sea").generations.add(*rows[:2])
    page = text_of(mine.get(FACETS))
    for label, count in (("flux", 3), ("dall-e", 1), ("sea", 2), ("Failed", 1), ("Done", 3)):
        assert f'<span>{label}</span><span class="count">{count}</span>' in page
    assert "secret" not in page


def test_a_large_count_is_set_in_thousands(mine: Client, person: User) -> None:
    generations(person, 1_001)
    rollup.rebuild()
    assert '<span class="count">1,001</span>' in text_of(mine.get(FACETS))


def test_a_choice_that_is_on_takes_itself_back(mine: Client, person: User) -> None:
    a_generation(person, model="flux")
    page = text_of(mine.get(FACETS, {"q": "lighthouse model:flux"}, headers=HTMX))
    assert "<html" not in page
    a_generation(person, model="flux", prompt="a lighthouse")
    page = text_of(mine.get(FACETS, {"q": "lighthouse model:flux"}))
    assert 'href="/history/?q=lighthouse" aria-current="true"' in page


def test_a_month_leads_to_its_last_day(mine: Client, person: User) -> None:
    row = a_generation(person)
    rollup.rebuild()
    month = row.queued_at.strftime("%Y-%m")
    assert f"at={month}-" in text_of(mine.get(FACETS))


@pytest.mark.parametrize("path", [FACETS, "/history/"])
def test_view_and_stacks_stay_as_they_are_on_the_way_to_a_date(
    mine: Client, person: User, path: str
) -> None:
    a_generation(person)
    rollup.rebuild()
    page = mine.get(path, {"view": "list", "stacks": "off"})
    if path == FACETS:
        assert 'href="/history/?view=list&stacks=off&at=' in text_of(page)
    else:
        assert text_of(page).count('<input type="hidden" name="stacks" value="off">') == 2
        assert 'hx-get="/history/facets/?view=list&stacks=off"' in text_of(page)


def test_where_nothing_matches_a_sentence_says_so(mine: Client, person: User) -> None:
    said = "Nothing matches, so there is nothing to narrow."
    assert said in text_of(mine.get(FACETS))
    a_generation(person)
    assert said not in text_of(mine.get(FACETS))


def test_more_rows_take_no_more_queries(mine: Client, person: User) -> None:
    generations(person, 2)
    few = queries(lambda: mine.get(FACETS))
    generations(person, 30)
    assert queries(lambda: mine.get(FACETS)) == few
