"""Completion: operators, then their values, and nothing of anybody else."""

import pytest

from modelless_web.records.language.completion import complete, tags_like
from modelless_web.records.language.operators import OPERATORS
from modelless_web.records.language.query import parse
from modelless_web.records.models import Board, Tag, User
from tests.support import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> User:
    """Somebody with a tag, a board and a model, beside somebody else."""
    owner, other = factories.guest(), factories.guest()
    for person, names in ((owner, ("sea", "two words")), (other, ("secret", "sea"))):
        for name in names:
            Tag.objects.create(owner=person, name=name)
    Board.objects.create(owner=owner, name="Covers")
    Board.objects.create(owner=other, name="Cover-up")
    factories.model("stable-diffusion")
    return owner


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("t", ["tag:", "tokens:"]),
        ("red -mo", ["-model:"]),
        ("tag:", ["tag:sea", 'tag:"two words"']),
        ("tag:se", ["tag:sea"]),
        ('red tag:"two', ['tag:"two words"']),
        ("-TAG:se", ["-tag:sea"]),
        ("board:cov", ["board:Covers"]),
        ("model:stab", ["model:stable-diffusion"]),
        ("status:c", ["status:cancelled"]),
        ("kind:i", ["kind:image"]),
        ("is:st", ["is:starred"]),
        ("rating:3", ["rating:>=3", "rating:<=3", "rating:>3", "rating:<3"]),
        ("cost:", ["cost:unknown"]),
        ("cost:0.5", ["cost:>=0.5", "cost:<=0.5", "cost:>0.5", "cost:<0.5"]),
        ("charge:m", ["charge:maybe"]),
        ("colour:", []),
        ("owner:", []),
        ('"red t', []),
        ("zebra", []),
    ],
)
def test_what_may_come_next_is_offered(owner: User, typed: str, offered: list[str]) -> None:
    assert [one.text for one in complete(owner, typed, len(typed))] == offered


def test_an_offer_takes_the_place_of_what_was_begun(owner: User) -> None:
    typed = "red tag:se boat"
    (offer,) = complete(owner, typed, len("red tag:se"))
    assert typed[: offer.start] + offer.text + typed[offer.end :] == "red tag:sea boat"


def test_an_empty_box_offers_every_operator_but_the_operators_own(owner: User) -> None:
    offered = {one.text for one in complete(owner, "", 0)}
    assert offered == {f"{name}:" for name, one in OPERATORS.items() if not one.for_staff}
    assert all(one.help for one in complete(owner, "", 0))


def test_an_operator_is_offered_people(owner: User) -> None:
    staff = factories.person(is_staff=True)
    assert "owner:" in {one.text for one in complete(staff, "", 0)}
    offered = complete(staff, f"owner:{staff.username}", 99)
    assert [one.text for one in offered] == [f"owner:{staff.username}"]


@pytest.mark.parametrize("cursor", [-5, 0, 3, 99])
def test_no_cursor_breaks_it(owner: User, cursor: int) -> None:
    for offer in complete(owner, "tag", cursor):
        assert not parse(offer.text).terms


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("", ["sea", "two words"]),
        ("o", ["two words"]),
        ("SE", ["sea"]),
        ("  two \n words ", ["two words"]),
        ("secret", []),
        ("%", []),
    ],
)
def test_a_tag_is_offered_by_its_letters(owner: User, typed: str, offered: list[str]) -> None:
    assert tags_like(owner, typed) == offered


def test_tags_that_begin_so_come_first(owner: User) -> None:
    for name in ("a sea", "season"):
        Tag.objects.create(owner=owner, name=name)
    assert tags_like(owner, "sea") == ["sea", "season", "a sea"]
