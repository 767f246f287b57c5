"""Signing in: what a guest did can still be undone, and touches nothing of the account's."""

import pytest
from django.test import Client

from modelless_web.records.ids import uuid7
from modelless_web.records.models import Action, Board, Generation, Placement, User
from modelless_web.records.organise import actions, culls
from modelless_web.records.organise.adoption import adopt
from modelless_web.records.organise.selection import Selection
from tests.records.organise.test_actions import done, finished, state, value_of
from tests.support import factories

pytestmark = pytest.mark.django_db

Verb = Action.Verb
# What changes something of a generation that is neither starred nor rejected nor in the trash.
UNDOABLE = set(Verb) - {*Action.IN_TRASH, Verb.UNSTAR, Verb.ACCEPT}


@pytest.fixture
def guest() -> User:
    """A guest with a generation that is tagged and on a board."""
    guest = factories.guest()
    row = done(guest)
    guest.tags.create(name="sea").generations.add(row)
    Placement.objects.create(board=guest.boards.create(name="Covers"), generation=row)
    return guest


@pytest.fixture
def account() -> User:
    """An account with a generation of its own, and a tag and a board of the same names."""
    account = factories.person()
    account.tags.create(name="sea").generations.add(done(account, "My own"))
    account.boards.create(name="covers")
    return account


@pytest.mark.parametrize("verb", sorted(UNDOABLE))
def test_what_a_guest_did_is_undone_by_the_account(guest: User, account: User, verb: Verb) -> None:
    done(guest, "Another")
    action = actions.begin(Selection(guest), verb, value_of(verb, guest))
    assert action.changed
    adopt(account, guest)
    assert actions.undo(account, action.pk)
    assert Action.objects.get(pk=action.pk).state == Action.State.UNDONE
    row = Generation.objects.get(owner=account, prompt="A lighthouse")
    assert (row.is_starred, row.is_rejected, row.rating, row.deleted_at) == (False, False, 0, None)
    assert [tag.name for tag in row.tags.all()] == ["sea"]
    assert [board.name for board in row.boards.all()] == ["covers"]
    assert not Generation.objects.get(prompt="Another").boards.exists()
    assert not Generation.objects.get(prompt="Another").tags.exists()


def test_an_undo_that_is_under_way_goes_on(
    guest: User, account: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    done(guest, "Another")
    before = Generation.objects.values_list("pk", "is_starred")
    was = list(before)
    monkeypatch.setattr(actions, "AT_ONCE", 1)
    action = finished(actions.begin(Selection(guest), Verb.STAR))
    actions.undo(guest, action.pk)
    adopt(account, guest)
    assert finished(action).state == Action.State.UNDONE
    assert list(before) == was


@pytest.mark.parametrize("verb", [Verb.TRASH, Verb.PURGE])
def test_what_is_under_way_never_reaches_the_accounts_own(
    guest: User, account: User, verb: Verb, monkeypatch: pytest.MonkeyPatch
) -> None:
    for prompt in ("Another", "A third"):
        done(guest, prompt)
    in_trash = verb == Verb.PURGE
    if in_trash:
        for person in (guest, account):
            actions.begin(Selection(person), Verb.TRASH)
    mine = state(account)[0]
    monkeypatch.setattr(actions, "AT_ONCE", 1)
    action = actions.begin(Selection(guest, in_trash=in_trash), verb)
    adopt(account, guest)
    assert finished(action).done == 3
    rows = Generation.objects.filter(owner=account, prompt="My own")
    assert list(rows.values_list("pk", flat=True)) == [row[0] for row in mine]
    assert rows.get().is_deleted == in_trash


def test_a_verdict_of_a_guests_cull_is_taken_back(guest: User, account: User) -> None:
    cull, key = culls.planned(guest, None, ""), uuid7()
    row = Generation.objects.get(owner=guest)
    culls.judge(cull, row.pk, key, "5")
    adopt(account, guest)
    assert culls.take_back(account.culls.get(), key) == row.pk
    assert Generation.objects.get(pk=row.pk).rating == 0


def test_the_undo_on_the_page_still_works_after_signing_in(guest: User, client: Client) -> None:
    client.force_login(guest)
    row = Generation.objects.get(owner=guest)
    client.post("/history/act/", {"of": str(row.pk), "change": "trash"})
    action = Action.objects.get()
    account = factories.person()
    words = {"username": account.username, "password": "a long password"}
    client.post("/account/login/", words)
    assert client.post(f"/actions/{action.pk}/undo/").status_code == 303
    assert Generation.objects.get(owner=account).deleted_at is None


def test_an_accounts_work_is_nobodys_to_take(guest: User, account: User) -> None:
    other = factories.person()
    adopt(other, account)
    adopt(guest, account)
    assert Board.objects.filter(owner=account).exists()
