"""Who may read what people wrote and see what they got; of everybody else it is kept away here.

A row is masked itself, right after it was read: whatever a page then makes of it, its title, its
links, its text, holds no word of it. The admin's rows are never saved, so nothing gets lost.
"""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any, Final

from django.contrib.auth.models import AnonymousUser
from django.db.models import Model

from modelless_web.records.export.columns import COLUMNS, Column
from modelless_web.records.language.query import Query
from modelless_web.records.models import (
    Attempt,
    Audit,
    Choice,
    ErrorGroup,
    Generation,
    Picture,
    Reference,
    User,
)

PERMISSION: Final = "records.read_prompts"
HIDDEN: Final = "Hidden"
SENTENCE: Final = (
    "Prompts, answers and pictures are hidden: your account lacks the right to read prompts."
)
REFUSED: Final = (
    "Searching words, tags and boards is reading them, and your account lacks the right to. "
    "Operators such as status: model: owner: error: work."
)

PRIVATE: Final[dict[type[Model], tuple[str, ...]]] = {
    Generation: (
        *("prompt", "asked", "request", "response", "text", "reasoning"),
        *("error_message", "error_body"),
    ),
    Choice: ("text", "reasoning"),
    Attempt: ("error_message", "error_body"),
    Picture: ("source_url", "alt", "trouble", "sha256"),
    Reference: ("source_url", "sha256"),
    ErrorGroup: ("sample",),
    Audit: ("address",),
}
"""The columns that hold words of people or of gateways about them, or lead to a picture."""
OPEN_COLUMNS: Final = frozenset(
    {
        *("id", "queued_at", "first_byte_at", "last_byte_at", "saved_at", "day", "deleted_at"),
        *("owner", "gateway", "model", "model_kind", "status", "finish_reason", "descent"),
        *("prompt_tokens", "completion_tokens", "total_tokens", "cached_tokens"),
        *("maybe_charged", "attempt", "damaged", "parent", "picture_count"),
        *("error_kind", "error_status", "error_code", "error_request_id"),
        *("charge", "cost", "cost_basis", "currency", "estimate", "estimate_low"),
    }
)
"""What an export may tell anybody: numbers and money. A new column is private until it is here."""
PRIVATE_OPERATORS: Final = frozenset({"", "tag", "board"})
"""Terms that ask for words of people; those without an operator are plain words."""


def may_read(user: User | AnonymousUser) -> bool:
    """Whether somebody may read prompts and see pictures; superusers may."""
    return user.has_perm(PERMISSION)


def is_private(kind: type[Model]) -> bool:
    """Whether rows of a kind have something to be masked."""
    return kind in PRIVATE


def hide[Row: Model](row: Row) -> Row:
    """Take every private word out of a row and out of what was read along with it."""
    if is_hidden(row):
        return row
    for name in PRIVATE.get(type(row), ()):
        # What was not read stays unread; what is empty may be seen to be empty.
        if row.__dict__.get(name, HIDDEN):
            row.__dict__[name] = HIDDEN
    row.__dict__["is_masked"] = True
    for along in read_along(row):
        hide(along)
    return row


def is_hidden(row: Model) -> bool:
    """Whether a row was masked."""
    return bool(row.__dict__.get("is_masked"))


def allows(query: Query) -> bool:
    """Whether a query asks for nothing but numbers, names and states."""
    return not any(term.operator in PRIVATE_OPERATORS for term in query.terms)


def is_private_lookup(kind: type[Model], lookup: str) -> bool:
    """Whether a condition in an address would tell a private column by its answers."""
    return lookup.partition("__")[0] in PRIVATE.get(kind, ())


def columns(user: User | AnonymousUser) -> Sequence[Column]:
    """What an export tells somebody."""
    if may_read(user):
        return COLUMNS
    return [column for column in COLUMNS if column.name in OPEN_COLUMNS]


def read_along(row: Model) -> Iterable[Model]:
    """The rows that came with it: joined, or fetched beforehand under whatever name."""
    joined: dict[str, Any] = row._state.fields_cache
    fetched: dict[str, Any] = row.__dict__.get("_prefetched_objects_cache", {})
    lists = [value for value in row.__dict__.values() if isinstance(value, list)]
    for one in chain(joined.values(), *fetched.values(), *lists):
        if type(one) in PRIVATE:
            yield one
