"""Who begins, and when: in turn, within the limits, and with an honest place in the queue."""

import dataclasses
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelless_web.engine.admission import Limits, ModelKey, Running, Waiting, pick
from modelless_web.engine.runtime import Engine
from modelless_web.records.models import Generation, Model, Status, User
from tests.engine.asking import at, begin, finish, reach
from tests.support import factories
from tests.support.beside import beside
from tests.support.studio import wait_for
from tests.support.upstream import HANG, Upstream, upstream

PAINTER: ModelKey = (1, "painter")
WRITER: ModelKey = (1, "writer")
PLENTY = Limits(total=1_000, per_person=100)


def queue(*people: int, model: ModelKey = PAINTER) -> list[Waiting]:
    """One row for each mention of a person, in the order in which they were sent."""
    turns: dict[int, int] = {}
    rows = []
    for number, person in enumerate(people):
        turns[person] = turns.get(person, 0) + 1
        rows.append(Waiting(UUID(int=number), person, model, turns[person]))
    return rows


def chosen(
    rows: list[Waiting], limits: Limits = PLENTY, running: Running | None = None
) -> list[int]:
    """The places in the queue of those who may begin, in the order in which they do."""
    pks, _ = pick(rows, running or Running(), limits)
    return [pk.int for pk in pks]


def ahead(rows: list[Waiting], limits: Limits, running: Running | None = None) -> dict[int, int]:
    """How many are ahead of each row that may not begin yet."""
    _, places = pick(rows, running or Running(), limits)
    return {pk.int: place for pk, place in places.items()}


def busy(**runs: int) -> Running:
    """Runs under way: ``p7=3`` is three of person 7."""
    running = Running()
    for person, count in runs.items():
        running.add(int(person.removeprefix("p")), PAINTER, count)
    return running


def test_while_there_is_room_all_begin_in_order() -> None:
    assert chosen(queue(1, 2, 3)) == [0, 1, 2]


def test_people_take_turns() -> None:
    assert chosen(queue(1, 1, 1, 2, 3)) == [0, 3, 4, 1, 2]


def test_who_has_runs_under_way_comes_after_who_has_none() -> None:
    assert chosen(queue(1, 2), Limits(1, 100), busy(p1=1)) == []
    assert chosen(queue(1, 2), Limits(2, 100), busy(p1=1)) == [1]


def test_among_equals_who_was_served_longest_ago_begins_first() -> None:
    pks, _ = pick(queue(1, 2, 3), Running(), Limits(2, 100), served={1: 8, 2: 9})
    assert [pk.int for pk in pks] == [2, 0]


def test_no_more_begin_than_may_run_in_all() -> None:
    assert chosen(queue(1, 2, 3, 4), Limits(3, 100), busy(p9=1)) == [0, 1]


def test_no_more_of_one_person_begin_than_that_person_may_run() -> None:
    assert chosen(queue(1, 1, 1, 2), Limits(100, 2)) == [0, 3, 1]


def test_no_more_of_one_model_begin_than_it_takes() -> None:
    rows = [*queue(1, 2, 3), *queue(4, model=WRITER)]
    assert len(chosen(rows, Limits(100, 100, {PAINTER: 1}))) == 2


def test_a_full_model_holds_up_no_other() -> None:
    rows = [*queue(1, 1, 1), Waiting(UUID(int=9), 2, WRITER, 1)]
    assert 9 in chosen(rows, Limits(100, 100, {PAINTER: 0}))


def test_a_place_counts_who_waits_for_the_same_and_comes_first() -> None:
    assert ahead(queue(1, 1, 2), Limits(1, 100)) == {2: 0, 1: 1}


def test_who_waits_for_their_own_runs_has_nobody_else_ahead() -> None:
    assert ahead(queue(1, 1, 1, 2, 2), Limits(100, 1)) == {1: 0, 2: 1, 4: 0}


PEOPLE = st.lists(st.integers(1, 5), max_size=30)


@given(PEOPLE, st.integers(0, 12), st.integers(1, 6))
def test_nobody_begins_twice_and_no_limit_is_passed(
    people: list[int], total: int, per_person: int
) -> None:
    rows = queue(*people)
    numbers = chosen(rows, Limits(total, per_person))
    begun = [rows[number].owner for number in numbers]
    assert len(set(numbers)) == len(numbers) <= total
    assert all(begun.count(person) <= per_person for person in set(begun))


@given(PEOPLE, st.integers(0, 12))
def test_nobody_has_two_more_places_than_somebody_who_waits(people: list[int], total: int) -> None:
    rows = queue(*people)
    numbers = set(chosen(rows, Limits(total, 100)))
    begun = [row.owner for row in rows if row.pk.int in numbers]
    waits = {row.owner for row in rows if row.pk.int not in numbers}
    for person in waits:
        assert all(begun.count(other) <= begun.count(person) + 1 for other in set(begun))


@pytest.fixture
def one_at_a_time(settings: Any) -> None:
    settings.ENVIRONMENT = dataclasses.replace(settings.ENVIRONMENT, runs=1)


@pytest.fixture
def silent() -> Iterator[Upstream]:
    """A gateway that takes every prompt and says nothing."""
    with beside(lambda: upstream([HANG])) as gate:
        yield gate


def waits(row: Generation, ahead: int) -> Generation:
    """The row, once the ledger says how many are ahead of it."""
    return reach(row, lambda found: found.ahead == ahead)


@pytest.fixture
def painter(one_at_a_time: None, engine: Engine, silent: Upstream) -> Model:
    """A model of the silent gateway, at a studio that carries out one run at a time."""
    return at(silent.url)


def test_who_waits_is_told_how_many_are_ahead(painter: Model) -> None:
    rows = [begin(painter) for _ in range(3)]
    assert waits(rows[1], 0).stage == "queued, next in turn"
    assert waits(rows[2], 1).stage == "queued, 1 ahead"


def test_open_pages_hear_of_the_place(painter: Model, engine: Engine) -> None:
    begin(painter)
    person = factories.guest()
    watcher = engine.log.join(person.pk)
    begin(painter, owner=person)
    stages = [n.get("stage") for _ in range(2) for n in engine.wait_for(watcher.take(10))]
    assert "queued, next in turn" in stages


def test_the_next_begins_when_one_ends(painter: Model, engine: Engine) -> None:
    first, second = begin(painter), begin(painter)
    waits(second, 0)
    engine.stop(first.owner_id, first.pk)
    finish(first)
    assert reach(second, lambda found: found.status == Status.RUNNING)


def test_stopping_one_that_waits_sends_nothing(painter: Model, silent: Upstream) -> None:
    from modelless_web.engine import tasks

    begin(painter)
    second = waits(begin(painter), 0)
    tasks.stop(second)
    assert finish(second).status == Status.CANCELLED
    assert sum(request.startswith(b"POST") for request in silent.requests) == 1


def test_one_prompt_of_another_person_overtakes_many_of_one(painter: Model, engine: Engine) -> None:
    eager: User = factories.guest()
    many = [begin(painter, owner=eager) for _ in range(5)]
    one = begin(painter)
    waits(one, 0)
    engine.stop(eager.pk, many[0].pk)
    finish(many[0])
    assert reach(one, lambda found: found.status == Status.RUNNING)


def test_the_operator_limits_a_single_model(engine: Engine, silent: Upstream) -> None:
    model = at(silent.url)
    Model.objects.filter(pk=model.pk).update(most_runs=2)
    rows = [begin(model) for _ in range(3)]
    waits(rows[2], 0)
    statuses = Generation.objects.order_by("pk").values_list("status", flat=True)
    assert list(statuses) == [Status.RUNNING, Status.RUNNING, Status.QUEUED]


def test_nobody_waits_where_there_is_room(engine: Engine, silent: Upstream) -> None:
    rows = [begin(at(silent.url, f"model-{number}")) for number in range(20)]
    assert wait_for(lambda: not Generation.objects.filter(status=Status.QUEUED).exists())
    assert {row.ahead for row in Generation.objects.filter(pk__in=[r.pk for r in rows])} == {None}
