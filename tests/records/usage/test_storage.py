"""Storage: what somebody has counts once, and is given back when the last of it goes."""

from pathlib import Path

import pytest

from modelless_web.engine.rescue import queue
from modelless_web.records import retention
from modelless_web.records.models import Generation, User
from modelless_web.records.organise.adoption import adopt
from modelless_web.records.store import keep
from modelless_web.records.usage import storage
from modelless_web.records.usage.checking import wrong_storage
from tests.studio.factories import a_generation, png
from tests.support import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]

RED, BLUE = png(colour="#990000"), png(9, 9, colour="#000099")


def stored(owner: User, data: bytes) -> Generation:
    """A generation with a picture that has just come."""
    row = a_generation(owner)
    queue.keep(factories.picture(row).pk, keep(data), 1)
    return row


def bytes_of(owner: User) -> int:
    owner.refresh_from_db()
    return owner.stored_bytes


def test_an_original_counts_once_for_each_person() -> None:
    owner, other = factories.person(), factories.person()
    for person, data in ((owner, RED), (owner, RED), (owner, BLUE), (other, RED)):
        stored(person, data)
    assert bytes_of(owner) == len(RED) + len(BLUE)
    assert bytes_of(other) == len(RED)


def test_it_is_given_back_with_the_last_picture_that_has_it() -> None:
    owner = factories.person()
    first, second = stored(owner, RED), stored(owner, RED)
    retention.purge([first.pk])
    assert bytes_of(owner) == len(RED)
    retention.purge([second.pk])
    assert bytes_of(owner) == 0


def test_a_guest_brings_what_the_account_has_not() -> None:
    guest, account = factories.guest(), factories.person()
    for person, data in ((guest, RED), (guest, BLUE), (account, RED)):
        stored(person, data)
    adopt(account, guest)
    assert bytes_of(account) == len(RED) + len(BLUE)
    assert bytes_of(guest) == 0
    assert wrong_storage() == {}


def test_it_can_be_counted_anew(media: Path) -> None:
    owner = factories.person()
    stored(owner, RED)
    User.objects.update(stored_bytes=7)
    assert wrong_storage() == {owner: len(RED)}
    storage.recount()
    assert wrong_storage() == {}
