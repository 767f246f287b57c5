"""The reader of whatever a gateway replies, whatever the family: it finds out what kind of body
comes, and hands every JSON object in it to the content that puts the answer together.

Gateway reference, sections 1.4, 2.3 and 8. The reply is taken for what it is, not for what was
asked: JSON instead of a stream, a stream instead of JSON, a web page, an error under 200.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

from modelless_web.gateway import limits
from modelless_web.gateway.classify import classify, is_failure, is_ok, is_redirect, request_id
from modelless_web.gateway.errors import GatewayError, Kind, tidy
from modelless_web.gateway.events import Damaged, Event, Failed, ReasoningDelta, TextDelta

from .sse import Decoder, ServerSentEvent, too_large

MOST_ERROR_BODY: Final = 64 * 1024
MOST_DAMAGED_LINE: Final = 500
_BOM: Final = b"\xef\xbb\xbf"
_SSE_FIELDS: Final = (b"data:", b"event:", b"id:", b"retry:", b":")
_decode = json.JSONDecoder().raw_decode


class Content(Protocol):
    """What a family makes of the JSON objects of a reply."""

    is_whole: bool
    failure: GatewayError | None

    @property
    def answers(self) -> dict[int, str]:
        """The shown text of each choice."""

    @property
    def has_hidden(self) -> bool:
        """Whether the pieces of an answer spelled the gateway's key."""

    @property
    def finished(self) -> int:
        """How many choices are finished."""

    @property
    def has_content(self) -> bool:
        """Whether anything came that was work for the gateway."""

    @property
    def is_complete(self) -> bool:
        """Whether the answer is whole and not empty; ask only after `end`."""

    def is_piece(self, chunk: dict[str, Any]) -> bool:
        """Whether an object is a piece of the answer beyond doubt, and so no error."""

    def take(self, chunk: dict[str, Any], events: list[Event]) -> None:
        """Take one object of a stream, or a whole reply."""

    def flush(self, events: list[Event]) -> None:
        """Pass on what waits for the end of a block."""

    def end(self, events: list[Event]) -> None:
        """Take the end of the reply."""

    def shortfall(self) -> GatewayError:
        """Say why a reply that ended in peace is still no answer; ask only after `end`."""

    def response(self) -> dict[str, Any]:
        """Return the whole reply as one object, every picture in it as its reference."""


class Reader:
    """Turns the bytes of one reply into events; cut the bytes anywhere.

    `choices` is how many answers were asked for, if known: it lets the client stop waiting once
    all are finished.

    The TextDelta texts of a choice, joined, equal `answers[index]`: thoughts and progress lines
    are in neither, and a picture in the text is in both as its reference, never as base64.
    """

    def __init__(self, content: Content, choices: int | None = None) -> None:
        self.damaged = 0
        self._choices = choices
        self._content = content
        self._decoder = Decoder()
        self._status = 0
        self._headers: Mapping[str, str] = {}
        self._body = bytearray()
        self._take: Callable[[bytes, list[Event]], None] = self._sniff
        self._done = False
        self._length = 0
        self._error: GatewayError | None = None

    @property
    def done(self) -> bool:
        """Whether nothing that may still arrive can change the answer."""
        return self._done

    @property
    def settled(self) -> bool:
        """Whether every choice that was asked for is finished."""
        return self._choices is not None and self._content.finished >= self._choices

    @property
    def has_hidden(self) -> bool:
        """Whether an answer spelled the key in pieces, so that its bytes still do."""
        return self._content.has_hidden

    @property
    def answers(self) -> dict[int, str]:
        """The shown text of each choice, every picture in it as `picture:sha256:<hex>`."""
        return self._content.answers

    @property
    def response(self) -> dict[str, Any]:
        """The reply as one object, every picture in it as its reference."""
        return self._content.response()

    def begin(self, status: int, headers: Mapping[str, str]) -> None:
        """Take the status and the headers, whose names are lower-case."""
        self._status, self._headers = status, headers
        if not is_ok(status):
            self._take = self._collect_error

    def read(self, block: bytes) -> list[Event]:
        """Take some bytes of the body; return the events they complete. Raises nothing."""
        events: list[Event] = []
        if not self._done:
            try:
                self._take(block, events)
            except GatewayError as error:
                self._fail(error)
            self._content.flush(events)
            self._measure(events)
        return events

    def close(self, broken: GatewayError | None = None) -> list[Event]:
        """Take the end of the body; return the last events. Raises nothing.

        `broken` says why the body ended early; it counts unless the answer was whole by then.
        """
        events: list[Event] = []
        if not self._done:
            self._finish_body(events)
        self._content.end(events)
        failure = self._error or self._content.failure or self._verdict(broken)
        if broken is not None and failure is not None and failure.kind is Kind.TRUNCATED:
            failure = broken
        if failure is not None:
            events.append(Failed(failure))
        self._done = True
        return events

    def _measure(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, TextDelta | ReasoningDelta):
                self._length += len(event.text)
        if self._length > limits.TEXT_CHARACTERS:
            millions = limits.TEXT_CHARACTERS // 1_000_000
            words = f"The answer grew beyond {millions} million characters; the rest was not taken."
            self._fail(GatewayError(Kind.TRUNCATED, words))

    # What kind of body this is

    def _sniff(self, block: bytes, events: list[Event]) -> None:
        self._body += block
        head = bytes(self._body[:64]).removeprefix(_BOM).lstrip()
        if not head or (len(self._body) < len(_BOM) and _BOM.startswith(self._body)):
            return
        if head[:1] in b"{[":
            self._take = self._collect
        elif head.startswith(_SSE_FIELDS):
            self._take = self._stream
            block = bytes(self._body)
            self._body.clear()
            self._stream(block, events)
        elif not any(name.startswith(head) for name in _SSE_FIELDS):
            self._take = self._collect_error

    def _collect(self, block: bytes, events: list[Event]) -> None:
        self._body += block
        if len(self._body) > limits.EVENT_BYTES:
            # Parsed, it would take many times its own room.
            self._body.clear()
            raise too_large()

    def _collect_error(self, block: bytes, events: list[Event]) -> None:
        if len(self._body) < MOST_ERROR_BODY:
            self._body += block

    def _stream(self, block: bytes, events: list[Event]) -> None:
        for event in self._decoder.feed(block):
            self._event(event, events)
            if self._done:
                return

    # What an event says

    def _event(self, event: ServerSentEvent, events: list[Event]) -> None:
        data = event.data
        chunk = _parse(data)
        if type(chunk) is dict and not event.event:
            self._chunk(chunk, data, events)
        elif chunk is None:
            self._odd(event, events)
        elif event.event == "error":
            self._fail(classify(200, self._headers, data))
        elif isinstance(chunk, dict):
            self._chunk(chunk, data, events)

    def _odd(self, event: ServerSentEvent, events: list[Event]) -> None:
        """Take data that is no JSON value: the end mark, a keep-alive, several lines, damage."""
        data = event.data.strip()
        if data == b"[DONE]":
            self._done = True
        elif event.event == "error":
            self._fail(classify(200, self._headers, data))
        elif not data or data == b"null" or data.startswith(b":"):
            return
        elif b"\n" in data:
            # Events without the blank line between them arrive as one.
            for line in data.split(b"\n"):
                if not self._done:
                    self._event(ServerSentEvent(line, event.event), events)
        else:
            self.damaged += 1
            events.append(Damaged(data[:MOST_DAMAGED_LINE].decode("utf-8", "replace")))

    def _chunk(self, chunk: dict[str, Any], data: bytes, events: list[Event]) -> None:
        if not self._content.is_piece(chunk) and is_failure(chunk):
            self._fail(classify(200, self._headers, data))
            return
        self._content.take(chunk, events)

    def _fail(self, error: GatewayError) -> None:
        if self._content.has_content:
            # Words came before the failure, so work was done, whatever its kind.
            error.maybe_charged = True
        self._error = error
        self._done = True

    # How it ended

    def _finish_body(self, events: list[Event]) -> None:
        try:
            if self._take == self._stream:
                for event in self._decoder.flush():
                    if not self._done:
                        self._event(event, events)
            elif self._take == self._collect:
                self._whole(events)
            elif self._body.strip() or self._take == self._collect_error:
                self._error = self._refusal()
        except GatewayError as error:
            self._fail(error)

    def _whole(self, events: list[Event]) -> None:
        """Read a reply that is one JSON value, perhaps followed by `data: [DONE]`."""
        text = bytes(self._body).removeprefix(_BOM).decode("utf-8", "replace").lstrip()
        try:
            reply, _ = _decode(text)
        except RecursionError:
            raise classify(200, self._headers, b"The answer is nested too deeply.") from None
        except json.JSONDecodeError as error:
            if error.pos < len(text) and not error.msg.startswith("Unterminated"):
                raise classify(200, self._headers, bytes(self._body)) from None
            raise GatewayError(
                Kind.TRUNCATED, "The answer broke off in the middle.", maybe_charged=True
            ) from None
        except ValueError:
            # A number with more digits than Python reads.
            raise classify(200, self._headers, bytes(self._body)) from None
        if isinstance(reply, list):
            reply = next((item for item in reply if isinstance(item, dict)), {})
        if is_failure(reply):
            raise classify(200, self._headers, bytes(self._body))
        self._content.is_whole = True
        self._content.take(reply, events)

    def _refusal(self) -> GatewayError:
        if is_redirect(self._status):
            return _redirected(self._status, self._headers)
        if is_ok(self._status) and not self._body.lstrip().startswith(b"<"):
            return _unreadable(self._status, self._headers, bytes(self._body))
        return classify(self._status, self._headers, bytes(self._body))

    def _verdict(self, broken: GatewayError | None) -> GatewayError | None:
        is_short = broken is not None and self._content.finished < (self._choices or 1)
        if self._content.is_complete and not is_short:
            return None
        if broken is not None:
            return broken
        error = self._content.shortfall()
        error.status = self._status
        error.request_id = request_id(self._headers)
        return error


def _parse(data: bytes) -> Any:
    """Return the JSON value, or None for anything else and for null."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        # Better one odd character than a lost line.
        text = data.decode("utf-8", "replace")
    text = text.strip()
    try:
        value, end = _decode(text)
    except (ValueError, RecursionError):
        return None
    return value if end == len(text) else None


def _unreadable(status: int, headers: Mapping[str, str], body: bytes) -> GatewayError:
    error = classify(status, headers, body)
    kind = tidy(headers.get("content-type", ""))[:100] or "of no declared type"
    error.message = f"What came is neither an answer nor an error ({kind})."
    return error


def _redirected(status: int, headers: Mapping[str, str]) -> GatewayError:
    location = headers.get("location", "")
    host = location.split("://", 1)[-1].split("/", 1)[0].rpartition("@")[2] if location else ""
    where = f" to {host}" if host else ""
    return GatewayError(
        Kind.NETWORK,
        f"The gateway's address redirects{where}. Put the final address into its settings.",
        status=status,
        retryable=False,
    )
