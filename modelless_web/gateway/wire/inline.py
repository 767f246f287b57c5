"""Pictures written into text as base64: folded into short references while the text arrives.

Megabytes of base64 belong neither on the screen nor in a text column. Every data URI,
`base64://…` and bare base64 picture is replaced by `picture:sha256:<hex of the bytes>`, and the
bytes are kept beside (gateway reference, samples F and G, and section 3.2, points 2 and 3).
"""

import base64
import binascii
import hashlib
import re
from typing import Final

REFERENCE: Final = "picture:sha256:"

_MARKER: Final = re.compile(
    r"data:image/|base64://|(?:(?<=[\s(\"'`])|(?<![\s\S]))(?:iVBORw0KGgo|/9j/|R0lGOD|UklGR)"
)
_MARKS: Final = ("data:image/", "base64://", "iVBORw0KGgo", "/9j/", "R0lGOD", "UklGR")
_PARTIALS: Final = frozenset(mark[:size] for mark in _MARKS for size in range(1, len(mark)))
_PARTIAL_ENDS: Final = frozenset(part[-1] for part in _PARTIALS)
_LONGEST_PARTIAL: Final = max(map(len, _PARTIALS))
_HEADER: Final = re.compile(r"data:image/[\w.+-]{1,40}(?:;[\w.+=-]{1,60}){0,4};base64,")
_HEADER_END: Final = re.compile(r"[,\s()<>\"'`]")
_LONGEST_HEADER: Final = 200
_OUTSIDE: Final = re.compile(r"[^A-Za-z0-9+/=_\-\s]")
_TOKEN: Final = re.compile(r"[A-Za-z0-9+/_-]+={0,2}|=+")
_CLOSING: Final = tuple(")\"'>`]")
_SHORTEST_BARE: Final = 64
_PIECE: Final = 16 * 1024
_SHORTEST_LINE: Final = 20
_LONGEST_LINE: Final = 128


def reference(data: bytes) -> str:
    """Return the name by which a folded picture stands in text and JSON."""
    return REFERENCE + hashlib.sha256(data).hexdigest()


def decode(text: str) -> bytes | None:
    """Decode base64, with whitespace, in the URL alphabet, without padding; or return None."""
    packed = "".join(text.split()).rstrip("=").replace("-", "+").replace("_", "/")
    if len(packed) % 4 == 1:
        packed = packed[:-1]
    try:
        return base64.b64decode(packed + "=" * (-len(packed) % 4), validate=True) or None
    except (binascii.Error, ValueError):
        return None


def from_uri(text: str, *, any_bare: bool = False) -> bytes | None:
    """Decode a data URI, `base64://…` or bare base64; None for anything else.

    Bare base64 must begin like a picture, unless `any_bare` says that nothing else can be there.
    """
    header = re.match(r"\s*(?:data:[^,]{0,200};base64,|base64://)", text)
    if header:
        return decode(text[header.end() :])
    return decode(text) if any_bare or _MARKER.match(text.strip()) else None


class Folder:
    """Folds a text that comes in pieces; the pieces may be cut anywhere.

    `pictures` maps each reference to its bytes, in the order in which they were met.
    """

    def __init__(self) -> None:
        self.pictures: dict[str, bytes] = {}
        self._held = ""
        self._before = ""
        self._header = ""
        self._run: list[str] | None = None

    def feed(self, text: str) -> str:
        """Return the text that can be shown now."""
        is_idle = self._run is None and not self._held
        if is_idle and text and not any(mark in text for mark in _MARKS) and not _partial(text):
            self._before = text[-1]
            return text
        # Small pieces keep the time linear, whatever a text is made of.
        pieces = (text[at : at + _PIECE] for at in range(0, len(text), _PIECE))
        return "".join(self._scan(piece, at_end=False) for piece in pieces)

    def flush(self) -> str:
        """Return what was held back, at the end of the text."""
        return self._scan("", at_end=True)

    def _scan(self, text: str, *, at_end: bool) -> str:
        shown: list[str] = []
        rest: str | None = text
        while rest is not None:
            if self._run is None:
                rest = self._seek(self._held + rest, shown, at_end)
            else:
                rest = self._collect(rest, shown, at_end)
        return "".join(shown)

    def _seek(self, text: str, shown: list[str], at_end: bool) -> str | None:
        """Show text up to the next picture; return what follows its header, or None to wait."""
        self._held = ""
        found = _MARKER.search(self._before + text, len(self._before))
        if found is None:
            keep = 0 if at_end else _partial(text)
            self._show(text[: len(text) - keep], shown)
            self._held = text[len(text) - keep :]
            return None
        start = found.start() - len(self._before)
        self._show(text[:start], shown)
        text = text[start:]
        begin = _header_length(text)
        if begin is None and not at_end:
            self._held = text
            return None
        if begin is None or begin < 0:
            self._show(text[0], shown)
            return text[1:]
        self._header, self._run = text[:begin], []
        return text[begin:]

    def _collect(self, text: str, shown: list[str], at_end: bool) -> str | None:
        """Gather base64; return what follows it, or None to wait."""
        assert self._run is not None  # noqa: S101
        end = _OUTSIDE.search(text)
        if end is None:
            self._run.append(text)
            if not at_end:
                return None
            text = ""
        else:
            self._run.append(text[: end.start()])
            text = text[end.start() :]
        body, self._run = "".join(self._run), None
        is_end = not text
        self._show(self._fold(body, is_end=is_end, is_closed=text[:1] in _CLOSING), shown)
        return text

    def _fold(self, body: str, *, is_end: bool, is_closed: bool) -> str:
        extent = _extent(body, is_end=is_end, is_closed=is_closed)
        data = None
        if self._header.startswith("data:") or extent >= _SHORTEST_BARE:
            data = decode(body[:extent])
        if data is None:
            return self._header + body
        name = reference(data)
        self.pictures[name] = data
        return name + body[extent:]

    def _show(self, text: str, shown: list[str]) -> None:
        if text:
            shown.append(text)
            self._before = text[-1]


def _header_length(text: str) -> int | None:
    """Return where the base64 begins, -1 if this is no picture, None if more text must decide."""
    if text.startswith("base64://"):
        return len("base64://")
    if not text.startswith("data:"):
        return 0
    header = _HEADER.match(text)
    if header:
        return header.end()
    undecided = len(text) < _LONGEST_HEADER and not _HEADER_END.search(text)
    return None if undecided else -1


def _extent(body: str, *, is_end: bool, is_closed: bool) -> int:
    """Return how much of a run of base64 and whitespace is the picture.

    When the closing parenthesis is missing, the words after the picture are in the alphabet too.
    A wrapped line of base64 is long; a short one is the last before a closing mark, or the last
    of a text whose lines are wrapped and which ends with a full group.
    """
    end = length = first = 0
    for token in _TOKEN.finditer(body):
        size = token.end() - token.start()
        first = first or size
        if length and size < _SHORTEST_LINE:
            is_full = is_end and first <= _LONGEST_LINE and (length + size) % 4 == 0
            if not (is_closed or is_full) or body[token.end() :].strip():
                break
        length += size
        end = token.end()
        if token[0].endswith("="):
            break
    return end


def _partial(text: str) -> int:
    """Return how many characters at the end of the text may be the beginning of a marker."""
    if text[-1:] not in _PARTIAL_ENDS:
        return 0
    for length in range(min(_LONGEST_PARTIAL, len(text)), 0, -1):
        if text[-length:] in _PARTIALS:
            return length
    return 0
