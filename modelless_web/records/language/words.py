"""Text as words, in one way for both databases: what is folded here, they take as it is."""

import re
import unicodedata
from collections.abc import Iterator
from itertools import islice
from typing import Final

LONGEST_WORD: Final = 64
"""Bytes; what follows them is not looked at, neither in a text nor in a query. A ``tsvector``
holds a megabyte."""

# Scripts that are written without spaces: each character is a word, and a run of them a phrase.
_UNSPACED: Final = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3040-\u30ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U0001b000-\U0001b16f"
    "\U00020000-\U0003ffff"
)
_WORD: Final = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+")
_PLAIN: Final = re.compile("[a-z0-9]+")
_ACCENTS: Final = re.compile("[\u0300-\u036f]+")
# Joins emoji to one picture, or says how one is drawn: without a meaning of its own here.
_INVISIBLE: Final = re.compile("[\u200c\u200d\ufe00-\ufe0f\U0001f3fb-\U0001f3ff]+")


def fold(text: str) -> str:
    """The text without case, accents and ligatures. Lengths may change."""
    if text.isascii():
        return text.lower()
    plain = _ACCENTS.sub("", unicodedata.normalize("NFKD", text.casefold()))
    return unicodedata.normalize("NFC", plain).casefold()


def spans(text: str) -> Iterator[tuple[int, int]]:
    """Where words stand in a text: letters and digits together, and each symbol such as an emoji.

    Marks that change a letter belong to its word.
    """
    if text.isascii():
        yield from (found.span() for found in _WORD.finditer(text))
        return
    position, end = 0, len(text)
    while position < end:
        found = _WORD.match(text, position)
        if found is None:
            is_symbol = unicodedata.category(text[position]) == "So"
            if is_symbol:
                yield position, position + 1
            position += 1
            continue
        stop = found.end()
        is_alone = re.match(rf"[{_UNSPACED}]", found[0]) is not None
        while stop < end and _goes_on(text, stop, is_alone=is_alone):
            stop += 1
        yield position, stop
        position = stop


def _goes_on(text: str, position: int, *, is_alone: bool) -> bool:
    character = text[position]
    if unicodedata.category(character).startswith("M"):
        return True
    found = None if is_alone else _WORD.match(character)
    return found is not None and not re.match(rf"[{_UNSPACED}]", character)


def words(text: str, most: int | None = None) -> list[str]:
    """The folded words of a text, in order; at most ``most`` of them."""
    if text.isascii():
        plain = _PLAIN.findall(text.lower())
        return [word[:LONGEST_WORD] for word in plain[:most]]
    folded = fold(_INVISIBLE.sub("", text))
    return [_cut(folded[start:end]) for start, end in islice(spans(folded), most)]


def _cut(word: str) -> str:
    short = len(word) <= LONGEST_WORD // 4
    return word if short else word.encode()[:LONGEST_WORD].decode(errors="ignore")
