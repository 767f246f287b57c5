"""What an export tells of a generation: every name, in the one order that all forms keep."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from modelless_web.gateway.links import bare, unsigned
from modelless_web.records.models import Generation, Picture, Reference
from modelless_web.records.relations.inputs import given

type Record = dict[str, Any]
type Cell = str | int | None


class Column(NamedTuple):
    """One name. ``cell`` makes one cell of a table of its value; without one, tables leave it."""

    name: str
    read: Callable[[Generation], Any]
    cell: Callable[[Any], Cell] | None = lambda value: value


def to_json(value: Any) -> str:
    """JSON in one line that stays one for every reader, however it tells lines apart."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for mark in "\x85\u2028\u2029":
        text = text.replace(mark, f"\\u{ord(mark):04x}")
    return text


def _moment(name: str) -> Column:
    def read(row: Generation) -> str | None:
        return _iso(getattr(row, name))

    return Column(name, read)


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat().replace("+00:00", "Z") if moment else None


def _amount(name: str) -> Column:
    """An amount with all its places, as text: a number would be read as a binary fraction."""

    def read(row: Generation) -> str | None:
        value = getattr(row, name)
        return None if value is None else f"{value.normalize():f}"

    return Column(name, read)


def _yes_or_no(value: Any) -> Cell:
    return "yes" if value else "no"


def _listed(values: list[str]) -> Cell:
    return "; ".join(values)


def _choices(row: Generation) -> list[Record]:
    names = ("index", "text", "reasoning", "finish_reason")
    return [{name: getattr(choice, name) for name in names} for choice in row.choices.all()]


def _pictures(row: Generation) -> list[Record]:
    return [_picture(picture) for picture in row.pictures.all()]


def _picture(picture: Picture) -> Record:
    source = bare(picture.source_url)
    return {
        "id": str(picture.pk),
        "choice": picture.choice,
        "position": picture.position,
        "state": picture.state,
        "sha256": picture.sha256,
        "media_type": picture.media_type,
        "size": picture.size,
        "width": picture.width,
        "height": picture.height,
        "alt": picture.alt,
        "source_host": urlsplit(source).hostname or "",
        "source_url": source,
        "trouble": picture.trouble,
    }


def along(row: Generation) -> list[Reference]:
    """The pictures that went along, in their order, the mask last."""
    return given(row) if row.references.all() else []


def _references(row: Generation) -> list[Record]:
    mask = row.request.get("mask")
    return [_reference(reference, is_mask=reference.name == mask) for reference in along(row)]


def _reference(reference: Reference, *, is_mask: bool) -> Record:
    names = ("sha256", "media_type", "size", "width", "height")
    return {
        "id": str(reference.pk),
        "role": "mask" if is_mask else "picture",
        **{name: getattr(reference, name) for name in names},
        "source_url": bare(reference.source_url),
    }


def _hashes(pictures: list[Record]) -> Cell:
    return " ".join(picture["sha256"] or picture["state"] for picture in pictures)


def _plain(*names: str) -> list[Column]:
    return [Column(name, attrgetter(name)) for name in names]


COLUMNS: Final = (
    Column("id", lambda row: str(row.pk)),
    *(_moment(name) for name in ("queued_at", "first_byte_at", "last_byte_at", "saved_at")),
    Column("day", lambda row: row.day.isoformat()),
    Column("owner", attrgetter("owner.username")),
    Column("gateway", attrgetter("gateway.name")),
    *_plain("model", "model_kind", "status", "prompt"),
    Column("answer", attrgetter("text")),
    *_plain("reasoning", "finish_reason", "prompt_tokens", "completion_tokens", "total_tokens"),
    Column("maybe_charged", attrgetter("maybe_charged"), _yes_or_no),
    *_plain("charge"),
    _amount("cost"),
    *_plain("currency", "cost_basis"),
    *(_amount(name) for name in ("estimate_low", "estimate")),
    *_plain("attempt", "damaged"),
    *_plain("error_kind", "error_status", "error_code", "error_message", "error_request_id"),
    Column("error_body", attrgetter("error_body"), None),
    Column("starred", attrgetter("is_starred"), _yes_or_no),
    Column("rejected", attrgetter("is_rejected"), _yes_or_no),
    *_plain("rating"),
    Column("tags", lambda row: [tag.name for tag in row.tags.all()], _listed),
    Column("boards", lambda row: [board.name for board in row.boards.all()], _listed),
    *_plain("descent"),
    Column("parent", lambda row: str(row.parent_id) if row.parent_id else None),
    _moment("deleted_at"),
    Column("pictures", _pictures, _hashes),
    Column("references", _references, _hashes),
    Column("choices", _choices, None),
    Column("asked", attrgetter("asked"), to_json),
    Column("request", attrgetter("request"), to_json),
    Column("response", attrgetter("response"), to_json),
)


def record(row: Generation, columns: Sequence[Column] = COLUMNS) -> Record:
    """The columns of one generation, exact but for the signatures of links: those are keys."""
    sources = [picture.source_url for picture in row.pictures.all() if "?" in picture.source_url]

    def told(text: str) -> str:
        for source in sources:
            text = text.replace(source, bare(source))
        return unsigned(text)

    return {column.name: _each(told, column.read(row)) for column in columns}


def _each(told: Callable[[str], str], value: Any) -> Any:
    """The same value with each of its texts told in another way."""
    if isinstance(value, str):
        return told(value)
    if isinstance(value, list):
        return [_each(told, item) for item in value]
    if isinstance(value, dict):
        return {told(name): _each(told, item) for name, item in value.items()}
    return value
