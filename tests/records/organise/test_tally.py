"""How much is on each board: as much as it shows, in one query, and no more than a thousand."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from modelless_web.records.models import Board, User
from modelless_web.records.organise import tally
from modelless_web.records.organise.tally import Tally, tallies
from modelless_web.records.search import index
from tests.records.search import history
from tests.records.search.history import GOLDEN
from tests.support import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> User:
    """Somebody with a history, beside another who has made the very same."""
    history.make(factories.guest())
    owner = factories.guest()
    history.make(owner)
    index.rebuild()
    return owner


def saved(owner: User, typed: str) -> Board:
    name = f"Saved {Board.objects.count()}"
    return Board.objects.create(owner=owner, name=name, query=typed)


def own(owner: User) -> list[Board]:
    return list(Board.objects.visible_to(owner))


def test_every_saved_search_counts_what_it_finds(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tally, "MOST_SMART", 1_000)
    made = {saved(owner, typed).pk: typed for typed in GOLDEN if typed}
    found = tallies(owner, own(owner))
    counted = {typed: found[pk].count for pk, typed in made.items()}
    assert counted == {typed: len(GOLDEN[typed].split()) for typed in made.values()}


def test_a_board_filled_by_hand_counts_what_is_not_in_the_trash(owner: User) -> None:
    board = Board.objects.visible_to(owner).get(name="Covers")
    board.generations.add(*owner.generations.exclude(deleted_at=None))
    assert board.generations.count() == 2
    assert tallies(owner, own(owner))[board.pk] == Tally(1)


def test_no_more_is_counted_than_a_thousand(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tally, "MOST_COUNTED", 2)
    many, few = saved(owner, "lighthouse"), saved(owner, "boat*")
    found = tallies(owner, own(owner))
    assert found[many.pk] == Tally(2, is_more=True)
    assert found[few.pk] == Tally(2)
    assert str(Tally(1_000, is_more=True)) == "1,000+"


def test_more_searches_than_fifty_are_not_counted(owner: User) -> None:
    boards = [saved(owner, f"word{number}") for number in range(60)]
    found = tallies(owner, boards)
    assert [board.pk in found for board in boards] == [True] * 50 + [False] * 10


def test_more_boards_take_no_more_queries(owner: User) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            tallies(owner, own(owner))
        return len(captured)

    saved(owner, "red tag:sea model:stable* board:covers on:2026-03")
    few = asked()
    for typed in GOLDEN:
        if typed and len(own(owner)) < tally.MOST_SMART:
            saved(owner, typed)
    assert asked() == few
