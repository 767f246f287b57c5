"""What a list with filters of its own finds by words, and how far a page of it looks."""

from typing import Any

import pytest

from modelless_web.records.language.query import parse
from modelless_web.records.models import Generation, User
from modelless_web.records.search import index
from modelless_web.records.search.hits import Hits, find_within
from tests.support import factories

FAILED = {"status": "failed"}


@pytest.fixture
def person(db: None) -> User:
    return factories.person()


def write(*prompts: str, owner: User, **columns: Any) -> None:
    """Make a generation of each prompt, from the oldest to the newest."""
    for prompt in prompts:
        row = factories.generation(owner, prompt=prompt)
        Generation.objects.filter(pk=row.pk).update(**columns)
        index.write([row.pk])


def found(rows: Any) -> list[str]:
    return list(rows.values_list("prompt", flat=True))


def hits_of(typed: str, rows: Any = None, owners: tuple[int, ...] = ()) -> Hits:
    rows = Generation.objects.all() if rows is None else rows
    hits = find_within(rows, parse(typed), owners)[1]
    assert hits
    return hits


def test_those_of_the_list_that_have_the_words_come_newest_first(person: User) -> None:
    write("old sea", "red sea", "a hill", owner=person, **FAILED)
    write("calm sea", owner=person)
    listed = Generation.objects.filter(**FAILED).order_by("prompt")
    rows, _ = find_within(listed, parse("sea"))
    assert found(rows) == ["red sea", "old sea"]


def test_without_words_the_list_keeps_its_own_order(person: User) -> None:
    write("b", "a", owner=person, **FAILED)
    write("c", owner=person)
    rows, hits = find_within(Generation.objects.order_by("prompt"), parse("status:failed"))
    assert hits is None
    assert found(rows) == ["a", "b"]


def test_a_page_tries_the_newest_hits_alone_and_says_so(person: User) -> None:
    write("first sea", "second sea", owner=person, **FAILED)
    write("third sea", "fourth sea", owner=person)
    rows, hits = find_within(Generation.objects.filter(**FAILED), parse("sea"))
    assert hits
    newest = hits.newest(3)
    assert (newest.count, newest.is_all) == (1, False)
    assert found(newest.of(rows)) == ["second sea"]
    assert found(rows) == ["second sea", "first sea"]


def test_where_there_are_no_more_hits_all_were_tried(person: User) -> None:
    write("a sea", "another sea", owner=person)
    newest = hits_of("sea").newest(3)
    assert (newest.count, newest.is_all) == (2, True)


def test_nothing_is_found_among_no_hits(person: User) -> None:
    rows, hits = find_within(Generation.objects.all(), parse("sea"))
    assert hits
    newest = hits.newest(3)
    assert (newest.count, newest.is_all, found(newest.of(rows))) == (0, True, [])


def test_nobody_elses_hits_stand_before_those_of_the_one_asked_for(person: User) -> None:
    write("my sea", owner=person)
    write("a sea", "b sea", "c sea", owner=factories.person())
    mine = Generation.objects.filter(owner=person)
    assert hits_of("sea", mine).newest(2).count == 0
    assert hits_of("sea", mine, (person.pk,)).newest(2).count == 1


def test_words_that_must_not_be_there_are_enough_to_ask_for(person: User) -> None:
    write("a sea", "a hill", owner=person)
    assert found(hits_of("-sea").all) == ["a hill"]


def test_a_query_of_words_and_operators_finds_what_has_both(person: User) -> None:
    write("a sea", owner=person, **FAILED)
    write("b sea", owner=person)
    assert found(hits_of(f"sea status:failed owner:{person.username}").all) == ["a sea"]
