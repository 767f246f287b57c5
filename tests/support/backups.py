"""Backups that somebody has tampered with, so well that every checksum is right."""

import io
import json
from collections.abc import Callable
from typing import Any

from modelless_web.backup.archive import Writer, read

type Change = Callable[[str, bytes], bytes | None]


def rewritten(data: bytes, change: Change) -> bytes:
    """The same backup with what ``change`` makes of each member; None leaves one out."""
    stream = io.BytesIO()
    writer = Writer(stream)
    for member in read(io.BytesIO(data)):
        content = change(member.name, b"".join(member.pieces))
        if content is not None:
            writer.add_bytes(member.name, content)
    writer.close()
    return stream.getvalue()


def with_about(data: bytes, **values: Any) -> bytes:
    """A backup that says something else of itself."""

    def change(name: str, content: bytes) -> bytes:
        return (
            json.dumps(json.loads(content) | values).encode() if name == "about.json" else content
        )

    return rewritten(data, change)


def about(data: bytes) -> dict[str, Any]:
    """What a backup says of itself."""
    first = next(read(io.BytesIO(data)))
    described: dict[str, Any] = json.loads(b"".join(first.pieces))
    return described
