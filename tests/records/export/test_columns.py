"""What an export tells of a generation: every name, in the one order that all forms keep."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

import pytest

from modelless_web.records.export.columns import COLUMNS, record, to_json
from modelless_web.records.export.rows import generations
from modelless_web.records.models import Board, Choice, Generation, Picture, Status, Tag
from tests.studio.factories import a_generation
from tests.support import factories

pytestmark = pytest.mark.django_db

SIGNED: Final = "https://pictures.example/a.png?se=2026-12-01T00%3A00%3A00Z&sig=c2VjcmV0"
MOMENT: Final = datetime(2026, 11, 25, 14, 30, 5, 123456, tzinfo=UTC)


def told(row: Generation) -> dict[str, Any]:
    """What an export tells of it, read as an export reads."""
    return record(next(generations(Generation.objects.filter(pk=row.pk))))


def of(**columns: Any) -> dict[str, Any]:
    return told(a_generation(factories.person(), **columns))


@pytest.mark.parametrize(
    ("columns", "name", "expected"),
    [
        ({"prompt": " =a\n\tred fox "}, "prompt", " =a\n\tred fox "),
        ({"text": "An answer.\r\nWhole."}, "answer", "An answer.\r\nWhole."),
        ({"reasoning": "Hm."}, "reasoning", "Hm."),
        ({"queued_at": MOMENT}, "queued_at", "2026-11-25T14:30:05.123456Z"),
        ({"saved_at": None}, "saved_at", None),
        ({"total_tokens": 12}, "total_tokens", 12),
        ({"total_tokens": None}, "total_tokens", None),
        ({"request": {"n": 2, "stop": ["a"]}}, "request", {"n": 2, "stop": ["a"]}),
        ({"response": {"id": "é", "x": [None, 1.5]}}, "response", {"id": "é", "x": [None, 1.5]}),
        ({"status": Status.FAILED, "error_kind": "rate"}, "error_kind", "rate"),
        ({"maybe_charged": True}, "maybe_charged", True),
        ({"day": date(2026, 11, 26)}, "day", "2026-11-26"),
        ({"charge": "maybe"}, "charge", "maybe"),
        ({"cost": Decimal("0.040000000")}, "cost", "0.04"),
        ({"cost": Decimal(1200)}, "cost", "1200"),
        ({"cost": None}, "cost", None),
        ({"currency": "EUR"}, "currency", "EUR"),
        ({"cost_basis": "estimated"}, "cost_basis", "estimated"),
        ({"estimate": Decimal("0.000000001")}, "estimate", "0.000000001"),
        ({"is_starred": True}, "starred", True),
        ({"rating": 4}, "rating", 4),
    ],
)
def test_everything_is_told_exactly(columns: dict[str, Any], name: str, expected: Any) -> None:
    assert of(**columns)[name] == expected


def test_the_names_stand_in_one_order_and_once() -> None:
    names = [column.name for column in COLUMNS]
    assert list(of()) == names
    assert len(set(names)) == len(names)


def test_a_picture_is_told_with_what_it_is_and_where_it_came_from() -> None:
    row = a_generation(factories.person())
    factories.picture(
        row,
        state=Picture.State.STORED,
        sha256="ab" * 32,
        media_type="image/png",
        size=1000,
        width=512,
        height=256,
        source_url="https://user:word@pictures.example:8443/a/b.png?token=secret#top",
    )
    (picture,) = told(row)["pictures"]
    kept = ("sha256", "size", "width", "height", "source_host", "source_url")
    assert [picture[name] for name in kept] == [
        "ab" * 32, 1000, 512, 256, "pictures.example", "https://pictures.example:8443/a/b.png",
    ]  # fmt: skip


@pytest.mark.parametrize("source", ["", "https://[", "not an address", "data:image/png,%00"])
def test_an_odd_source_breaks_nothing(source: str) -> None:
    row = a_generation(factories.person())
    factories.picture(row, source_url=source)
    assert told(row)["pictures"][0]["source_host"] == ""


def test_choices_tags_boards_and_parent_are_told() -> None:
    person = factories.person()
    parent = a_generation(person)
    row = a_generation(person, text="one", parent=parent)
    Choice.objects.create(generation=row, index=1, text="two", finish_reason="stop")
    Tag.objects.create(owner=person, name="foxes").generations.add(row)
    Board.objects.create(owner=person, name="For the wall").generations.add(row)
    found = told(row)
    assert [choice["text"] for choice in found["choices"]] == ["one", "two"]
    assert (found["tags"], found["boards"]) == (["foxes"], ["For the wall"])
    assert found["parent"] == str(parent.pk)


@pytest.mark.parametrize(
    "text",
    [
        SIGNED,
        f"![here]({SIGNED})",
        f'{{"url":"{SIGNED}"}}',
        SIGNED.replace("&", "&amp;"),
        SIGNED.replace("&", "\\u0026"),
        SIGNED.replace("https", "HTTPS"),
    ],
)
def test_a_signature_is_told_nowhere(text: str) -> None:
    found = of(text=text, prompt=text, response={text: [{"content": text}]}, error_message=text)
    assert "sig=" not in to_json(found)
    assert to_json(found).count("pictures.example/a.png") == 7


def test_the_query_of_a_pictures_own_link_is_told_nowhere_signed_or_not() -> None:
    source = "https://pictures.example/b.png?pass=secret"
    row = a_generation(factories.person(), text=f"![b]({source})", response={"text": source})
    factories.picture(row, source_url=source)
    assert "secret" not in to_json(told(row))


@pytest.mark.parametrize(
    "text", ["https://a.example/?q=fox&page=2", "see http://a.example.", "50 % off://x?y", "a?b"]
)
def test_other_links_and_words_stay_as_they_are(text: str) -> None:
    assert of(prompt=text)["prompt"] == text


def test_a_gateways_key_is_not_even_read() -> None:
    row = next(generations(Generation.objects.filter(pk=a_generation(factories.person()).pk)))
    assert "key" in row.gateway.get_deferred_fields()
    assert "password" in row.owner.get_deferred_fields()
