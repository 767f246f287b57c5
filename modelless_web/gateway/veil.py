"""Takes the key out of what a gateway says, before anything reads or keeps it.

Gateways quote keys in errors, headers and addresses, as they are or written in another way.
"""

import base64
import json
from typing import Final
from urllib.parse import quote

MASK: Final = b"***"
# Shorter ones would take ordinary words out of answers.
SHORTEST: Final = 8


class Veil:
    """Bytes in, bytes without the key out, wherever they were cut.

    ``shown`` letters of a key stay; so many are told before anything is held back.
    """

    def __init__(self, key: str, shown: int = 0) -> None:
        self.has_hidden = False
        self._spellings = spellings(key) if len(key) >= SHORTEST else ()
        self._shown = shown
        self._end = b""
        self._told = 0

    def read(self, block: bytes) -> bytes:
        """Return what can be told so far; an end that may begin a key is held back."""
        text = self.hide(self._end + block)
        start = min((_begins(text, spelling) for spelling in self._spellings), default=len(text))
        before, self._end = self._told, text[start:]
        self._told = min(len(self._end), self._shown)
        return text[before : start + self._told]

    def close(self) -> bytes:
        """Return what was held back and became no key; most of a key that broke off is one."""
        end, told = self._end, self._told
        self._end, self._told = b"", 0
        if any(s.startswith(end) and len(end) > len(s) / 2 for s in self._spellings):
            self.has_hidden = True
            return MASK
        return end[told:]

    def hide(self, text: bytes) -> bytes:
        """Return a whole text without the key."""
        for spelling in self._spellings:
            if spelling in text:
                self.has_hidden = True
                text = text.replace(spelling, spelling[: self._shown] + MASK)
        return text


class TextVeil:
    """The same for a text that is put together from pieces, each without the key.

    The first letters of a key stay, so that a text which ends like its beginning is not late:
    "sk-" is no secret, and an answer may pause after any "s".
    """

    SHOWN: Final = 3

    def __init__(self, key: str) -> None:
        # What is no ASCII is never sent as a key; so no letter is cut in the middle.
        self._veil = Veil(key if key.isascii() else "", self.SHOWN)

    @property
    def has_hidden(self) -> bool:
        """Whether the pieces did spell the key."""
        return self._veil.has_hidden

    def read(self, piece: str) -> str:
        """Return what can be told so far."""
        return self._veil.read(piece.encode()).decode()

    def close(self) -> str:
        """Return what was held back and became no key."""
        return self._veil.close().decode()


def spellings(key: str) -> tuple[bytes, ...]:
    """The ways in which a key may be written: plain, in JSON, in an address, in Base64."""
    text = json.dumps(key)[1:-1]
    plain = {key, text, text.replace("/", r"\/"), quote(key, safe=""), quote(key)}
    # JSON may also name every letter by its number.
    plain |= {"".join(f"\\u{ord(c):{form}}" for c in key) for form in ("04x", "04X")}
    found = {word.encode() for word in plain}
    for before in range(3):
        # Of Base64 only what does not depend on the neighbours.
        whole = base64.b64encode(b"\0" * before + key.encode())
        inner = whole[-(-before * 4 // 3) : (before + len(key)) * 4 // 3]
        found |= {inner, inner.replace(b"+", b"-").replace(b"/", b"_")}
    return tuple(sorted(found, key=len, reverse=True))


def _begins(text: bytes, spelling: bytes) -> int:
    """Where the end of the text begins to spell the key; its length if it does not."""
    at = text.find(spelling[:1], max(0, len(text) - len(spelling) + 1))
    while at >= 0:
        if spelling.startswith(text[at:]):
            return at
        at = text.find(spelling[:1], at + 1)
    return len(text)
