"""Server-sent events from bytes, cut anywhere (gateway reference, sections 2.3 and 8).

Lines end at CR, LF or CRLF and nowhere else: text splitters also break at U+2028 and U+0085,
which occur inside answers. Time is linear in the bytes, however small the blocks are.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from modelless_web.gateway import limits
from modelless_web.gateway.errors import GatewayError, Kind

_BOM: Final = b"\xef\xbb\xbf"


class ServerSentEvent(NamedTuple):
    """One event; `event` is "" unless the stream named it."""

    data: bytes
    event: str = ""


class Decoder:
    """Turns blocks of a stream into events. `limit` caps one event, in bytes."""

    def __init__(self, limit: int = limits.EVENT_BYTES) -> None:
        self._limit = limit
        self._line = bytearray()
        self._after_cr = False
        self._at_start = True
        self._data: list[bytes] = []
        self._size = 0
        self._event = ""

    def feed(self, block: bytes) -> Iterator[ServerSentEvent]:
        """Yield the events that this block completes.

        Raises GatewayError (upstream) when one event grows beyond the limit.
        """
        if self._after_cr and block:
            self._after_cr = False
            block = block.removeprefix(b"\n")
        if b"\r" in block:
            self._after_cr = block.endswith(b"\r")
            block = block.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        lines = block.split(b"\n")
        rest = lines.pop()
        if lines and self._line:
            lines[0] = bytes(self._line) + lines[0]
            self._line.clear()
        yield from self._lines(lines)
        self._line += rest
        self._check(len(self._line))

    def flush(self) -> Iterator[ServerSentEvent]:
        """Yield what is left at the end of the stream, even without its blank line."""
        line = bytes(self._line)
        self._line.clear()
        yield from self._lines([line, b""])

    def _lines(self, lines: list[bytes]) -> Iterator[ServerSentEvent]:
        for line in lines:
            if self._at_start:
                self._at_start = False
                line = line.removeprefix(_BOM)  # noqa: PLW2901
            if line:
                self._field(line)
            elif self._data:
                yield self._take()
            else:
                self._event = ""

    def _field(self, line: bytes) -> None:
        name, _, value = line.partition(b":")
        if name == b"data":
            value = value.removeprefix(b" ")
            self._data.append(value)
            self._size += len(value)
            self._check(0)
        elif name == b"event":
            self._event = value.removeprefix(b" ").decode("utf-8", "replace")

    def _take(self) -> ServerSentEvent:
        data = self._data[0] if len(self._data) == 1 else b"\n".join(self._data)
        event = ServerSentEvent(data, self._event)
        self._data.clear()
        self._size = 0
        self._event = ""
        return event

    def _check(self, pending: int) -> None:
        if self._size + pending > self._limit:
            raise too_large()


def too_large() -> GatewayError:
    """Return the failure of a piece that grew beyond its limit."""
    words = "One piece of the answer was larger than the studio accepts."
    return GatewayError(Kind.UPSTREAM, words, maybe_charged=True)
