"""An export as a table: RFC 4180, and safe to be opened by a program that computes."""

import codecs
import csv
import io
from collections.abc import Generator, Sequence
from typing import Final

from django.db.models import QuerySet

from modelless_web.records.export.columns import COLUMNS, Cell, Column, record
from modelless_web.records.export.rows import generations
from modelless_web.records.models import Generation

# What spreadsheets take for the beginning of a formula, in both widths.
FORMULA: Final = tuple("=+-@\t\r\n＝＋－＠")  # noqa: RUF001 - the wide ones are meant
# Without it Excel reads UTF-8 as something else, and every other reader knows to skip it.
BOM: Final = codecs.BOM_UTF8


def table(rows: QuerySet[Generation], columns: Sequence[Column] = COLUMNS) -> Generator[bytes]:
    """Yield the head, then a row for each generation."""
    cells = [(column.name, column.cell) for column in columns if column.cell]
    yield BOM + line([name for name, _ in cells])
    for row in generations(rows):
        told = record(row, columns)
        yield line([cell(told[name]) for name, cell in cells])


def line(cells: list[Cell]) -> bytes:
    """One row of the table, its end included; line breaks inside a cell are kept."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerow([harmless(cell) for cell in cells])
    return text.getvalue().encode(errors="backslashreplace")


def harmless(cell: Cell) -> Cell:
    """Put an apostrophe before text that would be computed; numbers stay numbers."""
    is_formula = isinstance(cell, str) and cell.startswith(FORMULA)
    return f"'{cell}" if is_formula else cell
