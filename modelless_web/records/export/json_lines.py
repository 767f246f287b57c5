"""An export as JSON Lines: one object a line, everything in it."""

from collections.abc import Generator, Sequence

from django.db.models import QuerySet

from modelless_web.records.export.columns import COLUMNS, Column, Record, record, to_json
from modelless_web.records.export.rows import generations
from modelless_web.records.models import Generation


def json_lines(rows: QuerySet[Generation], columns: Sequence[Column] = COLUMNS) -> Generator[bytes]:
    """Yield a line for each generation."""
    for row in generations(rows):
        yield line(record(row, columns))


def line(told: Record) -> bytes:
    """One line, its end included; half a surrogate pair stays what it was, as JSON escapes it."""
    return (to_json(told) + "\n").encode(errors="backslashreplace")
