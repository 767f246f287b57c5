"""The generations of an export, read a few at a time, however many there are."""

import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from modelless_web.records.export import rows as room
from modelless_web.records.export.archive import archive
from modelless_web.records.export.columns import record
from modelless_web.records.export.csv import table
from modelless_web.records.export.json_lines import json_lines
from modelless_web.records.export.rows import generations
from modelless_web.records.models import Generation, Picture, User
from tests.studio.factories import a_generation, a_picture, png
from tests.studio.factories import generations as many
from tests.support import factories

pytestmark = pytest.mark.django_db

MIB = 1024 * 1024


def exported(owner: User) -> list[Any]:
    return [row.pk for row in generations(Generation.objects.visible_to(owner))]


def queries(owner: User) -> int:
    with CaptureQueriesContext(connection) as captured:
        for row in generations(Generation.objects.visible_to(owner)):
            record(row)
    return len(captured)


def with_pictures(owner: User, number: int) -> None:
    """Many long generations, each with the same picture."""
    made = many(owner, number, text="word " * 800, response={"text": "word " * 800})
    kept = a_picture(made[0], png(200, 200))
    columns = {"state": kept.state, "sha256": kept.sha256, "media_type": kept.media_type}
    Picture.objects.bulk_create(Picture(generation=row, **columns) for row in made[1:])
    given = factories.reference(owner)
    given.generations.set(made)
    parts = [{"type": "image_url", "image_url": {"url": given.name}}]
    asked = {"model": "gpt-4-all", "messages": [{"role": "user", "content": parts}]}
    Generation.objects.filter(owner=owner).update(request=asked)


def peak(pieces: Iterator[bytes]) -> int:
    """The most bytes that Python held while an export was drained."""
    tracemalloc.start()
    try:
        for _ in pieces:
            pass
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("number", [0, 1, 2, 3, 4, 5, 6, 7])
def test_every_page_and_batch_joins_the_next(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    monkeypatch.setattr(room, "LISTED", 3)
    monkeypatch.setattr(room, "READ", 2)
    owner = factories.person()
    made = many(owner, number)
    assert exported(owner) == [row.pk for row in reversed(made)]


def test_the_filters_own_order_does_not_count() -> None:
    owner = factories.person()
    made = many(owner, 3)
    rows = Generation.objects.visible_to(owner).order_by("prompt", "queued_at")
    assert [row.pk for row in generations(rows)] == [row.pk for row in reversed(made)]


def test_what_is_made_meanwhile_is_left_out_and_what_is_gone_is_no_fault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(room, "READ", 1)
    owner = factories.person()
    oldest, gone, newest = many(owner, 3)
    reading = generations(Generation.objects.visible_to(owner))
    assert next(reading) == newest
    a_generation(owner)
    gone.delete()
    assert list(reading) == [oldest]


def test_long_answers_are_read_fewer_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "CHARACTERS", 50)
    owner = factories.person()
    many(owner, 4, text="x" * 30)
    assert [len(pks) for pks in room._batches(Generation.objects.visible_to(owner))] == [2, 2]


def test_queries_follow_the_batches_and_not_the_rows() -> None:
    few, more = factories.person(), factories.person()
    many(few, 2)
    many(more, 100)
    assert queries(few) == queries(more) == 7
    many(more, 100)
    assert queries(more) == 13


@pytest.mark.parametrize("form", [archive, table, json_lines])
def test_memory_does_not_grow_with_the_export(form: Callable[[Any], Iterator[bytes]]) -> None:
    little, much = factories.person(), factories.person()
    with_pictures(little, 200)
    with_pictures(much, 1_500)
    small, large = (peak(form(Generation.objects.visible_to(who))) for who in (little, much))
    assert large < small + 2 * MIB
