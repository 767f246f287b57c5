"""The price book as a table: CSV that a spreadsheet opens, and that comes back the same.

One line for each rule; a rule with several prices of pictures has a line for each of them.
"""

import csv
import io
import re
from collections.abc import Generator, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.dateparse import parse_date, parse_datetime

from modelless_web.gateway.errors import tidy
from modelless_web.records.export.csv import BOM, FORMULA, line
from modelless_web.records.models.gateways import Gateway
from modelless_web.records.models.prices import PicturePrice, PriceRule
from modelless_web.records.prices import book
from modelless_web.records.prices.book import Changes, Quote

AMOUNTS: Final = ("group_ratio", "per_request", "per_prompt", "per_cached", "per_completion")
TEXTS: Final = ("currency", "group", "note")
TIMES: Final = ("valid_from", "valid_until")
PICTURE: Final = ("size", "quality", "per_picture")
COLUMNS: Final = ("gateway", "model", "task", *TEXTS, *AMOUNTS, *PICTURE, *TIMES)
EVERY_OTHER: Final = "*"
MOST_LINES: Final = 20_000
_NUMBER: Final = re.compile(r"\d{1,9}(?:\.\d{1,9})?")

type Cells = dict[str, str]
type Name = tuple[str, str, str, datetime]


class BadLineError(ValueError):
    """What is wrong with one line, in a sentence."""


@dataclass(slots=True)
class Plan:
    """What a table would change in the book, or all that is wrong with it."""

    changes: list[Changes] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def sentence(self) -> str:
        """What it comes to."""
        new, changed, same = (
            sum(len(getattr(each, name)) for each in self.changes)
            for name in ("new", "changed", "same")
        )
        return f"{new:,} new, {changed:,} changed, {same:,} as they were."


def plan(data: bytes, moment: datetime) -> Plan:
    """Read a table and compare it with the book; write nothing.

    A line without a date holds from ``moment`` on.
    """
    made = Plan()
    try:
        lines = _lines(data)
    except BadLineError as error:
        made.problems.append(str(error))
        return made
    gateways = {gateway.name: gateway for gateway in Gateway.objects.defer("key")}
    quotes: dict[Name, Quote] = {}
    for number, cells in lines:
        try:
            _take(cells, quotes, gateways, moment)
        except BadLineError as error:
            made.problems.append(f"Line {number}: {error}")
    if not (quotes or made.problems):
        made.problems.append("The file has no line with a price.")
    if not made.problems:
        made.changes = list(_compared(gateways, quotes))
    return made


@transaction.atomic
def carry_out(plan: Plan) -> None:
    """Write what was planned, all of it or nothing."""
    for changes in plan.changes:
        book.write(changes.to_write)


def table(rules: QuerySet[PriceRule]) -> Generator[bytes]:
    """Yield the head and then the lines of each rule, oldest first."""
    yield BOM + line(list(COLUMNS))
    rows = rules.select_related("gateway").defer("gateway__key").order_by("valid_from", "pk")
    for rule in rows.prefetch_related("picture_prices").iterator(chunk_size=500):
        prices: list[PicturePrice | None] = [*rule.picture_prices.all()]
        for price in prices or [None]:
            yield line([_told(rule, price, name) for name in COLUMNS])


def _lines(data: bytes) -> list[tuple[int, Cells]]:
    """The lines below the head, with their numbers."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadLineError("The file is not in UTF-8. Save it as “CSV UTF-8”.") from error
    head, _, _ = text.partition("\n")
    mark = ";" if head.count(";") > head.count(",") else ","
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=mark, restkey="")
    try:
        rows = [(reader.line_num, row) for row in reader]
        names = [name.strip() for name in reader.fieldnames or ()]
    except csv.Error as error:
        raise BadLineError(f"The file is no table: {error}.") from error
    _check_head(names, len(rows))
    named = (
        (number, dict(zip(names, map(_cell, row.values()), strict=False))) for number, row in rows
    )
    return [(number, cells) for number, cells in named if any(cells.values())]


def _check_head(names: list[str], length: int) -> None:
    unknown = [name for name in names if name not in COLUMNS]
    if unknown or not {"gateway", "model"} <= set(names):
        what = f"“{unknown[0][:40]}” is no column" if unknown else "Gateway and model are missing"
        raise BadLineError(f"{what}. The columns are: {', '.join(COLUMNS)}.")
    if len(names) > len(set(names)):
        raise BadLineError("A column is there twice.")
    if length > MOST_LINES:
        raise BadLineError(f"The file has more than {MOST_LINES:,} lines.")


def _cell(text: object) -> str:
    """What a cell says, without the apostrophe that kept a program from computing it."""
    words = tidy(text).strip() if isinstance(text, str) else ""
    return words[1:] if words[:1] == "'" and words[1:].startswith(FORMULA) else words


def _take(
    cells: Cells, quotes: dict[Name, Quote], gateways: dict[str, Gateway], moment: datetime
) -> None:
    """Add a line to what is quoted. Raises BadLineError."""
    gateway = gateways.get(cells["gateway"])
    if gateway is None:
        raise BadLineError(f"There is no gateway “{cells['gateway']}”.")
    if gateway.is_practice:
        raise BadLineError("The practice gateway costs nothing.")
    rule, price = _rule(cells, moment), _picture(cells)
    name = (gateway.name, rule.model, rule.task, rule.valid_from)
    before = quotes.get(name)
    if before is None:
        if not (price or rule.by_tokens or rule.per_request is not None):
            raise BadLineError("It names no price.")
        quotes[name] = Quote(rule, [price] if price else [])
        return
    if not price or not before.pictures or before.rule.terms() != rule.terms():
        raise BadLineError("The same model is priced twice from the same moment on.")
    if price.terms()[:2] in {each.terms()[:2] for each in before.pictures}:
        raise BadLineError("The same size and quality is priced twice.")
    before.pictures.append(price)


def _rule(cells: Cells, moment: datetime) -> PriceRule:
    if not cells["model"]:
        raise BadLineError(f"Name a model, or “{EVERY_OTHER}” for every other.")
    values: dict[str, Any] = {name: _amount(cells, name) for name in AMOUNTS if cells.get(name)}
    values |= {name: _time(cells, name) for name in TIMES if cells.get(name)}
    values |= {name: cells[name] for name in TEXTS if cells.get(name)}
    rule = PriceRule(
        model="" if cells["model"] == EVERY_OTHER else cells["model"],
        task=cells.get("task", ""),
        **{"valid_from": moment, **values},
    )
    _check(rule, "gateway")
    return rule


def _picture(cells: Cells) -> PicturePrice | None:
    if not any(cells.get(name) for name in PICTURE):
        return None
    if not cells.get("per_picture"):
        raise BadLineError("A size or a quality needs a price in per_picture.")
    price = PicturePrice(
        size=cells.get("size", ""),
        quality=cells.get("quality", ""),
        price=_amount(cells, "per_picture"),
    )
    _check(price, "rule")
    return price


def _check(row: PriceRule | PicturePrice, *apart: str) -> None:
    try:
        row.clean_fields(exclude=set(apart))
        row.clean()
    except ValidationError as error:
        name, messages = next(iter(error.message_dict.items()))
        raise BadLineError(f"{name}: {messages[0]}") from error


def _amount(cells: Cells, name: str) -> Decimal:
    if not _NUMBER.fullmatch(cells[name]):
        raise BadLineError(f"{name} is “{cells[name][:40]}”; write a plain number such as 0.04.")
    return Decimal(cells[name])


def _time(cells: Cells, name: str) -> datetime:
    """A moment, or the first one of a day; in UTC unless it says otherwise."""
    text = cells[name]
    try:
        day = parse_date(text)
        moment = datetime(day.year, day.month, day.day) if day else parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None:
        raise BadLineError(f"{name} is “{text[:40]}”; write a date such as 2026-03-01.")
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _compared(gateways: dict[str, Gateway], quotes: dict[Name, Quote]) -> Iterable[Changes]:
    """The changes of each gateway, in the order in which they come to hold."""
    for name, gateway in gateways.items():
        own = [quote for key, quote in quotes.items() if key[0] == name]
        own.sort(key=lambda quote: quote.rule.valid_from)
        if own:
            yield book.compare(gateway, own, PriceRule.Source.CSV)


def _told(rule: PriceRule, price: PicturePrice | None, name: str) -> str:
    """One cell of a rule's line."""
    if name in PICTURE:
        value = getattr(price, "price" if name == "per_picture" else name, "")
    elif name == "gateway":
        value = rule.gateway.name
    else:
        value = getattr(rule, name)
    if value is None or (name == "model" and not value):
        return EVERY_OTHER if name == "model" else ""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return format(value.normalize(), "f") if isinstance(value, Decimal) else str(value)
