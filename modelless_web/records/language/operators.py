"""The operators of the query language: what each takes, and how a person reads it."""

import calendar
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from modelless_web.gateway.errors import Kind
from modelless_web.records.language.values import ValueSentenceError, amount_label, read_amount
from modelless_web.records.models.gateways import Model
from modelless_web.records.models.generations import Charge, Status
from modelless_web.records.models.marks import tag_name

KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "image": (Model.Kind.IMAGE_CHAT, Model.Kind.IMAGES, Model.Kind.MIDJOURNEY),
    "text": (Model.Kind.CHAT,),
    "audio": (Model.Kind.AUDIO,),
    "embeddings": (Model.Kind.EMBEDDINGS,),
}
STATUSES: Final = {status.value: status.label for status in Status}
CHARGES: Final = {charge.value: charge.label for charge in Charge}
FLAGS: Final = {
    "starred": "starred",
    "rejected": "rejected",
    "refined": "refined from another",
    "again": "run again",
    "rated": "rated",
    "open": "queued or running",
}
POSSESSIONS: Final = {
    "picture": "a picture",
    "answer": "an answer",
    "error": "an error",
    "tag": "a tag",
    "board": "a board",
}
_SAME: Final = {
    "done": "succeeded",
    "stopped": "cancelled",
    "canceled": "cancelled",
    "picture": "image",
    "pictures": "image",
    "images": "image",
    "chat": "text",
    "embedding": "embeddings",
}
_PLURALS: Final = {f"{name}s": name for name in POSSESSIONS} | {"image": "picture"}
_NUMBER: Final = re.compile(r"(>=|<=|>|<|=)?(\d{1,9})(\+)?|(\d{1,9})\.\.(\d{1,9})", re.ASCII)
MOST_NUMBER: Final = 999_999_999
_DATE: Final = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Range:
    """Whole numbers from ``least`` to ``most``, both included; None is no end."""

    least: int | None
    most: int | None


@dataclass(frozen=True, slots=True)
class Operator:
    """One ``name:``. ``read`` gives a value's one spelling or raises ValueSentenceError.

    ``values`` says what completes it: one of ``choices`` (in ``choices``), ``model``, ``tag``,
    ``board``, ``number``, ``amount``, ``date`` or ``person``. ``is_one``: a generation has one
    value of it, so several asked for mean any of them, and a new one takes the place of the old.
    """

    name: str
    help: str
    example: str
    values: str
    read: Callable[[str], str]
    label: Callable[[str, bool], str]
    choices: tuple[str, ...] = ()
    is_one: bool = False
    for_staff: bool = False


def number_range(value: str) -> Range:
    """What ``>=3``, ``3..5``, ``3+`` or ``3`` means. Raises ValueSentenceError."""
    found = _NUMBER.fullmatch(value)
    if found is None or (found[1] and found[3]):
        raise ValueSentenceError("it takes a number, as in >=3, <10, 3..5 or 3")
    if found[4]:
        asked = Range(int(found[4]), int(found[5]))
    else:
        asked = _open_range(">=" if found[3] else found[1], int(found[2]))
    least = asked.least or 0
    most = MOST_NUMBER if asked.most is None else asked.most
    if not least <= most:
        raise ValueSentenceError("there is no such number")
    return asked


def _open_range(sign: str | None, number: int) -> Range:
    ends = {
        ">=": Range(number, None),
        ">": Range(number + 1, None),
        "<=": Range(None, number),
        "<": Range(None, number - 1),
    }
    return ends.get(sign or "=", Range(number, number))


def days(value: str) -> tuple[date, date]:
    """The first day of a year, month or day, and the first after it. Raises ValueSentenceError."""
    found = _DATE.fullmatch(value)
    try:
        if found is None:
            raise ValueError
        first = date(int(found[1]), int(found[2] or 1), int(found[3] or 1))
        month = first.month if found[2] else calendar.DECEMBER
        day = first.day if found[3] else calendar.monthrange(first.year, month)[1]
        return first, first.replace(month=month, day=day) + timedelta(days=1)
    except (ValueError, OverflowError) as error:
        raise ValueSentenceError("it takes a date, as in 2026, 2026-03 or 2026-03-05") from error


def _read_number(value: str) -> str:
    asked = number_range(value)
    if asked.least is not None and asked.most is not None:
        is_one = asked.least == asked.most
        return str(asked.least) if is_one else f"{asked.least}..{asked.most}"
    return f"<={asked.most}" if asked.least is None else f">={asked.least}"


def _read_date(value: str) -> str:
    first, _ = days(value)
    return first.isoformat()[: (4, 7, 10)[value.count("-")]]


def _choice(choices: Mapping[str, object], same: Mapping[str, str]) -> Callable[[str], str]:
    def read(value: str) -> str:
        name = value.lower()
        name = name if name in choices else same.get(name, name)
        if name not in choices:
            *others, last = choices
            raise ValueSentenceError(f"it takes {', '.join(others)} or {last}")
        return name

    return read


def _read_name(value: str) -> str:
    return " ".join(value.split())


def _read_tag(value: str) -> str:
    name = tag_name(tag_name(value).replace('"', ""))
    if not name:
        raise ValueSentenceError("it takes the name of a tag")
    return name


def _named(name: str) -> Callable[[str, bool], str]:
    return lambda value, _without: f"{name}: {value}"


def _status_label(value: str, _without: bool) -> str:
    return f"status: {STATUSES[value].lower()}"


def _charge_label(value: str, _without: bool) -> str:
    return CHARGES[value].lower()


def _number_label(name: str) -> Callable[[str, bool], str]:
    def label(value: str, _without: bool) -> str:
        asked = number_range(value)
        if asked.least is None:
            return f"{name}: {asked.most} or less"
        if asked.most is None:
            return f"{name}: {asked.least} or more"
        if asked.least == asked.most:
            return f"{name}: {asked.least}"
        return f"{name}: {asked.least} to {asked.most}"

    return label


def spoken(value: str) -> str:
    """A year, month or day as a person says it: ``3 March 2026``."""
    first, _ = days(value)
    parts = value.count("-")
    month = f"{calendar.month_name[first.month]} {first.year}"
    return (str(first.year), month, f"{first.day} {month}")[parts]


def _date_label(word: str) -> Callable[[str, bool], str]:
    return lambda value, _without: f"{word} {spoken(value)}"


def _on_label(value: str, _without: bool) -> str:
    return f"{'on' if value.count('-') > 1 else 'in'} {spoken(value)}"


def _has_label(value: str, without: bool) -> str:
    thing = POSSESSIONS[value]
    return f"has no {thing.partition(' ')[2]}" if without else f"has {thing}"


def _is_label(value: str, without: bool) -> str:
    return f"not {FLAGS[value]}" if without else FLAGS[value]


def _of(
    name: str, help: str, example: str, choices: Mapping[str, object], *, is_one: bool = True
) -> Operator:
    """An operator that takes one of a few names."""
    label = {
        "status": _status_label,
        "charge": _charge_label,
        "is": _is_label,
        "has": _has_label,
    }.get(name, _named(name))
    same = _PLURALS if name == "has" else _SAME
    read = _choice(choices, same)
    return Operator(name, help, example, "choices", read, label, tuple(choices), is_one)


OPERATORS: Final[Mapping[str, Operator]] = {
    operator.name: operator
    for operator in (
        Operator(
            "model",
            "Made by a model; a * at the end stands for any ending.",
            "model:stable-diffusion",
            "model",
            _read_name,
            _named("model"),
            is_one=True,
        ),
        Operator("tag", "Has this tag.", "tag:sea", "tag", _read_tag, _named("tag")),
        Operator(
            "board",
            "Is on this board.",
            'board:"Book covers"',
            "board",
            _read_name,
            _named("board"),
        ),
        _of("status", "How it stands or ended.", "status:failed", STATUSES),
        _of("kind", "What the model makes.", "kind:image", KINDS),
        Operator(
            "rating",
            "Stars from 1 to 5; 0 where none are given.",
            "rating:>=3",
            "number",
            _read_number,
            _number_label("rating"),
            is_one=True,
        ),
        Operator(
            "tokens",
            "How many tokens were counted.",
            "tokens:>500",
            "number",
            _read_number,
            _number_label("tokens"),
            is_one=True,
        ),
        Operator(
            "cost",
            "What it cost, in its own currency; unknown where no price is known.",
            "cost:>0.05",
            "amount",
            read_amount,
            amount_label,
            is_one=True,
        ),
        _of("charge", "Whether the gateway asks money for it.", "charge:maybe", CHARGES),
        Operator(
            "before",
            "Made before a day, month or year of your calendar began.",
            "before:2026-03",
            "date",
            _read_date,
            _date_label("before"),
            is_one=True,
        ),
        Operator(
            "after",
            "Made on the first day of it or later, by your calendar.",
            "after:2026-03-05",
            "date",
            _read_date,
            _date_label("from"),
            is_one=True,
        ),
        Operator(
            "on",
            "Made on that day, or in that month or year, by your calendar.",
            "on:2026-03",
            "date",
            _read_date,
            _on_label,
            is_one=True,
        ),
        _of("is", "A mark of its own.", "is:starred", FLAGS, is_one=False),
        _of("has", "What came of it, or was put on it.", "has:picture", POSSESSIONS, is_one=False),
        _of("error", "What kind of error it had.", "error:timeout", {k.value: k for k in Kind}),
        Operator(
            "owner",
            "Whose it is.",
            "owner:ada",
            "person",
            _read_name,
            _named("owner"),
            is_one=True,
            for_staff=True,
        ),
    )
}
