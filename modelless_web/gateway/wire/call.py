"""The two ends of every exchange: what is sent, and who reads the reply."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from modelless_web.gateway.errors import GatewayError
from modelless_web.gateway.events import Event


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP request, without address and key.

    `path` is relative to the gateway's base, or to what that stands on (gateway reference, 7.2).
    """

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    is_at_root: bool = False
    kept: bytes = b""

    @property
    def record(self) -> bytes:
        """The body as it is kept: every picture that goes along stands there by its name."""
        return self.kept or self.body


def json_call(path: str, body: Mapping[str, Any]) -> Call:
    """Return the request that posts `body` as JSON and takes a stream where it asks for one."""
    headers = {
        "Accept": "text/event-stream" if body.get("stream") else "application/json",
        "Content-Type": "application/json",
    }
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    # A lone surrogate in a prompt has no UTF-8 form; the gateway gets a question mark instead.
    return Call("POST", path, headers, text.encode("utf-8", "replace"))


class WireReader(Protocol):
    """Bytes in, events out: no network, no clock, no database."""

    @property
    def done(self) -> bool:
        """Whether nothing that may still arrive can change the answer."""

    @property
    def settled(self) -> bool:
        """Whether the answer is whole and only trailing news, such as usage, may follow."""

    @property
    def has_hidden(self) -> bool:
        """Whether the reader took a key out that the bytes still spell, in pieces."""

    def begin(self, status: int, headers: Mapping[str, str]) -> None:
        """Take the status and the headers, whose names are lower-case."""

    def read(self, block: bytes) -> list[Event]:
        """Take some bytes of the body, cut anywhere."""

    def close(self, broken: GatewayError | None = None) -> list[Event]:
        """Take the end of the body; `broken` says why it came too early."""
