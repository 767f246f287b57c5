"""Ids that sort by the time they were made."""

import uuid

import pytest

from modelless_web.records.ids import read_uuid, uuid7


def test_ids_made_in_a_row_sort_as_they_were_made() -> None:
    made = [uuid7() for _ in range(1_000)]
    assert made == sorted(made)


def test_an_id_is_a_version_7_uuid() -> None:
    made = uuid7()
    assert (made.version, made.variant) == (7, uuid.RFC_4122)


def test_no_two_ids_are_the_same() -> None:
    assert len({uuid7() for _ in range(10_000)}) == 10_000


@pytest.mark.parametrize(
    ("text", "is_id"),
    [
        ("01900000-0000-7000-8000-000000000000", True),
        ("01900000000070008000000000000000", True),
        ("", False),
        ("nonsense", False),
        ("\0", False),
        ("0" * 5000, False),
    ],
)
def test_an_id_is_read_or_is_none(text: str, is_id: bool) -> None:
    assert (read_uuid(text) is not None) is is_id
