"""What may come next while a query is typed: operators, and the values of the one begun."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from django.db.models import Case, When

from modelless_web.records.language.operators import OPERATORS, Operator
from modelless_web.records.language.query import Term
from modelless_web.records.language.values import UNKNOWN
from modelless_web.records.models import Board, Generation, Model, Tag, User
from modelless_web.records.models.marks import tag_name

MOST: Final = 10
_BEGUN: Final = re.compile(r'(?:^|\s)(-?)(?:([A-Za-z]+):)?("[^"]*|[^\s":]*)$')
_NUMBERS: Final = (">=", "<=", ">", "<")


@dataclass(frozen=True, slots=True)
class Completion:
    """``text`` takes the place of what stands from ``start`` to ``end``; ``help`` says what for."""

    text: str
    help: str
    start: int
    end: int


def complete(user: User, text: str, cursor: int) -> list[Completion]:
    """What may stand where the cursor is, the likeliest first, up to ten."""
    cursor = max(0, min(cursor, len(text)))
    found = _BEGUN.search(text[:cursor])
    is_quoted = text[:cursor].count('"') % 2 == 1
    if found is None or is_quoted != found[3].startswith('"'):
        return []
    start = found.start(1)
    sign, name, begun = found[1], (found[2] or "").lower(), found[3].lstrip('"')
    operator = OPERATORS.get(name)
    if operator is None:
        return [] if found[2] else _operators(user, sign + begun, begun.lower(), start, cursor)
    return [
        Completion(Term(value, name, sign == "-").text, _help(operator, value), start, cursor)
        for value in _values(user, operator, begun)
    ]


def tags_like(user: User, begun: str) -> list[str]:
    """A person's own tags that have these letters, those that begin with them first, up to ten."""
    begun = tag_name(begun)
    tags = Tag.objects.visible_to(user).filter(name__contains=begun)
    first = tags.order_by(Case(When(name__startswith=begun, then=0), default=1), "name")
    return list(first.values_list("name", flat=True)[:MOST])


def _operators(user: User, typed: str, begun: str, start: int, end: int) -> list[Completion]:
    sign = "-" * typed.startswith("-")
    return [
        Completion(f"{sign}{name}:", operator.help, start, end)
        for name, operator in OPERATORS.items()
        if name.startswith(begun) and (user.is_staff or not operator.for_staff)
    ][: MOST if begun else None]


def _values(user: User, operator: Operator, begun: str) -> Iterable[str]:
    if operator.choices:
        return [choice for choice in operator.choices if choice.startswith(begun.lower())][:MOST]
    if operator.for_staff and not user.is_staff:
        return []
    find = _FROM.get(operator.values)
    return find(user, begun) if find else []


def _models(user: User, begun: str) -> Iterable[str]:
    """Those on offer; those that are not any more are found by typing them."""
    names = Model.objects.on_offer().filter(name__icontains=begun).order_by("name")
    return names.values_list("name", flat=True).distinct()[:MOST]


def _boards(user: User, begun: str) -> Iterable[str]:
    boards = Board.objects.visible_to(user).filter(name__icontains=begun)
    return boards.values_list("name", flat=True)[:MOST]


def _people(user: User, begun: str) -> Iterable[str]:
    people = User.objects.filter(is_guest=False, username__istartswith=begun).order_by("username")
    return people.values_list("username", flat=True)[:MOST]


def _dates(user: User, begun: str) -> Iterable[str]:
    """The months in which somebody has made something would cost a walk; years are few."""
    last = Generation.objects.visible_to(user).first()
    years = range(last.day.year, last.day.year - 5, -1) if last else ()
    return [str(year) for year in years if str(year).startswith(begun)]


def _numbers(user: User, begun: str) -> Iterable[str]:
    return [f"{sign}{begun}" for sign in _NUMBERS] if begun.isdecimal() else []


def _amounts(user: User, begun: str) -> Iterable[str]:
    signs = [f"{sign}{begun}" for sign in _NUMBERS] if begun.replace(".", "", 1).isdecimal() else []
    return [*signs, *([UNKNOWN] if UNKNOWN.startswith(begun.lower()) else [])]


def _help(operator: Operator, value: str) -> str:
    if operator.values in {"choices", "number", "amount", "date"}:
        return operator.label(operator.read(value), False)
    return ""


_FROM: Final[Mapping[str, Callable[[User, str], Iterable[str]]]] = {
    "model": _models,
    "tag": tags_like,
    "board": _boards,
    "person": _people,
    "date": _dates,
    "number": _numbers,
    "amount": _amounts,
}
