"""What changed from one text to another, word by word."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import Final, Literal

from django.utils.functional import cached_property

type Span = tuple[int, int]

# A mark or a Chinese or Japanese character stands for itself; white space is told from the text.
WORDS: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W\u3040-\u30ff\u3400-\u9fff]+|[^\w\s]")
LINES: Final = re.compile(r"[^\n]+")
# Comparisons. The worst texts take about 15 ns for each, ordinary prose less than a hundredth.
MOST_STEPS: Final = 20_000_000
# With less than this in common, what is left reads worse than one text after the other.
LEAST_KEPT: Final = 0.25
# Characters around a change, and from which on a text is long.
CONTEXT: Final = 40
LONG: Final = 1_200
MOST_PIECES: Final = 40


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text: in both, in the older one alone, in the newer one alone, or left out."""

    kind: Literal["kept", "deleted", "inserted", "skipped"]
    text: str


GAP: Final = (Piece("skipped", "…"),)


@dataclass(frozen=True)
class Difference:
    """How ``old`` became ``new``; nothing is compared before somebody looks at the pieces."""

    old: str
    new: str
    steps: int = MOST_STEPS

    @property
    def is_none(self) -> bool:
        return self.old == self.new

    @cached_property
    def pieces(self) -> list[Piece]:
        """Every piece; kept and deleted ones make up the old text, kept and inserted the new."""
        return compared(self.old, self.new, self.steps)

    @property
    def is_whole(self) -> bool:
        """Whether not a word of the old text is left."""
        return all(piece.kind != "kept" or piece.text.isspace() for piece in self.pieces)

    @property
    def is_long(self) -> bool:
        """Whether the changes have to be looked for in it."""
        return max(len(self.old), len(self.new)) > LONG

    @cached_property
    def changes(self) -> list[Piece]:
        """The first changes with little around them; what is long gives way to a gap."""
        last = len(self.pieces) - 1
        shown = [
            part
            for at, piece in enumerate(self.pieces[:MOST_PIECES])
            for part in _squeezed(piece, is_first=at == 0, is_last=at == last)
        ]
        return [*shown, *GAP] if last >= MOST_PIECES else shown


def compared(old: str, new: str, steps: int = MOST_STEPS) -> list[Piece]:
    """Compare word by word; line by line or as a whole where that would take too many steps."""
    for pattern in (WORDS, LINES):
        ours, theirs = _spans(pattern, old), _spans(pattern, new)
        pairs = _pairs(_cut(old, ours), _cut(new, theirs), steps)
        if pairs is not None:
            is_alike = 2 * len(pairs) >= LEAST_KEPT * (len(ours) + len(theirs))
            ends = [(ours[here], theirs[there]) for here, there in pairs] if is_alike else []
            return _joined(_along(old, new, ends))
    return _joined(_along(old, new, []))


def _spans(pattern: re.Pattern[str], text: str) -> list[Span]:
    return [found.span() for found in pattern.finditer(text)]


def _cut(text: str, spans: Sequence[Span]) -> list[str]:
    return [text[start:end] for start, end in spans]


def _pairs(ours: Sequence[str], theirs: Sequence[str], steps: int) -> list[tuple[int, int]] | None:
    """The places of the words that both have, in order; None if they are too many to compare."""
    start = _common(ours, theirs)
    end = _common(ours[start:][::-1], theirs[start:][::-1])
    old, new = ours[start : len(ours) - end], theirs[start : len(theirs) - end]
    matcher = SequenceMatcher(None, old, new)
    places: dict[str, list[int]] = matcher.b2j  # type: ignore[attr-defined]
    # At most every pair of equal words is looked at, once for each match that is found.
    if min(len(old), len(new)) * sum(len(places.get(word, ())) for word in old) > steps:
        return None
    return [
        *((at, at) for at in range(start)),
        *((start + here, start + there) for here, there in _matches(matcher)),
        *((len(ours) - at, len(theirs) - at) for at in range(end, 0, -1)),
    ]


def _matches(matcher: "SequenceMatcher[str]") -> Iterator[tuple[int, int]]:
    for block in matcher.get_matching_blocks():
        for step in range(block.size):
            yield block.a + step, block.b + step


def _along(old: str, new: str, pairs: Sequence[tuple[Span, Span]]) -> Iterator[Piece]:
    """Both texts from one common word to the next; what stands between them is told apart."""
    here, there = 0, 0
    for (start, end), (other_start, other_end) in pairs:
        yield from _between(old[here:start], new[there:other_start])
        yield Piece("kept", old[start:end])
        here, there = end, other_end
    yield from _between(old[here:], new[there:])


def _between(old: str, new: str) -> Iterator[Piece]:
    """One stretch in place of another; white space that both begin or end with is kept."""
    start = _blank(old, new)
    end = _blank(old[start:][::-1], new[start:][::-1])
    yield Piece("kept", old[:start])
    yield Piece("deleted", old[start : len(old) - end])
    yield Piece("inserted", new[start : len(new) - end])
    yield Piece("kept", old[len(old) - end :])


def _blank(old: str, new: str) -> int:
    same = old[: _common(old, new)]
    return len(same) - len(same.lstrip())


def _common(old: Sequence[str], new: Sequence[str]) -> int:
    """How many both begin with."""
    pairs = enumerate(zip(old, new, strict=False))
    return next((at for at, (one, other) in pairs if one != other), min(len(old), len(new)))


def _joined(pieces: Iterable[Piece]) -> list[Piece]:
    """Pieces of one kind that follow each other, as one; empty ones left out."""
    runs = groupby((piece for piece in pieces if piece.text), key=lambda piece: piece.kind)
    return [Piece(kind, "".join(piece.text for piece in run)) for kind, run in runs]


def _squeezed(piece: Piece, *, is_first: bool, is_last: bool) -> list[Piece]:
    room = CONTEXT if piece.kind == "kept" else 4 * CONTEXT
    if len(piece.text) <= 3 * room:
        return [piece]
    is_kept = piece.kind == "kept"
    head = "" if is_first and is_kept else _cut_off(piece.text[:room])
    tail = "" if is_last and is_kept else _cut_off(piece.text[: -room - 1 : -1])[::-1]
    whole = [Piece(piece.kind, head), *GAP, Piece(piece.kind, tail)]
    return [part for part in whole if part.text]


def _cut_off(text: str) -> str:
    """Leave out the last word, which may be cut; not where it is all there is."""
    return re.sub(r"\S+\Z", "", text) or text
