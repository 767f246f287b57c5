"""An export as a table: RFC 4180, and safe to be opened by a program that computes."""

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelless_web.records.export.columns import Cell
from modelless_web.records.export.csv import FORMULA, line, table
from modelless_web.records.models import Generation
from tests.studio.factories import a_generation
from tests.support import factories


def read(data: bytes) -> list[list[str]]:
    """The rows of a table, as any reader has them."""
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))


@given(st.lists(st.text(st.characters(codec="utf-8")), min_size=2, max_size=5))
def test_a_reader_gets_back_every_text_but_for_the_apostrophe(cells: list[str]) -> None:
    (found,) = read(line([*cells]))
    expected = [f"'{cell}" if cell[:1] and cell[0] in FORMULA else cell for cell in cells]
    assert found == expected


@given(st.sampled_from(FORMULA), st.text(st.characters(codec="utf-8")))
def test_nothing_that_is_computed_begins_a_cell(sign: str, rest: str) -> None:
    assert read(line(["", sign + rest]))[0][1][0] == "'"


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        (-5, b"-5"),
        (0, b"0"),
        (None, b""),
        ("-5", b"'-5"),
        ("=1+1", b"'=1+1"),
        ("＝1+1", "'＝1+1".encode()),  # noqa: RUF001 - the wide one is meant
        ("a=b", b"a=b"),
        ('say "so", twice', b'"say ""so"", twice"'),
        ("two\nlines", b'"two\nlines"'),
        ("two\r\nlines", b'"two\r\nlines"'),
        ("'=quoted", b"'=quoted"),
        ("half \ud83d", b"half \\ud83d"),
    ],
)
def test_a_cell_is_written_so(cell: Cell, written: bytes) -> None:
    assert line([1, cell]) == b"1," + written + b"\r\n"


@pytest.mark.django_db
def test_a_table_begins_with_the_mark_that_spreadsheets_need_and_the_names() -> None:
    (head,) = table(Generation.objects.none())
    assert head.startswith(b"\xef\xbb\xbfid,queued_at,")


@pytest.mark.django_db
def test_every_row_has_as_many_cells_as_there_are_names() -> None:
    prompt = '@SUM(1;2)\n"red", fox\u2028'
    row = a_generation(factories.person(), prompt=prompt, total_tokens=7, is_starred=True)
    factories.picture(row, sha256="ab" * 32)
    factories.picture(row, source_url="https://pictures.example/a.png?sig=secret")
    head, cells = read(b"".join(table(Generation.objects.all())))
    found = dict(zip(head, cells, strict=True))
    assert (found["prompt"], found["total_tokens"], found["starred"]) == ("'" + prompt, "7", "yes")
    assert found["pictures"] == "ab" * 32 + " waiting"
    assert json.loads(found["request"]) == row.request


@pytest.mark.django_db
def test_pictures_that_went_along_are_named_by_their_hashes() -> None:
    person = factories.person()
    given = factories.reference(person)
    asked = {"model": "dall-e-2", "prompt": "a fox", "image": [given.name]}
    row = a_generation(person, model_kind="images", request=asked)
    row.references.add(given)
    head, cells = read(b"".join(table(Generation.objects.all())))
    assert dict(zip(head, cells, strict=True))["references"] == given.sha256
