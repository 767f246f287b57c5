"""Two to six generations side by side."""

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from modelless_web.records.ids import uuid7
from modelless_web.records.models import Generation, Status, User
from tests.studio.factories import a_generation, a_picture, generations
from tests.studio.pages import queries, text_of

pytestmark = pytest.mark.django_db


def address(*rows: Generation | Any) -> str:
    return "/compare/?" + "&".join(f"of={getattr(row, 'pk', row)}" for row in rows)


@pytest.mark.parametrize("number", [2, 3, 6])
def test_two_to_six_can_be_compared(mine: Client, person: User, number: int) -> None:
    answer = mine.get(address(*generations(person, number)))
    assert answer.status_code == 200
    assert [side.letter for side in answer.context["sides"]] == list("ABCDEF"[:number])


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (0, "It takes 2 to 6 generations to compare."),
        (1, "It takes 2 to 6 generations to compare."),
        (7, "At most 6 generations fit side by side; 7 were chosen."),
    ],
)
def test_fewer_and_more_are_told_what_to_do(
    mine: Client, person: User, number: int, told: str
) -> None:
    page = text_of(mine.get(address(*generations(person, number))))
    assert told in page
    assert "Choose them in <a" in page


def test_the_same_one_twice_is_one(mine: Client, person: User) -> None:
    row = a_generation(person)
    assert "It takes 2 to 6" in text_of(mine.get(address(row, str(row.pk).upper())))


def test_they_stand_in_the_order_of_the_address(mine: Client, person: User) -> None:
    rows = generations(person, 3)[::-1]
    assert [side.row for side in mine.get(address(*rows)).context["sides"]] == rows


def test_anothers_is_as_if_it_did_not_exist(mine: Client, person: User, stranger: User) -> None:
    assert mine.get(address(a_generation(person), a_generation(stranger))).status_code == 404


def test_not_yours_and_not_there_are_one_answer(mine: Client, person: User, stranger: User) -> None:
    own, theirs = a_generation(person), a_generation(stranger)
    answers = [mine.get(address(own, other)) for other in (theirs, uuid7())]
    assert len({re.sub(r"[\w.-]{8,}", "", text_of(answer)) for answer in answers}) == 1


@pytest.mark.parametrize("missing", [uuid7(), "nonsense", "%00", ""])
def test_what_is_missing_is_not_found(mine: Client, person: User, missing: object) -> None:
    assert mine.get(address(a_generation(person), missing)).status_code == 404


def test_what_is_in_the_trash_is_not_found(mine: Client, person: User) -> None:
    gone = a_generation(person, deleted_at=timezone.now())
    assert mine.get(address(a_generation(person), gone)).status_code == 404


def test_the_prompts_are_told_apart_word_by_word(mine: Client, person: User) -> None:
    rows = [a_generation(person, prompt=f"a {colour} fox") for colour in ("red", "blue")]
    page = text_of(mine.get(address(*rows)))
    assert "[gone: </span>red<span" in page
    assert "new: </span>blue<span" in page


def test_only_the_settings_that_differ_are_told(mine: Client, person: User) -> None:
    asked = [{"temperature": heat, "top_p": 0.5} for heat in (0.2, 0.7)]
    page = text_of(mine.get(address(*[a_generation(person, asked=each) for each in asked])))
    assert "<td>0.2</td><td>0.7</td>" in page
    assert "top_p" not in page


def test_the_same_settings_are_said_to_be_the_same(mine: Client, person: User) -> None:
    page = text_of(mine.get(address(*generations(person, 2))))
    assert "every setting are the same" in page
    assert "same prompt" in page


def test_answers_are_told_apart_word_by_word(mine: Client, person: User) -> None:
    rows = [a_generation(person, text=f"Dear {name}, all is well.") for name in ("Ada", "Bob")]
    page = text_of(mine.get(address(*rows)))
    assert "[gone: </span>Ada<span" in page
    assert "<compare-view>" not in page


def test_an_answer_of_pictures_alone_has_no_words(mine: Client, person: User) -> None:
    text = "![a fox](https://pictures.example/a.png)"
    page = text_of(mine.get(address(*[a_generation(person, text=text) for _ in range(2)])))
    assert "<h2>Answers</h2>" not in page


def test_each_picture_is_there_without_scripts(mine: Client, person: User) -> None:
    rows = generations(person, 2)
    pictures = [a_picture(rows[0]), a_picture(rows[0], position=1), a_picture(rows[1])]
    answer = mine.get(address(*rows))
    assert [pane.name for pane in answer.context["panes"]] == ["A1", "A2", "B"]
    assert all(f'href="{picture.url}"' in text_of(answer) for picture in pictures)


def test_the_others_can_be_held_against_another(mine: Client, person: User) -> None:
    rows = generations(person, 3)
    page = text_of(mine.get(address(*rows)))
    assert f'href="{address(rows[2], rows[0], rows[1])}"' in page


def test_running_ones_can_be_compared(mine: Client, person: User) -> None:
    rows = [a_generation(person, status=status) for status in (Status.QUEUED, Status.RUNNING)]
    assert mine.get(address(*rows)).status_code == 200


def test_hostile_words_are_only_words(mine: Client, person: User) -> None:
    hostile = "</p><script>alert(1)</script><img src=x onerror=alert(1)>"
    rows = [
        a_generation(person, prompt=hostile, text=hostile, asked={"user": hostile}),
        a_generation(person, prompt="a fox", text="here", asked={"system": hostile}),
    ]
    page = mine.get(address(*rows)).content
    assert b"<script>alert" not in page
    assert b"<img" not in page


def test_six_take_as_many_queries_as_two(mine: Client, person: User) -> None:
    rows = generations(person, 6)
    for row in rows:
        a_picture(row)
    two, six = address(*rows[:2]), address(*rows)
    mine.get(two)
    assert queries(lambda: mine.get(two)) == queries(lambda: mine.get(six))
