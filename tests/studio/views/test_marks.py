"""The marks of one generation: star, rating, rejection, tags and boards."""

import pytest
from django.test import Client

from modelless_web.records.models import Board, Generation, User
from tests.studio.factories import a_generation
from tests.studio.pages import HTMX, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def row(person: User) -> Generation:
    return a_generation(person)


def mark(browser: Client, row: Generation, change: str, **fields: str) -> str:
    """Press a button of the marks; what comes back."""
    words = {"change": change, **fields}
    return text_of(browser.post(f"/generations/{row.pk}/mark/", words, headers=HTMX))


@pytest.mark.parametrize(
    ("change", "column", "value"),
    [("star", "is_starred", True), ("reject", "is_rejected", True), ("rate:4", "rating", 4)],
)
def test_a_press_sets_and_the_next_takes_back(
    mine: Client, row: Generation, change: str, column: str, value: object
) -> None:
    page = mark(mine, row, change)
    assert getattr(Generation.objects.get(), column) == value
    back = {"star": "unstar", "reject": "accept", "rate:4": "rate:0"}[change]
    assert f'value="{back}" aria-pressed="true"' in page
    mark(mine, row, back)
    assert not getattr(Generation.objects.get(), column)


def test_a_tag_is_put_on_and_taken_off(mine: Client, row: Generation) -> None:
    assert "untag:blue sea" in mark(mine, row, "tag", tag="Blue  Sea")
    assert "untag:" not in mark(mine, row, "untag:blue sea")
    assert not row.tags.exists()


def test_a_board_is_offered_until_it_holds_it(mine: Client, person: User, row: Generation) -> None:
    board = Board.objects.create(owner=person, name="Covers")
    assert f'<option value="{board.pk}">' in text_of(mine.get(row.get_absolute_url()))
    page = mark(mine, row, "place", board=str(board.pk))
    assert f"remove:{board.pk}" in page
    assert "<option" not in page


def test_an_empty_tag_is_refused_in_place(mine: Client, row: Generation) -> None:
    assert "Type the tag first." in mark(mine, row, "tag", tag="  ")


def test_without_scripts_the_page_comes_back(mine: Client, row: Generation) -> None:
    answer = mine.post(f"/generations/{row.pk}/mark/", {"change": "star"})
    assert (answer.status_code, answer["Location"]) == (303, row.get_absolute_url())


def test_another_can_not_mark_it(theirs: Client, row: Generation) -> None:
    answer = theirs.post(f"/generations/{row.pk}/mark/", {"change": "star"})
    assert answer.status_code == 404
    assert not Generation.objects.get().is_starred
