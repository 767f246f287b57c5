"""A gateway's bill as a file: what it says of each day and model. Pure: bytes in, sums out."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Final

from modelless_web.records.money.amounts import ZERO

MOST_BYTES: Final = 5 * 1024 * 1024
MOST_AMOUNT: Final = Decimal(1_000_000_000)
QUOTA_PER_UNIT: Final = 500_000
"""Gateways of the new-api kind count in quota: half a million is one unit of money."""
NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "day": ("day", "date", "time", "created_at"),
    "model": ("model", "model_name"),
    "amount": ("amount", "cost"),
    "quota": ("quota",),
    "requests": ("requests", "count"),
    "prompt_tokens": ("prompt_tokens",),
    "completion_tokens": ("completion_tokens",),
}
_DELIMITERS: Final = ",;\t"
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_SECONDS: Final = re.compile(r"\d{9,10}", re.ASCII)
_COUNT: Final = re.compile(r"\d{1,13}", re.ASCII)
_AMOUNT: Final = re.compile(r"-?[$€£¥]?-?\d{1,12}(?:\.\d{1,20})?(?:[eE]-?\d{1,2})?", re.ASCII)

type Key = tuple[date, str]


class BillError(ValueError):
    """A file that is not read as a bill; the message is a sentence for whoever sent it."""


@dataclass(frozen=True, slots=True)
class Billed:
    """What a bill says of one day and model; None where it has no such column."""

    requests: int = 0
    amount: Decimal | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None

    def __add__(self, other: "Billed") -> "Billed":
        return replace(
            self,
            requests=self.requests + other.requests,
            amount=None if self.amount is None else self.amount + (other.amount or ZERO),
            prompt_tokens=_sum(self.prompt_tokens, other.prompt_tokens),
            completion_tokens=_sum(self.completion_tokens, other.completion_tokens),
        )


def read(data: bytes, zone: tzinfo) -> dict[Key, Billed]:
    """Add up a bill by day of ``zone`` and by model.

    A file of lines without a column of counts has a request on each line. Raises BillError.
    """
    text = _decoded(data)
    head, _, _ = text.partition("\n")
    delimiter = max(_DELIMITERS, key=lambda mark: len(_columns(head.split(mark))))
    found: dict[Key, Billed] = {}
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        columns = _checked(next(rows, []))
        for number, row in enumerate(rows, start=2):
            if any(row):
                key, line = _line(row, columns, zone, number)
                found[key] = found[key] + line if key in found else line
    except csv.Error as error:
        raise BillError(f"Line {rows.line_num} is not a line of a table: {error}.") from error
    if not found:
        raise BillError("There is a head, and no line below it.")
    return found


def _decoded(data: bytes) -> str:
    if len(data) > MOST_BYTES:
        raise BillError(f"The file is larger than {MOST_BYTES // 1024**2} MiB; send a part of it.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BillError("The file is not UTF-8; save it as CSV in UTF-8.") from error
    if "\0" in text:
        raise BillError("The file is not text.")
    return text


def _columns(head: Sequence[str]) -> dict[str, list[int]]:
    """Where each column is that is recognised by its name."""
    names = [name.strip().strip('"').strip().lower().replace(" ", "_") for name in head]
    places = {
        what: [place for place, name in enumerate(names) if name in known]
        for what, known in NAMES.items()
    }
    return {what: found for what, found in places.items() if found}


def _checked(head: Sequence[str]) -> dict[str, int]:
    columns = _columns(head)
    for what in ("day", "model"):
        if what not in columns:
            raise BillError(f"No column says the {what}: it is named {' or '.join(NAMES[what])}.")
    if not {"amount", "quota", "requests"} & set(columns):
        raise BillError("No column says what was asked: amount, cost, quota, requests or count.")
    for what, places in columns.items():
        if len(places) > 1:
            names = ", ".join(head[place].strip() for place in places)
            raise BillError(f"Several columns say the {what.replace('_', ' ')}: {names}.")
    return {what: place for what, (place,) in columns.items()}


def _line(
    row: Sequence[str], columns: Mapping[str, int], zone: tzinfo, number: int
) -> tuple[Key, Billed]:
    cells = {
        what: row[place].strip() if place < len(row) else "" for what, place in columns.items()
    }
    try:
        day = _day(cells["day"], zone)
        if not cells["model"]:
            raise BillError("it names no model")
        billed = Billed(
            requests=_count(cells["requests"]) if "requests" in cells else 1,
            amount=_amount(cells),
            prompt_tokens=_optional_count(cells, "prompt_tokens"),
            completion_tokens=_optional_count(cells, "completion_tokens"),
        )
    except BillError as error:
        raise BillError(f"Line {number}: {error}. Nothing was compared.") from error
    return (day, cells["model"]), billed


def _day(text: str, zone: tzinfo) -> date:
    """The day that a cell names, or on which its moment falls; a moment without a zone is in it."""
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
        if _SECONDS.fullmatch(text):
            return datetime.fromtimestamp(int(text), UTC).astimezone(zone).date()
        moment = datetime.fromisoformat(text)
        return (moment.astimezone(zone) if moment.tzinfo else moment).date()
    except (ValueError, OverflowError) as error:
        raise BillError(f"{_quoted(text)} is no day") from error


def _amount(cells: Mapping[str, str]) -> Decimal | None:
    if "amount" in cells:
        return _decimal(cells["amount"])
    if "quota" in cells:
        return _decimal(cells["quota"]) / QUOTA_PER_UNIT
    return None


def _decimal(text: str) -> Decimal:
    plain = text.replace(" ", "")
    if not _AMOUNT.fullmatch(plain):
        raise BillError(f"{_quoted(text)} is no amount; write it as 1234.56")
    try:
        amount = Decimal(re.sub("[$€£¥]", "", plain))
    except InvalidOperation as error:
        raise BillError(f"{_quoted(text)} is no amount; write it as 1234.56") from error
    if abs(amount) > MOST_AMOUNT * QUOTA_PER_UNIT:
        raise BillError(f"{_quoted(text)} is more than anybody pays")
    return amount


def _count(text: str) -> int:
    if not _COUNT.fullmatch(text):
        raise BillError(f"{_quoted(text)} is no whole number")
    return int(text)


def _optional_count(cells: Mapping[str, str], what: str) -> int | None:
    return _count(cells[what] or "0") if what in cells else None


def _sum(one: int | None, other: int | None) -> int | None:
    return None if one is None else one + (other or 0)


def _quoted(text: str) -> str:
    return f"“{text[:40]}”"
