"""Tags and boards: whose they are, how they are written, what becomes of a guest's."""

import pytest
from django.db import IntegrityError

from modelless_web.records.models import Board, Generation, Tag
from modelless_web.records.models.marks import tag_name
from modelless_web.records.organise.adoption import adopt
from tests.support import factories

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Sea", "sea"),
        ("  two \n words ", "two words"),
        ("\ufb01sh", "fish"),
        ("nul\0", "nul"),
        ("a" * 80, "a" * 50),
        ("   ", ""),
    ],
)
def test_a_tag_is_written_in_one_way(typed: str, kept: str) -> None:
    assert tag_name(typed) == kept


def test_nobody_has_two_boards_of_one_name() -> None:
    owner = factories.guest()
    Board.objects.create(owner=owner, name="Covers")
    with pytest.raises(IntegrityError):
        Board.objects.create(owner=owner, name="covers")


def test_two_people_may_use_the_same_words() -> None:
    for owner in (factories.guest(), factories.guest()):
        Tag.objects.create(owner=owner, name="sea")
        Board.objects.create(owner=owner, name="Covers")
    assert Tag.objects.visible_to(owner).count() == 1


def test_a_rating_above_five_is_refused() -> None:
    row = factories.generation()
    with pytest.raises(IntegrityError):
        Generation.objects.filter(pk=row.pk).update(rating=6)


def test_signing_in_brings_a_guests_tags_and_boards_along() -> None:
    guest, account = factories.guest(), factories.person()
    theirs, mine = factories.generation(guest), factories.generation(account)
    for owner, row in ((guest, theirs), (account, mine)):
        Tag.objects.create(owner=owner, name="sea").generations.add(row)
        Board.objects.create(owner=owner, name="Covers").generations.add(row)
    Tag.objects.create(owner=guest, name="night").generations.add(theirs)
    adopt(account, guest)
    assert set(account.tags.get(name="sea").generations.all()) == {theirs, mine}
    assert set(account.boards.get().generations.all()) == {theirs, mine}
    assert list(account.tags.get(name="night").generations.all()) == [theirs]
    assert not guest.tags.exists()
    assert not guest.boards.exists()
