"""Where a query's words stand in a text, so that a page can mark them."""

from collections.abc import Iterator

from modelless_web.records.language.query import Query
from modelless_web.records.language.words import spans, words
from modelless_web.records.models.entries import Clause

type Word = tuple[str, int, int]
"""As the index knows it, and where it stands in the text."""


def marked(text: str, query: Query) -> list[tuple[str, bool]]:
    """The text in pieces, in order, each with whether it is what was asked for."""
    pieces: list[tuple[str, bool]] = []
    position = 0
    for start, end in _hits(text, query):
        if start > position:
            pieces.append((text[position:start], False))
        pieces.append((text[start:end], True))
        position = end
    if position < len(text):
        pieces.append((text[position:], False))
    return pieces


def excerpt(text: str, query: Query, length: int = 240) -> list[tuple[str, bool]]:
    """Some ``length`` characters of a text around the first place that was asked for, marked."""
    first = next(_hits(text, query), (0, 0))[0]
    start = max(0, min(first - length // 3, len(text) - length))
    if start:
        start = text.find(" ", start, first) + 1 or start
    piece = text[start : start + length]
    return marked(f"{'…' * (start > 0)}{piece}{'…' * (start + length < len(text))}", query)


def _hits(text: str, query: Query) -> Iterator[tuple[int, int]]:
    """Where marks begin and end; they do not overlap."""
    clauses = [
        Clause(term.words, term.is_prefix)
        for term in query.terms
        if not (term.operator or term.is_without)
    ]
    said = list(_words(text)) if clauses else []
    end = 0
    for place, (_, first, _) in enumerate(said):
        longest = max((len(c.words) for c in clauses if _is_at(said, place, c)), default=0)
        if longest and said[place + longest - 1][2] > end:
            start, end = max(first, end), said[place + longest - 1][2]
            yield start, end


def _words(text: str) -> Iterator[Word]:
    for start, end in spans(text):
        for word in words(text[start:end]):
            yield word, start, end


def _is_at(said: list[Word], place: int, clause: Clause) -> bool:
    here = [word for word, _, _ in said[place : place + len(clause.words)]]
    if clause.is_prefix and len(here) == len(clause.words):
        return here[:-1] == list(clause.words[:-1]) and here[-1].startswith(clause.words[-1])
    return here == list(clause.words)
