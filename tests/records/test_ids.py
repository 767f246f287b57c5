"""Ids that sort by the time they were made."""

import uuid

from modelless_web.records.ids import uuid7


def test_ids_made_in_a_row_sort_as_they_were_made() -> None:
    made = [uuid7() for _ in range(1_000)]
    assert made == sorted(made)


def test_an_id_is_a_version_7_uuid() -> None:
    made = uuid7()
    assert (made.version, made.variant) == (7, uuid.RFC_4122)


def test_no_two_ids_are_the_same() -> None:
    assert len({uuid7() for _ in range(10_000)}) == 10_000
