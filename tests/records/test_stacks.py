"""Stacks: what was made at once or looks alike stands in one place."""

from typing import Any

import pytest

from modelless_web.records.models import Generation, User
from modelless_web.records.stacks import NEAR, REACH, Stack, look_alike, stacked
from tests.studio.factories import a_generation, a_picture, generations, png
from tests.support.factories import guest

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]

LOOK = 0b1011 << 40


@pytest.fixture
def person() -> User:
    return guest()


def shown(person: User, look: int | None, **columns: Any) -> Generation:
    """A generation with one picture of that likeness."""
    row = a_generation(person, **columns)
    a_picture(row, likeness=look)
    return row


def found(person: User) -> list[Stack]:
    return stacked(Generation.objects.filter(owner=person).with_answers())


def names(stacks: list[Stack]) -> list[list[str]]:
    return [[row.prompt for row in stack.generations] for stack in stacks]


def test_the_choices_of_one_generation_are_one_stack(person: User) -> None:
    row = a_generation(person)
    for choice, colour in enumerate(["red", "green", "blue"]):
        a_picture(row, png(colour=colour), choice=choice)
    (stack,) = found(person)
    assert (stack.count, stack.is_single) == (3, False)


def test_what_looks_alike_joins_the_newest_of_its_kind(person: User) -> None:
    shown(person, LOOK, prompt="first")
    shown(person, ~LOOK, prompt="other")
    shown(person, LOOK ^ 0b111, prompt="last")
    assert names(found(person)) == [["last", "first"], ["other"]]


@pytest.mark.parametrize(("bits", "is_alike"), [(NEAR, True), (NEAR + 1, False)])
def test_so_many_bits_may_differ(person: User, bits: int, is_alike: bool) -> None:
    shown(person, LOOK)
    shown(person, LOOK ^ ((1 << bits) - 1))
    assert (len(found(person)) == 1) is is_alike


@pytest.mark.parametrize("look", [0, None])
def test_what_is_plain_or_was_not_looked_at_is_like_nothing(person: User, look: int | None) -> None:
    shown(person, look)
    shown(person, look)
    assert len(found(person)) == 2


def test_the_same_shapes_in_other_colours_are_two_pictures(person: User) -> None:
    day = a_picture(a_generation(person), likeness=LOOK, colour="#a0b0c0")
    night = a_picture(a_generation(person), likeness=LOOK, colour="#203040")
    assert not look_alike(day, night)


def test_a_stack_does_not_drift(person: User) -> None:
    shown(person, LOOK ^ 0b11111111, prompt="far")
    shown(person, LOOK ^ 0b1111, prompt="between")
    shown(person, LOOK, prompt="head")
    assert names(found(person)) == [["head", "between"], ["far"]]


@pytest.mark.parametrize(("between", "is_alike"), [(REACH - 1, True), (REACH, False)])
def test_only_what_stands_near_is_compared(person: User, between: int, is_alike: bool) -> None:
    shown(person, LOOK)
    generations(person, between)
    shown(person, LOOK)
    assert (len(found(person)) == between + 1) is is_alike


@pytest.mark.parametrize(
    ("marks", "best"),
    [
        ([{}, {}], 1),
        ([{"rating": 2}, {"rating": 1}], 0),
        ([{"is_starred": True}, {}], 0),
        ([{"rating": 5, "is_rejected": True}, {}], 1),
        ([{"rating": 3}, {"is_starred": True}], 0),
    ],
)
def test_the_best_is_on_top(person: User, marks: list[dict[str, Any]], best: int) -> None:
    rows = [shown(person, LOOK, **columns) for columns in marks]
    (stack,) = found(person)
    assert stack.best == rows[best]
    assert stack.cover == rows[best].pictures.get()


def test_a_stack_whose_best_has_lost_its_picture_shows_another(person: User) -> None:
    row = a_generation(person)
    a_picture(row, state="lost")
    kept = a_picture(row, position=1)
    assert found(person)[0].cover == kept
