"""Changes of a selection: ticked ones at once, all that match only after a look at how much."""

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from modelless_web.records.models import Action, Board, Generation, Tag, User
from modelless_web.records.organise import actions
from tests.studio.factories import a_generation, a_picture, generations
from tests.studio.pages import HTMX, cards, faults, text_of
from tests.support import factories

pytestmark = pytest.mark.django_db

ACT = "/history/act/"


def ticked(rows: list[Generation]) -> list[str]:
    return [str(row.pk) for row in rows]


def starred() -> set[Generation]:
    return set(Generation.objects.filter(is_starred=True))


def test_what_is_ticked_is_changed_at_once(mine: Client, person: User) -> None:
    rows = generations(person, 3)
    answer = mine.post(ACT, {"of": ticked(rows[:2]), "change": "star"})
    assert starred() == set(rows[:2])
    assert answer.status_code == 303
    assert "2 starred" in text_of(mine.get(answer["Location"]))


def test_a_fragment_brings_the_signs_of_what_was_changed(mine: Client, person: User) -> None:
    (row,) = generations(person, 1)
    answer = mine.post(ACT, {"of": ticked([row]), "change": "star"}, headers=HTMX)
    assert f"innerHTML:[data-signs='{row.pk}']" in answer.content.decode()
    assert "Starred" in text_of(answer)


def test_a_fragment_takes_what_was_deleted_off_the_page(mine: Client, person: User) -> None:
    (row,) = generations(person, 1)
    answer = mine.post(ACT, {"of": ticked([row]), "change": "trash"}, headers=HTMX)
    assert f"delete:[data-cell='{row.pk}']" in answer.content.decode()


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "fragment"])
def test_everything_that_matches_is_counted_before_it_is_changed(
    mine: Client, person: User, headers: dict[str, str]
) -> None:
    rows = generations(person, 3, prompt="the sea")
    a_generation(person, prompt="the land")
    a_picture(rows[0])
    words = {"all": "1", "q": "sea", "change": "trash"}
    asked = mine.post(ACT, words, headers=headers)
    assert "Delete: 3 generations with 1 picture," in text_of(asked)
    assert not Generation.objects.exclude(deleted_at=None).exists()
    told = mine.post(ACT, words | {"sure": "1"})
    assert told.status_code == 303
    assert Generation.objects.exclude(deleted_at=None).count() == 3


def test_the_question_says_large_numbers_so_that_they_can_be_read(
    mine: Client, person: User
) -> None:
    first, *_ = generations(person, 1_234)
    picture = factories.picture(first, state="stored", size=2 * 1024**3)
    page = text_of(mine.post(ACT, {"all": "1", "q": "", "change": "star"}))
    assert picture.is_stored
    assert "1,234 generations with 1 picture, 2.0\xa0GB." in page


def test_the_question_carries_everything_that_the_answer_needs(mine: Client, person: User) -> None:
    generations(person, 2, prompt="the sea")
    page = text_of(mine.post(ACT, {"all": "1", "q": "sea", "change": "tag", "tag": "Blue"}))
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    mine.post(ACT, fields)
    assert Tag.objects.get().generations.count() == 2


def test_what_is_deleted_for_good_is_asked_about_even_when_ticked(
    mine: Client, person: User
) -> None:
    (row,) = generations(person, 1, deleted_at=timezone.now())
    words = {"of": ticked([row]), "change": "purge", "place": "trash"}
    assert "can’t be undone" in text_of(mine.post(ACT, words))
    assert Generation.objects.exists()
    mine.post(ACT, words | {"sure": "1"})
    assert not Generation.objects.exists()


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "fragment"])
@pytest.mark.parametrize(
    ("words", "says"),
    [
        ({"change": "star"}, "Tick something first"),
        ({"change": "star", "of": "nonsense"}, "Tick something first"),
        ({"change": "explode", "of": "own"}, "nothing of that name"),
        ({"change": "explode", "all": "1"}, "nothing of that name"),
        ({"change": "tag", "of": "own"}, "Type the tag first"),
        ({"change": "place", "of": "own"}, "Choose one of your boards"),
        ({"change": "rate:9", "of": "own"}, "from 0 to 5"),
    ],
)
def test_what_makes_no_sense_is_answered_with_a_sentence(
    mine: Client, person: User, words: dict[str, str], says: str, headers: dict[str, str]
) -> None:
    (row,) = generations(person, 1)
    answer = mine.post(
        ACT,
        {**words, "of": str(row.pk)} if "of" in words and words["of"] == "own" else words,
        headers=headers,
    )
    assert answer.status_code == 422
    assert says in text_of(answer)


def test_anothers_generation_is_no_part_of_a_selection(
    mine: Client, person: User, stranger: User
) -> None:
    theirs = a_generation(stranger)
    mine.post(ACT, {"of": str(theirs.pk), "change": "trash"})
    assert Generation.objects.get().deleted_at is None


@pytest.mark.parametrize("place", ["https://evil.invalid/", "//evil.invalid", "javascript:x", "x"])
def test_the_way_back_never_leads_elsewhere(mine: Client, person: User, place: str) -> None:
    (row,) = generations(person, 1)
    answer = mine.post(ACT, {"of": str(row.pk), "change": "star", "next": place})
    assert answer["Location"].startswith("/history/?did=")


def test_undo_brings_back_what_was(mine: Client, person: User) -> None:
    rows = generations(person, 2)
    mine.post(ACT, {"of": ticked(rows), "change": "trash"})
    action = Action.objects.get()
    answer = mine.post(f"/actions/{action.pk}/undo/", {"next": "/history/?view=list"})
    assert answer["Location"] == f"/history/?view=list&did={action.pk}"
    page = mine.get(answer["Location"])
    assert set(cards(page)) == set(ticked(rows))
    assert "2 as they were before" in text_of(page)


def test_progress_is_told_until_the_end(
    mine: Client, person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "AT_ONCE", 1)
    generations(person, 3)
    mine.post(ACT, {"all": "1", "change": "star", "sure": "1"})
    action = Action.objects.get()
    actions.step()
    address = f"/actions/{action.pk}/"
    assert "1 of 3 looked at" in text_of(mine.get(address))
    assert "hx-get" in text_of(mine.get(address, headers=HTMX))
    while actions.step():
        pass
    done = mine.get(address, headers=HTMX)
    assert done["HX-Redirect"] == f"/history/?did={action.pk}"
    page = text_of(mine.get(done["HX-Redirect"]))
    assert "3 starred." in page
    assert "<progress" not in page


@pytest.mark.parametrize("method", ["get", "post"])
def test_another_sees_nothing_of_it(
    mine: Client, theirs: Client, person: User, method: Any
) -> None:
    (row,) = generations(person, 1)
    mine.post(ACT, {"of": str(row.pk), "change": "star"})
    action = Action.objects.get()
    address = f"/actions/{action.pk}/" + ("undo/" if method == "post" else "")
    assert getattr(theirs, method)(address).status_code == 404
    assert starred() == {row}


def test_boards_and_ratings_take_their_values_from_the_fields(mine: Client, person: User) -> None:
    (row,) = generations(person, 1)
    board = Board.objects.create(owner=person, name="Covers")
    mine.post(ACT, {"of": str(row.pk), "change": "place", "board": str(board.pk)})
    mine.post(ACT, {"of": str(row.pk), "change": "rate", "rating": "4"})
    assert list(board.generations.all()) == [row]
    assert Generation.objects.get().rating == 4
    assert faults(mine.get("/history/")) == []
