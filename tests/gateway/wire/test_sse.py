"""The event decoder, line by line."""

import pytest

from modelless_web.gateway.errors import GatewayError
from modelless_web.gateway.wire.sse import Decoder, ServerSentEvent


def decode(*blocks: bytes) -> list[ServerSentEvent]:
    decoder = Decoder()
    return [e for block in blocks for e in decoder.feed(block)] + list(decoder.flush())


@pytest.mark.parametrize(
    ("body", "events"),
    [
        (b"data: a\n\n", [ServerSentEvent(b"a")]),
        (b"data:a\n\n", [ServerSentEvent(b"a")]),
        (b"data:  a\n\n", [ServerSentEvent(b" a")]),
        (b"data: a\ndata: b\n\n", [ServerSentEvent(b"a\nb")]),
        (b"data\n\n", [ServerSentEvent(b"")]),
        (b"event: e\ndata: a\n\ndata: b\n\n", [ServerSentEvent(b"a", "e"), ServerSentEvent(b"b")]),
        (b"event: e\n\ndata: b\n\n", [ServerSentEvent(b"b")]),
        (b": c\nid: 1\nretry: 2\nother: 3\n\n", []),
        (b"\xef\xbb\xbfdata: a\n\n", [ServerSentEvent(b"a")]),
        (b"data: a", [ServerSentEvent(b"a")]),
        (b"data: a\r\rdata: b\r\n\r\n", [ServerSentEvent(b"a"), ServerSentEvent(b"b")]),
        ("data: a\u2028b\x85c\n\n".encode(), [ServerSentEvent("a\u2028b\x85c".encode())]),
        (b"\n\n\n", []),
        (b"", []),
    ],
)
def test_a_body_becomes_events(body: bytes, events: list[ServerSentEvent]) -> None:
    assert decode(body) == events


def test_crlf_cut_in_two_is_one_line_end() -> None:
    assert decode(b"data: a\r", b"\ndata: b\r\n\r", b"\n") == [ServerSentEvent(b"a\nb")]


@pytest.mark.parametrize(
    "block", [b"data: " + b"x" * 99, b"data: x" * 20, b"data: 0123456789\n" * 20]
)
def test_an_event_beyond_the_limit_is_refused(block: bytes) -> None:
    decoder = Decoder(limit=50)
    with pytest.raises(GatewayError, match="larger"):
        list(decoder.feed(block))
