"""Usage as a table for a spreadsheet."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from django.http import HttpResponse
from django.utils import timezone

from modelless_web.records.export.csv import BOM, line
from modelless_web.records.models import Usage
from modelless_web.records.usage.reading import cells
from modelless_web.studio.reports.report import Report
from modelless_web.studio.reports.rows import label_of, names_of

MOST_LINES: Final = 100_000


def table(report: Report, names: Sequence[str]) -> HttpResponse:
    """The figures by some columns together, a line for each currency: amounts are never added.

    It holds 100,000 lines and says so where there are more.
    """
    found = list(cells(report.rows_by(names), *names)[: MOST_LINES + 1])
    owner = names.index("owner") if "owner" in names else None
    people = {} if owner is None else names_of(cell[owner] for cell in found)
    lines = [BOM + line([*names, "currency", *Usage.MEASURES])]
    for cell in found[:MOST_LINES]:
        keys = [label_of(name, value, people) for name, value in zip(names, cell, strict=False)]
        lines.append(line([*keys, *map(_plain, cell[len(names) :])]))
    if len(found) > MOST_LINES:
        lines.append(line([f"There is more than {MOST_LINES:,} lines: choose a shorter period."]))
    response = HttpResponse(b"".join(lines), content_type="text/csv; charset=utf-8")
    name = f"usage-{report.asked.period.first}-{report.asked.period.last}-{timezone.now():%H%M}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response


def _plain(value: object) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else str(value)
