"""Boards: made, filled, changed and deleted; smart ones fill themselves."""

import pytest
from django.test import Client
from django.utils import timezone

from modelless_web.records.models import Board, Generation, User
from tests.studio.factories import a_generation, generations
from tests.studio.pages import cards, faults, queries, text_of

pytestmark = pytest.mark.django_db

BOARDS = "/boards/"


def test_who_has_none_reads_what_they_are_for(mine: Client) -> None:
    assert "No boards yet" in text_of(mine.get(BOARDS))


def test_a_board_shows_what_was_put_on_it(mine: Client, person: User) -> None:
    row, _ = generations(person, 2)
    mine.post(BOARDS, {"name": " My \n covers "})
    board = Board.objects.get()
    board.generations.add(row)
    assert board.name == "My covers"
    assert "1" in text_of(mine.get(BOARDS))
    assert cards(mine.get("/history/", {"q": 'board:"My covers"'})) == [str(row.pk)]


def test_what_is_in_the_trash_does_not_count(mine: Client, person: User) -> None:
    board = Board.objects.create(owner=person, name="Covers")
    board.generations.add(a_generation(person, deleted_at=timezone.now()))
    assert '<span class="note">0' in text_of(mine.get(BOARDS))


def test_a_search_that_is_saved_fills_itself(mine: Client, person: User) -> None:
    mine.post(BOARDS, {"name": "Stars", "query": "is:starred"})
    generations(person, 3, is_starred=True)
    a_generation(person)
    assert '<span class="note">3 generations · shows what matches' in text_of(mine.get(BOARDS))


@pytest.mark.parametrize(
    ("name", "says"), [("covers", "You have a board called covers already."), (" ", "")]
)
def test_a_name_that_can_not_be_is_refused(
    mine: Client, person: User, name: str, says: str
) -> None:
    Board.objects.create(owner=person, name="Covers")
    answer = mine.post(BOARDS, {"name": name})
    assert answer.status_code == 422
    assert says in text_of(answer)
    assert Board.objects.count() == 1


def test_a_board_is_renamed_and_given_days(mine: Client, person: User) -> None:
    board = Board.objects.create(owner=person, name="Covers")
    mine.post(f"{BOARDS}{board.pk}/", {"name": "covers", "days_kept": "30"})
    board.refresh_from_db()
    assert (board.name, board.days_kept) == ("covers", 30)


@pytest.mark.parametrize("days", ["0", "-1", "x", "99999999999999999999"])
def test_days_that_can_not_be_are_refused(mine: Client, person: User, days: str) -> None:
    board = Board.objects.create(owner=person, name="Covers")
    answer = mine.post(f"{BOARDS}{board.pk}/", {"name": "Covers", "days_kept": days})
    assert answer.status_code == 422
    assert len(faults(answer)) <= 1
    assert Board.objects.get().days_kept is None


def test_deleting_a_board_deletes_nothing_on_it(mine: Client, person: User) -> None:
    board = Board.objects.create(owner=person, name="Covers")
    board.generations.add(a_generation(person))
    mine.post(f"{BOARDS}{board.pk}/delete/")
    assert not Board.objects.exists()
    assert Generation.objects.filter(deleted_at=None).exists()


@pytest.mark.parametrize("what", ["", "delete/"])
def test_another_can_not_touch_it(theirs: Client, person: User, what: str) -> None:
    board = Board.objects.create(owner=person, name="Covers")
    answer = theirs.post(f"{BOARDS}{board.pk}/{what}", {"name": "Mine"})
    assert answer.status_code == 404
    assert Board.objects.get().name == "Covers"


def test_more_boards_take_no_more_queries(mine: Client, person: User) -> None:
    def visit() -> object:
        return mine.get(BOARDS)

    Board.objects.create(owner=person, name="One")
    few = queries(visit)
    for number in range(9):
        Board.objects.create(owner=person, name=f"Board {number}")
        Board.objects.create(owner=person, name=f"Search {number}", query=f"red -word{number}")
    assert queries(visit) == few
