"""Drafts: what one page has typed is never lost to another, nor to a lost answer."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from modelless_web.records.ids import uuid7
from modelless_web.records.models import Draft, Generation, User
from modelless_web.records.models.drafts import MOST_DRAFTS, Kept, TooManyDraftsError, Typed, offer
from modelless_web.records.organise.adoption import adopt
from tests.studio.factories import UNHURRIED
from tests.support import factories

pytestmark = pytest.mark.django_db


class Tab:
    """A page that has a draft open, and hears or misses what comes of its writes."""

    def __init__(self, owner: User, pk: UUID | None = None, version: int = 0) -> None:
        self.owner, self.pk, self.version = owner, pk or offer(owner), version
        self.writer, self.edit, self.submission = uuid7().hex, 0, uuid7().hex

    def type(self, prompt: str, *, heard: bool = True, **fields: str) -> Kept:
        self.edit += 1
        return self.send(self.typed(prompt, **fields), heard=heard)

    def typed(self, prompt: str, **fields: str) -> Typed:
        return Typed({"prompt": prompt, **fields}, self.submission, self.writer, self.edit)

    def send(self, typed: Typed, *, heard: bool = True) -> Kept:
        kept = Draft.objects.write(self.owner, self.pk, self.version, typed)
        if heard:
            self.pk, self.version = kept.draft.pk, kept.draft.version
        return kept

    def beside(self) -> "Tab":
        """A second tab, opened on what is kept now."""
        kept = Draft.objects.get(pk=self.pk)
        return Tab(self.owner, kept.pk, kept.version)


@pytest.fixture
def person() -> User:
    return factories.guest()


@pytest.fixture(params=["offered", "made up"])
def tab(person: User, request: pytest.FixtureRequest) -> Tab:
    """A page with a new draft, whose id the studio has offered or a script has made up."""
    return Tab(person, uuid7() if request.param == "made up" else None)


def prompts(owner: User) -> list[str]:
    return sorted(row.fields["prompt"] for row in Draft.objects.visible_to(owner))


def sent(tab: Tab, prompt: str) -> None:
    """Let the tab's Generate reach the ledger."""
    row = factories.generation(owner=tab.owner, prompt=prompt)
    Generation.objects.filter(pk=row.pk).update(submission=tab.submission)


def test_the_first_write_begins_it_under_the_id_that_the_page_was_offered(person: User) -> None:
    tab = Tab(person)
    kept = tab.type("half a thought", n="two")
    assert (kept.draft.pk, kept.draft.version) == (tab.pk, 1)
    assert kept.draft.fields == {"prompt": "half a thought", "n": "two"}


def test_each_change_is_a_version(tab: Tab) -> None:
    tab.type("half")
    assert tab.type("half a thought").draft.version == 2
    assert prompts(tab.owner) == ["half a thought"]


def test_a_repeated_write_changes_nothing(tab: Tab) -> None:
    tab.type("half", heard=False)
    assert tab.send(tab.typed("half")).draft.version == 1


def test_what_was_kept_without_an_answer_is_gone_on_with(tab: Tab) -> None:
    tab.type("half", heard=False)
    tab.type("half a thought", heard=False)
    kept = tab.type("a whole thought")
    assert not kept.has_parted
    assert prompts(tab.owner) == ["a whole thought"]


def test_of_one_pages_writes_the_last_typed_counts_however_they_arrive(tab: Tab) -> None:
    tab.type("half", heard=False)
    early = tab.typed("half")
    tab.type("half a thought", heard=False)
    tab.send(early)
    assert prompts(tab.owner) == ["half a thought"]


def test_a_write_from_an_older_version_becomes_a_draft_of_its_own(tab: Tab) -> None:
    tab.type("together")
    other = tab.beside()
    tab.type("first")
    kept = other.type("second")
    assert kept.has_parted
    assert kept.draft.title == "second (other tab)"
    assert prompts(tab.owner) == ["first", "second"]


def test_tabs_that_have_parted_stay_apart(tab: Tab) -> None:
    tab.type("together")
    other = tab.beside()
    tab.type("first")
    other.type("second")
    assert not tab.type("first, on").has_parted
    assert not other.type("second, on").has_parted
    assert prompts(tab.owner) == ["first, on", "second, on"]


def test_a_tab_that_did_not_hear_of_parting_parts_only_once(tab: Tab) -> None:
    tab.type("together")
    other = tab.beside()
    tab.type("first")
    other.type("second", heard=False)
    other.type("second, on")
    assert prompts(tab.owner) == ["first", "second, on"]


def test_the_same_words_from_another_tab_are_no_conflict(tab: Tab) -> None:
    tab.type("together")
    other = tab.beside()
    tab.type("the same")
    assert not other.type("the same").has_parted
    assert prompts(tab.owner) == ["the same"]


def test_a_page_without_a_script_is_never_taken_for_another(person: User) -> None:
    tab = Tab(person)
    tab.writer = ""
    tab.type("together")
    other = tab.beside()
    other.writer = ""
    tab.type("first")
    assert other.type("second").has_parted


def test_what_is_typed_on_in_a_deleted_draft_is_kept_in_a_new_one(tab: Tab) -> None:
    tab.type("half").draft.trash()
    assert not tab.type("half a thought").has_parted
    assert prompts(tab.owner) == ["half a thought"]
    tab.type("a whole thought").draft.trash()
    tab.type("another thought")
    assert prompts(tab.owner) == ["another thought"]


def test_anothers_draft_is_neither_changed_nor_told_of(tab: Tab) -> None:
    tab.type("mine")
    stranger = Tab(factories.guest(), tab.pk, tab.version)
    kept = stranger.type("theirs")
    assert kept.draft.pk != tab.pk
    assert (prompts(tab.owner), prompts(stranger.owner)) == (["mine"], ["theirs"])


@pytest.mark.parametrize("version", [0, 1])
def test_anothers_id_is_answered_like_one_that_nobody_has(person: User, version: int) -> None:
    taken, free = Tab(person), offer(person)
    taken.type("mine")
    answers = [Tab(factories.guest(), pk, version).type("theirs") for pk in (taken.pk, free)]
    assert not any(kept.has_parted for kept in answers)
    assert not {kept.draft.pk for kept in answers} & {taken.pk, free}


@pytest.mark.parametrize("version", [0, 1])
def test_a_strangers_new_draft_may_not_take_an_id_that_is_taken(tab: Tab, version: int) -> None:
    tab.type("mine")
    Tab(factories.guest(), tab.pk, version).type("theirs")
    assert Draft.objects.get(pk=tab.pk).owner == tab.owner


def test_what_is_in_the_ledger_counts_as_sent(tab: Tab) -> None:
    tab.type("a red fox ")
    sent(tab, "a red fox")
    assert Draft.objects.with_sent().get().is_sent
    assert not Draft.objects.listed_for(tab.owner).exists()


def test_other_words_than_went_out_under_its_one_time_id_are_still_to_be_sent(tab: Tab) -> None:
    sent(tab, "a red fox")
    tab.type("a red fox, and a raven")
    assert not Draft.objects.with_sent().get().is_sent


def test_a_named_draft_stays_in_the_list_after_it_was_sent(tab: Tab) -> None:
    tab.type("a red fox").draft.rename("Foxes")
    sent(tab, "a red fox")
    assert Draft.objects.listed_for(tab.owner).get().is_sent


def test_anothers_generation_does_not_make_it_sent(tab: Tab) -> None:
    tab.type("a red fox")
    sent(tab, "a red fox")
    Generation.objects.update(owner=factories.guest())
    assert not Draft.objects.with_sent().get().is_sent


@pytest.mark.parametrize(
    ("fields", "title"),
    [
        ({"prompt": "  a\n red\tfox "}, "a red fox"),
        ({"prompt": "x" * 100}, "x" * 59 + "…"),
        ({"prompt": " ", "system": "Be brief."}, "Be brief."),
        ({"prompt": " ", "n": "3"}, "Empty draft"),
    ],
)
def test_its_first_words_are_its_name_until_it_has_one(
    tab: Tab, fields: dict[str, str], title: str
) -> None:
    draft = tab.send(Typed(fields)).draft
    assert draft.title == title
    draft.rename("  Foxes \n in snow\0")
    assert draft.title == "Foxes in snow"
    draft.rename("")
    assert draft.title == title


def test_a_very_long_name_is_cut(tab: Tab) -> None:
    draft = tab.type("a red fox").draft
    draft.rename("x" * 300)
    draft.refresh_from_db()
    assert draft.name == "x" * 80


def test_the_last_used_comes_first(person: User) -> None:
    first, second = Tab(person), Tab(person)
    first.type("first")
    second.type("second")
    assert Draft.objects.listed_for(person)[0].title == "second"
    Draft.objects.get(pk=first.pk).open()
    assert Draft.objects.listed_for(person)[0].title == "first"


def test_a_copy_is_a_draft_to_be_sent(tab: Tab) -> None:
    draft = tab.type("a red fox", n="3").draft
    sent(tab, "a red fox")
    copy = Draft.objects.duplicate(draft)
    assert (copy.title, copy.fields) == ("a red fox (copy)", draft.fields)
    assert not Draft.objects.with_sent().get(pk=copy.pk).is_sent


def fill_up(person: User, prompt: str = "kept") -> None:
    for number in range(MOST_DRAFTS):
        Tab(person).type(f"{prompt} {number}")


def test_there_may_be_a_hundred_and_no_more(person: User) -> None:
    fill_up(person)
    with pytest.raises(TooManyDraftsError):
        Tab(person).type("one more")
    assert Draft.objects.filter(owner=person).count() == MOST_DRAFTS


def test_others_do_not_count(person: User) -> None:
    fill_up(person)
    Tab(factories.guest()).type("mine")


@pytest.mark.parametrize("is_named", [False, True])
def test_the_oldest_empty_one_makes_room_unless_it_has_a_name(person: User, is_named: bool) -> None:
    older, empty = Tab(person), Tab(person)
    for tab in (older, empty):
        tab.type("")
    if is_named:
        Draft.objects.update(name="A name")
    for _ in range(MOST_DRAFTS - 2):
        Tab(person).type("kept")
    if is_named:
        with pytest.raises(TooManyDraftsError):
            Tab(person).type("one more")
    else:
        Tab(person).type("one more")
        assert not Draft.objects.filter(pk=older.pk).exists()
        assert Draft.objects.filter(pk=empty.pk).exists()


def test_one_that_was_sent_makes_room(person: User) -> None:
    tab = Tab(person)
    tab.type("a red fox")
    sent(tab, "a red fox")
    for _ in range(MOST_DRAFTS - 1):
        Tab(person).type("kept")
    Tab(person).type("one more")
    assert not Draft.objects.filter(pk=tab.pk).exists()


def test_a_full_desk_can_still_be_written_on(person: User) -> None:
    fill_up(person)
    tab = Tab(person, (kept := Draft.objects.visible_to(person)[0]).pk, kept.version)
    assert tab.type("changed").draft.pk == kept.pk


def test_a_deleted_one_can_be_brought_back_for_a_day(tab: Tab) -> None:
    draft = tab.type("half a thought").draft
    draft.trash()
    Draft.objects.forget()
    assert not Draft.objects.visible_to(tab.owner).exists()
    draft.restore()
    assert prompts(tab.owner) == ["half a thought"]
    Draft.objects.update(deleted_at=timezone.now() - timedelta(days=1, seconds=1))
    Draft.objects.forget()
    assert not Draft.objects.exists()


def test_who_signs_in_takes_their_drafts_along(tab: Tab) -> None:
    tab.type("typed as a guest")
    account = factories.person()
    adopt(account, tab.owner)
    assert prompts(account) == ["typed as a guest"]


def test_the_list_does_not_read_what_drafts_hold(tab: Tab, django_assert_num_queries: Any) -> None:
    tab.type("x" * 32_000)
    with django_assert_num_queries(1):
        assert [row.title for row in Draft.objects.listed_for(tab.owner)] == ["x" * 59 + "…"]


STEPS = st.lists(st.tuples(st.integers(0, 2), st.booleans(), st.booleans()), max_size=12)


@given(STEPS)
@UNHURRIED
def test_whatever_tabs_do_the_last_words_of_each_are_kept(
    steps: list[tuple[int, bool, bool]],
) -> None:
    """Three tabs on one draft type in any order; answers get lost, and writes are repeated."""
    person = factories.guest()
    first = Tab(person)
    first.type("begun")
    tabs, last = [first, first.beside(), first.beside()], {}
    for number, (index, heard, repeated) in enumerate(steps):
        last[index] = f"{number} typed in {index}"
        tabs[index].type(last[index], heard=heard)
        if repeated:
            tabs[index].send(tabs[index].typed(last[index]))
    assert set(last.values()) <= set(prompts(person))
    assert len(prompts(person)) <= max(1, len(last))


@pytest.mark.django_db(transaction=True)
def test_two_requests_of_one_page_may_begin_it_at_once() -> None:
    tab = Tab(factories.guest())
    both = []
    for number in (1, 2):
        tab.edit = number
        both.append(tab.typed(f"half a thought {number}"))
    barrier = Barrier(2)

    def send(typed: Typed) -> None:
        barrier.wait()
        tab.send(typed)
        connection.close()

    with ThreadPoolExecutor() as pool:
        list(pool.map(send, both))
    assert prompts(tab.owner) == ["half a thought 2"]
