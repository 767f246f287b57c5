"""Culling without scripts: one form per verdict, the way back, and one deed at the end."""

import re
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from modelless_web.records.ids import uuid7
from modelless_web.records.models import Action, Board, Cull, Generation, User, Verdict
from modelless_web.records.organise import actions, culls
from modelless_web.records.organise.adoption import adopt
from tests.studio.factories import a_generation, a_picture, generations
from tests.studio.pages import HTMX, queries, text_of, typed

pytestmark = pytest.mark.django_db

CULL = "/history/cull/"
SHOWN = re.compile(r'data-candidate="([0-9a-f-]{36})"[^>]*?( hidden)?>')


@dataclass
class Walk:
    """A person who culls with a browser without scripts."""

    browser: Client
    page: Any = None

    def begin(self, query: str = "") -> "Walk":
        self.page = self.browser.get(CULL, {"q": query})
        return self

    def say(self, word: str, **more: str) -> "Walk":
        return self._send("verdict/", word=word, generation=self.at, **more)

    def undo(self) -> "Walk":
        key = re.search(r'id="undo".*?name="key" value="([^"]*)"', text_of(self.page), re.S)
        return self._send("undo/", key=key[1] if key else "")

    def finish(self) -> "Walk":
        self.page = self.browser.get(CULL, {"cull": self.pk, "summary": "1"})
        return self

    def act(self, which: str, change: str, **more: str) -> "Walk":
        return self._send("act/", which=which, change=change, **more)

    def _send(self, place: str, **words: str) -> "Walk":
        said = {"q": typed(self.page, "q"), "cull": self.pk, "key": typed(self.page, "key")}
        self.page = self.browser.post(CULL + place, said | words, follow=True)
        return self

    @property
    def pk(self) -> str:
        return typed(self.page, "cull")

    @property
    def at(self) -> str:
        """The generation that is shown."""
        found = SHOWN.findall(self.page.content.decode())
        return next((pk for pk, hidden in found if not hidden), "")

    @property
    def position(self) -> str:
        found = re.search(r'id="position"[^>]*>(\d+)</span> of <span id="total">(\d+)', self.text)
        return f"{found[1]} of {found[2]}" if found else ""

    @property
    def text(self) -> str:
        return text_of(self.page)

    @property
    def outcome(self) -> str:
        found = re.search(r"<h2>([^<]*)</h2>", self.text)
        return found[1] if found else ""


@pytest.fixture
def walk(mine: Client) -> Walk:
    return Walk(mine)


def marks(row: Generation) -> tuple[bool, bool, int]:
    row.refresh_from_db()
    return row.is_starred, row.is_rejected, row.rating


def test_the_newest_comes_first_and_each_verdict_leads_to_the_next(
    walk: Walk, person: User
) -> None:
    first, second, third = generations(person, 3)
    walk.begin()
    assert (walk.at, walk.position) == (str(third.pk), "1 of 3")
    walk.say("star")
    assert (walk.at, walk.position) == (str(second.pk), "2 of 3")
    walk.say("reject").say("4")
    assert walk.outcome == "3 looked at: 1 starred, 1 rejected, 1 left"
    assert [marks(row) for row in (third, second, first)] == [
        (True, False, 0),
        (False, True, 0),
        (False, False, 4),
    ]


@pytest.mark.parametrize(
    ("before", "word", "after"),
    [
        ((False, True, 0), "star", (True, False, 0)),
        ((False, True, 0), "3", (False, False, 3)),
        ((True, False, 2), "reject", (True, True, 2)),
        ((True, True, 5), "0", (False, False, 0)),
        ((True, False, 4), "", (True, False, 4)),
    ],
)
def test_a_verdict_says_all_that_it_means_and_is_undone_to_the_state_before(
    walk: Walk, person: User, before: tuple[bool, bool, int], word: str, after: Any
) -> None:
    starred, rejected, rating = before
    row = a_generation(person, is_starred=starred, is_rejected=rejected, rating=rating)
    walk.begin().say(word)
    assert marks(row) == after
    if word:
        walk.undo()
        assert marks(row) == before
        assert walk.at == str(row.pk)


def test_undo_takes_back_the_last_verdict_and_not_what_was_passed(walk: Walk, person: User) -> None:
    *_, third, fourth = generations(person, 4)
    walk.begin().say("star").say("reject").say("").undo()
    assert walk.at == str(third.pk)
    assert (marks(fourth), marks(third)) == ((True, False, 0), (False, False, 0))
    walk.undo()
    assert walk.at == str(fourth.pk)
    assert marks(fourth) == (False, False, 0)
    assert not Action.objects.exclude(state=Action.State.UNDONE).exists()


def test_a_verdict_that_is_sent_twice_counts_once(walk: Walk, person: User) -> None:
    generations(person, 2)
    walk.begin()
    words = {"cull": walk.pk, "key": uuid7().hex, "word": "reject", "generation": walk.at}
    for _ in range(2):
        assert walk.browser.post(f"{CULL}verdict/", words, headers=HTMX).status_code == 204
    assert Verdict.objects.count() == 1
    assert Verdict.objects.get().actions == [str(Action.objects.get().pk)]


def test_an_undo_that_is_sent_twice_takes_back_one(walk: Walk, person: User) -> None:
    generations(person, 3)
    walk.begin().say("reject").say("reject")
    words = {"cull": walk.pk, "key": Verdict.objects.latest("pk").key.hex}
    for _ in range(2):
        assert walk.browser.post(f"{CULL}undo/", words, headers=HTMX).status_code == 204
    assert Generation.objects.filter(is_rejected=True).count() == 1


def test_what_no_longer_matches_is_still_part_of_the_walk(walk: Walk, person: User) -> None:
    rows = generations(person, 3, is_starred=True)
    walk.begin("is:starred").say("0")
    assert walk.position == "2 of 3"
    walk.page = walk.browser.get(CULL, {"q": "is:starred", "cull": walk.pk, "at": str(rows[2].pk)})
    assert walk.position == "1 of 3"
    walk.say("")
    assert walk.at == str(rows[1].pk)


def test_what_is_made_meanwhile_is_not_part_of_it(walk: Walk, person: User) -> None:
    rows = generations(person, 2)
    walk.begin()
    a_generation(person)
    walk.page = walk.browser.get(CULL, {"cull": walk.pk})
    assert (walk.at, walk.position) == (str(rows[1].pk), "1 of 2")


def test_back_leads_to_what_was_looked_at_before(walk: Walk, person: User) -> None:
    rows = generations(person, 3)
    walk.begin()
    assert 'id="back"' in walk.text
    walk.say("").say("")
    back = re.search(r'id="back" class="action" href="([^"]*)"', walk.text)
    walk.page = walk.browser.get(back[1] if back else "")
    assert walk.at == str(rows[1].pk)


def test_looking_alone_begins_nothing(walk: Walk, person: User) -> None:
    generations(person, 1)
    walk.begin()
    assert not Cull.objects.exists()


def test_nothing_to_cull_is_said(walk: Walk) -> None:
    assert walk.begin("a word that nobody wrote").outcome == "There is nothing to cull here"


def test_what_was_marked_before_is_told_apart(walk: Walk, person: User) -> None:
    old, _, new = generations(person, 3)
    Generation.objects.filter(pk=old.pk).update(is_rejected=True)
    walk.begin().say("reject").say("").say("")
    assert walk.outcome == "3 looked at: 0 starred, 1 rejected, 2 left"
    assert "1 more that you passed had been starred or rejected before" in walk.text
    walk.act("rejected", "trash")
    gone = Generation.objects.exclude(deleted_at=None)
    assert list(gone) == [new]


def test_the_rejected_go_to_the_trash_and_come_back(walk: Walk, person: User) -> None:
    generations(person, 3)
    walk.begin().say("reject").say("reject").say("star").act("rejected", "trash")
    assert "2 moved to the trash." in walk.text
    assert walk.outcome == "3 looked at: 1 starred, 2 rejected, 0 left"
    undo = re.search(r'action="(/actions/[^"]*/undo/)"', walk.text)
    walk.browser.post(undo[1] if undo else "", {"next": CULL})
    assert not Generation.objects.exclude(deleted_at=None).exists()


@pytest.mark.parametrize(("which", "count"), [("starred", 1), ("rated-4", 1), ("rated-1", 2)])
def test_the_best_are_tagged_or_put_on_a_board(
    walk: Walk, person: User, which: str, count: int
) -> None:
    board = Board.objects.create(owner=person, name="Wall")
    generations(person, 4)
    walk.begin().say("star").say("2").say("5").say("reject")
    walk.act(which, "tag", tag="Keepers").act(which, "place", board=str(board.pk))
    assert Generation.objects.filter(tags__name="keepers").count() == count
    assert board.generations.count() == count


def test_a_deed_that_lacks_something_says_what(walk: Walk, person: User) -> None:
    generations(person, 1)
    walk.begin().say("star").act("starred", "tag")
    assert walk.page.status_code == 422
    assert "Type the tag first." in walk.text


def test_a_rejection_outranks_a_star(walk: Walk, person: User) -> None:
    generations(person, 2)
    walk.begin().say("star")
    starred = Verdict.objects.get().generation_id
    walk.page = walk.browser.get(CULL, {"cull": walk.pk, "at": str(starred)})
    walk.say("reject").finish()
    assert walk.outcome == "1 looked at: 0 starred, 1 rejected, 0 left"


def test_what_was_deleted_elsewhere_is_passed_over(walk: Walk, person: User) -> None:
    rows = generations(person, 3)
    walk.begin()
    Generation.objects.filter(pk=rows[1].pk).update(deleted_at=timezone.now())
    walk.say("star")
    assert walk.at == str(rows[0].pk)


def test_a_cull_ends_when_it_is_full(
    walk: Walk, person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(culls, "MOST_LOOKED_AT", 2)
    generations(person, 3)
    walk.begin()
    assert '<span id="total">2</span>' in walk.text
    walk.say("star").say("star")
    assert walk.outcome.startswith("2 looked at")
    assert "One cull holds no more." in walk.text


def test_a_stranger_reads_and_changes_nothing(
    walk: Walk, person: User, theirs: Client, stranger: User
) -> None:
    row = a_generation(person, prompt="a fox of mine")
    a_generation(stranger)
    walk.begin()
    fresh = {"cull": uuid7(), "key": uuid7(), "generation": row.pk, "word": "reject"}
    assert theirs.post(f"{CULL}verdict/", fresh).status_code == 404
    walk.say("star")
    for words in ({"cull": walk.pk}, {"cull": walk.pk, "summary": "1"}):
        assert walk.pk not in text_of(theirs.get(CULL, words))
    own = Generation.objects.get(owner=stranger)
    taken = {"cull": walk.pk, "key": uuid7(), "generation": own.pk, "word": "reject"}
    assert theirs.post(f"{CULL}verdict/", taken).status_code == 303
    assert Cull.objects.get(owner=person).verdicts.count() == 1
    key = Verdict.objects.get(cull__owner=person).key
    assert theirs.post(f"{CULL}undo/", {"cull": walk.pk, "key": key}).status_code == 303
    assert theirs.post(f"{CULL}act/", {"cull": walk.pk, "which": "starred"}).status_code == 422
    assert "a fox of mine" not in text_of(theirs.get(CULL, {"at": str(row.pk)}))
    assert marks(row) == (True, False, 0)


def test_a_guests_cull_goes_along_to_the_account(walk: Walk, person: User) -> None:
    generations(person, 1)
    walk.begin().say("star")
    account = User.objects.create_user("somebody")
    adopt(account, person)
    assert account.culls.count() == 1


@pytest.mark.parametrize("word", ["6", "-1", "purge", "constructor"])
def test_an_unknown_verdict_is_refused(walk: Walk, person: User, word: str) -> None:
    generations(person, 1)
    assert walk.begin().say(word).page.status_code == 400


def test_pictures_are_shown_large_and_side_by_side(walk: Walk, person: User) -> None:
    row = a_generation(person)
    pictures = [a_picture(row, choice=choice) for choice in range(2)]
    text = walk.begin().text
    assert all(f"{picture.url} {picture.width}w" in text for picture in pictures)
    assert 'data-choices="2"' in text


def test_a_page_takes_as_many_queries_for_many_as_for_few(walk: Walk, person: User) -> None:
    for row in generations(person, 2):
        a_picture(row)
    few = queries(walk.begin)
    for row in generations(person, 20):
        a_picture(row)
    assert queries(walk.begin) == few


def test_old_culls_are_forgotten_and_their_marks_stay(walk: Walk, person: User) -> None:
    (row,) = generations(person, 1)
    walk.begin().say("star")
    Cull.objects.update(begun_at=timezone.now() - actions.KEPT * 2)
    culls.forget()
    assert not Verdict.objects.exists()
    assert marks(row) == (True, False, 0)
