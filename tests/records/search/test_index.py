"""The index follows every change of a generation, and can be made anew."""

from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from modelless_web.engine import ledger, submissions
from modelless_web.engine.outcome import ChoiceText, Settlement
from modelless_web.gateway.errors import GatewayError, Kind
from modelless_web.records.language.query import parse
from modelless_web.records.models import Entry, Generation, Status, Tag, User
from modelless_web.records.organise.adoption import adopt
from modelless_web.records.organise.changes import move
from modelless_web.records.search import index
from modelless_web.records.search.find import find
from tests.records.search import history
from tests.support import factories

pytestmark = pytest.mark.django_db

WORKER = "tests"


def finds(owner: User, typed: str) -> list[Generation]:
    return list(find(owner, parse(typed)))


def settle(row: Generation, **ending: Any) -> None:
    ledger.claim([row.pk], WORKER)
    values: dict[str, Any] = {"status": Status.SUCCEEDED, "choices": [], **ending}
    assert ledger.settle([Settlement(generation=row.pk, **values)], WORKER)


def test_a_prompt_is_found_as_soon_as_it_waits() -> None:
    row = factories.generation(prompt="A lighthouse")
    assert finds(row.owner, "lighthouse") == [row]


def test_what_is_repeated_is_found_twice() -> None:
    row = factories.generation(prompt="A lighthouse")
    again, _ = factories.entered(submissions.again(row, "again"))
    assert finds(row.owner, "lighthouse") == [again, row]


def test_a_second_click_leaves_one_entry() -> None:
    row = factories.generation()
    factories.entered(submissions.again(row, "again"))
    factories.entered(submissions.again(row, "again"))
    assert Entry.objects.count() == 2


def test_an_answer_is_found_when_it_is_whole() -> None:
    row = factories.generation(prompt="Write")
    settle(row, choices=[ChoiceText(0, "about boats"), ChoiceText(1, "about birds")])
    assert finds(row.owner, "write boats birds") == [row]
    assert finds(row.owner, "boats -birds") == []


def test_an_error_is_found() -> None:
    row = factories.generation()
    error = GatewayError(kind=Kind.QUOTA, message="Your purse is empty")
    settle(row, status=Status.FAILED, error=error)
    assert finds(row.owner, "purse") == [row]


def test_what_came_of_an_interrupted_run_is_found() -> None:
    row = factories.generation()
    ledger.claim([row.pk], WORKER)
    ledger.write({row.pk: [ChoiceText(0, "half a sentence")]}, {})
    ledger.interrupt(expired_only=False)
    assert finds(row.owner, "sentence status:interrupted") == [row]


def test_the_trash_is_not_searched() -> None:
    row = factories.generation(prompt="A lighthouse")
    move(Generation.objects.filter(pk=row.pk), timezone.now())
    assert finds(row.owner, "lighthouse") == []
    move(Generation.objects.filter(pk=row.pk), None)
    assert finds(row.owner, "lighthouse") == [row]


def test_a_guests_work_is_found_by_the_account_that_takes_it_over() -> None:
    row = factories.generation(prompt="A lighthouse")
    guest, account = row.owner, factories.person()
    adopt(account, guest)
    assert finds(account, "lighthouse") == [row]
    assert finds(guest, "lighthouse") == []


def test_a_change_that_is_taken_back_leaves_no_trace() -> None:
    row = factories.generation(prompt="A lighthouse")
    tag = Tag.objects.create(owner=row.owner, name="stormy")
    with transaction.atomic():
        tag.generations.add(row)
        index.write([row.pk])
        assert finds(row.owner, "stormy") == [row]
        transaction.set_rollback(True)
    assert finds(row.owner, "stormy") == []
    assert finds(row.owner, "lighthouse") == [row]


def test_a_tag_is_found_by_its_words_and_forgotten_when_it_goes() -> None:
    row = factories.generation()
    tag = Tag.objects.create(owner=row.owner, name="two words")
    tag.generations.add(row)
    index.write([row.pk])
    assert finds(row.owner, '"two words"') == [row]
    tag.generations.remove(row)
    index.write([row.pk])
    assert finds(row.owner, "words") == []


def test_nothing_stays_of_what_is_deleted_for_good() -> None:
    row = factories.generation(prompt="A secret")
    kept = factories.generation(row.owner, prompt="Another")
    row.delete()
    index.remove([kept.pk])
    assert dump() == {}


def test_a_long_answer_is_found_by_its_beginning() -> None:
    row = factories.generation()
    settle(row, choices=[ChoiceText(0, " ".join(f"w{n}" for n in range(50_000)))])
    assert finds(row.owner, "w9000") == [row]
    assert finds(row.owner, "w40000") == []


@pytest.mark.parametrize("letter", ["x", "я", "\U00010428"], ids=["one byte", "two", "four"])
def test_an_answer_of_the_longest_words_is_kept_and_found(letter: str) -> None:
    row = factories.generation()
    said = " ".join(f"{n}{letter * 60}" for n in range(12_000))
    settle(row, choices=[ChoiceText(0, said)])
    assert finds(row.owner, f"3{letter * 60}") == [row]


def test_the_index_made_anew_says_what_the_written_one_said() -> None:
    for _ in range(2):
        history.make(factories.guest())
    written = dump()
    assert len(written) == 2 * len(history.ROWS)
    assert index.rebuild(batch=5) == len(written)
    assert dump() == written
    ordered = Entry.objects.order_by("docid").values_list("generation_id", flat=True)
    assert list(ordered) == sorted(ordered)


def test_what_is_made_during_a_rebuild_comes_first() -> None:
    old = factories.generation(prompt="A lighthouse")
    made: list[Generation] = []

    def meanwhile(_done: int, _total: int) -> None:
        made.append(factories.generation(old.owner, of=old_model, prompt="A lighthouse"))

    old_model = factories.model("another")
    older = [factories.generation(old.owner, of=old_model, prompt="A lighthouse") for _ in "ab"]
    index.rebuild(batch=2, tell=meanwhile)
    assert finds(old.owner, "lighthouse") == [*reversed(made), *reversed(older), old]


def dump() -> dict[Any, Any]:
    """The words of each generation, as the database keeps them."""
    columns = "prompt || other" if connection.vendor == "sqlite" else "records_words"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT rowid, {columns} FROM records_words")  # noqa: S608 - one of two
        words = dict(cursor.fetchall())
    pks = dict(Entry.objects.values_list("docid", "generation_id"))
    assert set(pks) == set(words)
    return {pks[number]: said for number, said in words.items()}
