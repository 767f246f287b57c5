"""Changes of whole selections: what they change, in steps, and the way back."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from modelless_web.engine import ledger
from modelless_web.records.models import Action, Board, Generation, Placement, Status, Tag, User
from modelless_web.records.organise import actions
from modelless_web.records.organise.changes import UnknownChangeError, move
from modelless_web.records.organise.selection import Counts, Selection
from tests.support import factories

pytestmark = pytest.mark.django_db

Verb = Action.Verb


@pytest.fixture
def person() -> User:
    return factories.guest()


def done(owner: User, prompt: str = "A lighthouse", **columns: Any) -> Generation:
    """A generation that has ended."""
    row = factories.generation(owner, prompt=prompt)
    Generation.objects.filter(pk=row.pk).update(status=Status.SUCCEEDED, **columns)
    return row


def state(owner: User) -> Any:
    """Everything that a change may touch."""
    columns = ("pk", "is_starred", "is_rejected", "rating", "deleted_at")
    rows = list(Generation.objects.filter(owner=owner).order_by("pk").values_list(*columns))
    tags = set(Tag.objects.filter(owner=owner).values_list("name", "generations"))
    placed = set(Placement.objects.values_list("board", "generation", "placed_at"))
    return rows, tags, placed


def finished(action: Action) -> Action:
    """The action after all its steps."""
    while actions.step():
        pass
    return Action.objects.get(pk=action.pk)


def value_of(verb: str, owner: User) -> str:
    if verb in {Verb.PLACE, Verb.REMOVE}:
        return str(Board.objects.get(owner=owner).pk)
    return {Verb.RATE: "3", Verb.TAG: "sea", Verb.UNTAG: "sea"}.get(Verb(verb), "")


@pytest.fixture
def mixed(person: User) -> list[Generation]:
    """Six generations, each different; some already are what a change would make them."""
    rows = [done(person, rating=n) for n in range(6)]
    Generation.objects.filter(pk__in=[rows[0].pk, rows[1].pk]).update(is_starred=True)
    Generation.objects.filter(pk=rows[2].pk).update(is_rejected=True)
    Tag.objects.create(owner=person, name="sea").generations.add(*rows[:2])
    board = Board.objects.create(owner=person, name="Covers")
    for row in rows[2:4]:
        long_ago = timezone.now() - timedelta(days=row.rating + 3)
        Placement.objects.create(board=board, generation=row, placed_at=long_ago)
    return rows


@pytest.fixture(params=[500, 2], ids=["at once", "in steps"])
def size(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many generations one step takes."""
    monkeypatch.setattr(actions, "AT_ONCE", request.param)
    return int(request.param)


UNDOABLE = [verb for verb in Verb.values if verb not in {Verb.RESTORE, Verb.PURGE}]


@pytest.mark.parametrize("verb", UNDOABLE)
def test_undo_restores_the_exact_state(
    person: User, mixed: list[Generation], size: int, verb: str
) -> None:
    before = state(person)
    action = finished(actions.begin(Selection(person), verb, value_of(verb, person)))
    assert (action.state, action.done, action.total) == (Action.State.DONE, 6, 6)
    assert 0 < action.changed <= 6
    assert state(person) != before
    actions.undo(person, action.pk)
    assert finished(action).state == Action.State.UNDONE
    assert state(person) == before


def test_restoring_can_be_undone_to_the_very_moment(person: User, size: int) -> None:
    rows = [done(person) for _ in range(5)]
    for days, row in enumerate(rows[:3]):
        move(Generation.objects.filter(pk=row.pk), timezone.now() - timedelta(days=days))
    before = state(person)
    action = finished(actions.begin(Selection(person, in_trash=True), Verb.RESTORE))
    assert action.changed == 3
    assert not Generation.objects.exclude(deleted_at=None).exists()
    actions.undo(person, action.pk)
    finished(action)
    assert state(person) == before


def test_only_what_was_picked_changes(person: User) -> None:
    one, other = done(person), done(person)
    actions.begin(Selection(person, picked=(one.pk,)), Verb.STAR)
    assert set(Generation.objects.filter(is_starred=True)) == {one}
    assert not Generation.objects.get(pk=other.pk).is_starred


def test_only_what_matches_changes(person: User) -> None:
    sea, land = done(person, "the sea"), done(person, "the land")
    actions.begin(Selection(person, query="sea"), Verb.REJECT)
    assert Generation.objects.get(pk=sea.pk).is_rejected
    assert not Generation.objects.get(pk=land.pk).is_rejected


def test_what_came_after_is_not_meant(person: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "AT_ONCE", 1)
    done(person)
    done(person)
    action = actions.begin(Selection(person), Verb.STAR)
    later = done(person)
    finished(action)
    assert set(Generation.objects.filter(is_starred=False)) == {later}


def test_nobody_changes_what_is_anothers(person: User) -> None:
    theirs = done(factories.guest())
    for selection in (Selection(person), Selection(person, picked=(theirs.pk,))):
        action = actions.begin(selection, Verb.TRASH)
        assert (action.total, action.changed) == (0, 0)
    assert Generation.objects.get(pk=theirs.pk).deleted_at is None


def test_nobody_undoes_what_another_did(person: User) -> None:
    done(person)
    action = actions.begin(Selection(person), Verb.STAR)
    assert actions.undo(factories.guest(), action.pk) is None
    assert Generation.objects.get().is_starred


def test_undo_leaves_alone_what_was_changed_since(person: User) -> None:
    row = done(person, rating=1)
    action = actions.begin(Selection(person), Verb.RATE, "3")
    Generation.objects.update(rating=5)
    actions.undo(person, action.pk)
    assert Generation.objects.get(pk=row.pk).rating == 5


def test_undoing_twice_is_undoing_once(person: User) -> None:
    done(person)
    action = actions.begin(Selection(person), Verb.STAR)
    assert actions.undo(person, action.pk)
    assert actions.undo(person, action.pk) is None


def test_what_is_under_way_is_not_thrown_away(person: User) -> None:
    running, ended = factories.generation(person), done(person)
    ledger.claim([running.pk], "worker")
    action = actions.begin(Selection(person), Verb.TRASH)
    assert (action.total, action.changed) == (2, 1)
    assert list(Generation.objects.filter(deleted_at=None)) == [running]
    assert Generation.objects.exclude(deleted_at=None).get() == ended


def test_purging_is_for_good_and_for_the_trash_only(person: User) -> None:
    kept, gone = done(person), done(person)
    move(Generation.objects.filter(pk=gone.pk), timezone.now())
    action = actions.begin(Selection(person, in_trash=True), Verb.PURGE)
    assert list(Generation.objects.all()) == [kept]
    assert not action.can_be_undone
    assert actions.undo(person, action.pk) is None


@pytest.mark.parametrize(
    ("verb", "value"),
    [
        ("rate", "6"),
        ("rate", ""),
        ("rate", "٣"),
        ("tag", "  "),
        ("untag", ""),
        ("place", "1"),
        ("place", "x"),
        ("place", "9" * 40),
        ("explode", ""),
        ("", ""),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(
    person: User, verb: str, value: str
) -> None:
    done(person)
    with pytest.raises(UnknownChangeError, match=r"\w+ .*\."):
        actions.begin(Selection(person), verb, value)
    assert not Action.objects.exists()


def test_nothing_is_placed_on_anothers_board_or_a_smart_one(person: User) -> None:
    done(person)
    theirs = Board.objects.create(owner=factories.guest(), name="Theirs")
    smart = Board.objects.create(owner=person, name="Smart", query="is:starred")
    for board in (theirs, smart):
        with pytest.raises(UnknownChangeError):
            actions.begin(Selection(person), Verb.PLACE, str(board.pk))


def test_a_tag_that_nothing_has_any_more_is_gone(person: User) -> None:
    done(person)
    actions.begin(Selection(person), Verb.TAG, "Sea")
    assert Tag.objects.get().name == "sea"
    actions.begin(Selection(person), Verb.UNTAG, "SEA")
    assert not Tag.objects.exists()


def test_another_process_goes_on_where_one_died(
    person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "AT_ONCE", 2)
    rows = [done(person) for _ in range(5)]
    action = actions.begin(Selection(person), Verb.STAR)
    actions.step()
    halfway = Action.objects.get(pk=action.pk)
    assert (halfway.state, halfway.done, halfway.percent) == (Action.State.RUNNING, 2, 40)
    assert finished(action).done == len(rows)


def test_actions_take_turns(person: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "AT_ONCE", 1)
    other = factories.guest()
    for owner in (person, other):
        for _ in range(3):
            done(owner)
    first, second = (actions.begin(Selection(owner), Verb.STAR) for owner in (person, other))
    seen = [stepped.pk for stepped in iter(actions.step, None)]
    assert seen[:4] == [first.pk, second.pk, first.pk, second.pk]


def test_a_selection_says_how_much_it_is(person: User) -> None:
    rows = [done(person) for _ in range(3)]
    for row, size in zip(rows, (1_000, 2_000), strict=False):
        factories.picture(row, state="stored", size=size)
    factories.picture(rows[2], state="lost", size=9)
    assert Selection(person).counts() == Counts(3, 2, 3_000)
    assert Selection(person, picked=(rows[0].pk, UUID(int=1))).counts() == Counts(1, 1, 1_000)


def test_old_actions_are_forgotten(person: User) -> None:
    done(person)
    old, fresh = (actions.begin(Selection(person), verb) for verb in (Verb.STAR, Verb.REJECT))
    Action.objects.filter(pk=old.pk).update(made_at=timezone.now() - timedelta(days=8))
    actions.forget()
    assert list(Action.objects.all()) == [fresh]
