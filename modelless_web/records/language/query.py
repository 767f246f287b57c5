"""The query language: what is typed, as terms; pure, without a database.

Words and "phrases", all of which must be there; ``light*`` for what begins so; ``-word`` for what
must not be there; operators such as ``model:name`` (``OPERATORS``), which ``-`` turns round too.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from modelless_web.records.language.operators import OPERATORS, Operator
from modelless_web.records.language.values import ValueSentenceError
from modelless_web.records.language.words import words

__all__ = ["OPERATORS", "Query", "Term", "parse"]

LONGEST: Final = 1000
"""Characters of a query in its one spelling, as many as a board keeps."""
MOST_TERMS: Final = 50
LEAST_PREFIX: Final = 2
_MOST_READ: Final = 10 * LONGEST
_LONGEST_QUOTE: Final = 40

_QUOTES: Final = str.maketrans(dict.fromkeys("“”„‟", '"'))
_PIECE: Final = re.compile(
    r"(?P<without>-?)(?:(?P<name>[A-Za-z]+):)?"
    r'(?:"(?P<quoted>[^"]*)(?P<end>"|\Z)|(?P<plain>[^\s"]*))'
)


@dataclass(frozen=True, slots=True)
class Term:
    """One thing asked for: words (``operator`` is empty) or an operator with its value."""

    value: str
    operator: str = ""
    is_without: bool = False
    is_phrase: bool = False

    @property
    def text(self) -> str:
        """As it is typed."""
        is_quoted = self.is_phrase or bool(self.operator and re.search(r"\s", self.value))
        value = f'"{self.value}"' if is_quoted else self.value
        name = f"{self.operator}:" if self.operator else ""
        return f"{'-' * self.is_without}{name}{value}"

    @property
    def label(self) -> str:
        """As a person reads it on a chip."""
        if not self.operator:
            value = f"“{self.value}”" if self.is_phrase else self.value
            return f"without {value}" if self.is_without else value
        said = OPERATORS[self.operator].label(self.value, self.is_without)
        turned = self.is_without and self.operator not in {"is", "has"}
        if not turned:
            return said
        return f"not {said}" if OPERATORS[self.operator].values == "date" else f"without {said}"

    @property
    def words(self) -> tuple[str, ...]:
        """Its words as the index knows them, which must follow each other; none of an operator."""
        return () if self.operator else tuple(words(self.value))

    @property
    def is_prefix(self) -> bool:
        """Whether the last word may go on."""
        return not self.operator and self.value.endswith("*")


@dataclass(frozen=True)
class Query:
    """What is asked for; equal to another that asks for the same, whatever was wrong on the way.

    ``problems`` are sentences about what could not be read, and what was made of it.
    """

    terms: tuple[Term, ...] = ()
    problems: tuple[str, ...] = field(default=(), compare=False)

    @cached_property
    def text(self) -> str:
        """The query in its one spelling: ``parse(query.text) == query``."""
        return " ".join(term.text for term in self.terms)

    @property
    def has_words(self) -> bool:
        """Whether something is to be found in the words, so that a match can be better or worse."""
        return any(not (term.operator or term.is_without) for term in self.terms)

    def __str__(self) -> str:
        return self.text

    def __bool__(self) -> bool:
        return bool(self.terms)

    def without(self, term: Term) -> "Query":
        """The query that does not ask for ``term``."""
        return _query(other for other in self.terms if other != term)

    def with_term(self, text: str) -> "Query":
        """The query that asks for ``text`` too; it takes the place of what it would contradict."""
        terms = self.terms
        for new in parse(text).terms:
            terms = tuple(old for old in terms if not _gives_way(old, new))
            terms = terms if new in terms else (*terms, new)
        return _query(terms)


def parse(text: str) -> Query:
    """Read a query. Never raises: what can't be read is left out, and a sentence says so."""
    problems: list[str] = []
    read = _clean(text)
    query = _query(_terms(read[:_MOST_READ], problems))
    if len(read) > _MOST_READ:
        problems.append(f"Only the first {_MOST_READ:,} characters were read.")
    return Query(query.terms, tuple(dict.fromkeys((*problems, *query.problems))))


def _query(terms: Iterable[Term]) -> Query:
    """As much of the terms as a query holds, each of them once."""
    kept: list[Term] = []
    problems: tuple[str, ...] = ()
    length = -1
    for term in dict.fromkeys(terms):
        longer = length + 1 + len(term.text)
        if longer > LONGEST or len(kept) == MOST_TERMS:
            problems = (
                f"That is too long: a query has up to {MOST_TERMS} terms and {LONGEST:,} "
                f"characters. Everything from {_quoted(term.text)} on was left out.",
            )
            break
        kept.append(term)
        length = longer
    return Query(tuple(kept), problems)


def _clean(text: str) -> str:
    plain = text[: _MOST_READ + 1].encode("utf-8", "replace").decode().translate(_QUOTES)
    return "".join(" " if unicodedata.category(each) == "Cc" else each for each in plain)


def _terms(text: str, problems: list[str]) -> Iterator[Term]:
    position = 0
    while position < len(text):
        found = _PIECE.match(text, position)
        if found is None or found.end() == position:
            position += 1
            continue
        position = found.end()
        if found["quoted"] is not None and not found["end"]:
            problems.append(
                "A quotation mark is not closed; all that follows it was taken together."
            )
        yield from _read(found, problems)


def _read(found: "re.Match[str]", problems: list[str]) -> Iterator[Term]:
    without = found["without"] == "-"
    name = (found["name"] or "").lower()
    value = " ".join((found["quoted"] if found["quoted"] is not None else found["plain"]).split())
    operator = OPERATORS.get(name)
    if operator:
        yield from _read_operator(operator, value, without, problems)
        return
    if name and not value.startswith("//"):
        problems.append(f"There is no operator {_quoted(name + ':')}; it was taken as words.")
    if found["quoted"] is None:
        prefix = f"{found['name']}:" if name else ""
        yield from _read_words(Term(prefix + value, is_without=without), problems)
        return
    if name:
        yield Term(f"{found['name']}:", is_without=without)
        without = False
    yield from _read_words(Term(value, is_without=without, is_phrase=True), problems)


def _read_operator(
    operator: Operator, value: str, without: bool, problems: list[str]
) -> Iterator[Term]:
    shown = _quoted(f"{operator.name}:{value}")
    if not value:
        problems.append(f"{shown} was left out: it needs a value, as in {operator.example}.")
        return
    try:
        yield Term(operator.read(value), operator.name, without)
    except ValueSentenceError as error:
        problems.append(f"{shown} was left out: {error}.")


def _read_words(term: Term, problems: list[str]) -> Iterator[Term]:
    said = term.words
    if not said:
        if term.value:
            problems.append(f"{_quoted(term.value)} was left out: it has no letter or digit.")
        return
    if term.is_prefix and len(said[-1]) < LEAST_PREFIX:
        problems.append(
            f"The * of {_quoted(term.value)} was left out: it needs {LEAST_PREFIX} letters."
        )
        term = Term(term.value.rstrip("* "), "", term.is_without, term.is_phrase)
    yield term


def _gives_way(old: Term, new: Term) -> bool:
    """Whether a term goes when another comes: its opposite, or another value where one counts."""
    if (old.operator, old.value, old.is_phrase) == (new.operator, new.value, new.is_phrase):
        return old.is_without != new.is_without
    is_same = old.operator == new.operator != "" and old.is_without == new.is_without
    return is_same and OPERATORS[new.operator].is_one and not new.is_without


def _quoted(text: str) -> str:
    shown = text if len(text) <= _LONGEST_QUOTE else f"{text[: _LONGEST_QUOTE - 1]}…"
    return f"“{shown}”"
