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
    """Bytes in, bytes without the key out, wherever the network cut them."""

    def __init__(self, key: str) -> None:
        self._spellings = spellings(key) if len(key) >= SHORTEST else ()
        self._held = b""

    def read(self, block: bytes) -> bytes:
        """Return what can be told so far; an end that may begin a key is held back."""
        told = self.hide(self._held + block)
        start = min((_begins(told, spelling) for spelling in self._spellings), default=len(told))
        told, self._held = told[:start], told[start:]
        return told

    def close(self) -> bytes:
        """Return what was held back and became no key."""
        held, self._held = self._held, b""
        return held

    def hide(self, text: bytes) -> bytes:
        """Return a whole text without the key."""
        for spelling in self._spellings:
            text = text.replace(spelling, MASK)
        return text


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
