"""The least of HTTP/1.1 that a crowd of guests needs, cheap enough not to be what is measured."""

import asyncio
from dataclasses import dataclass, field
from typing import Self


@dataclass(slots=True)
class Reply:
    """A whole answer."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def cookies(self) -> dict[str, str]:
        """The cookies that it sets."""
        pairs = (value.split(";", 1)[0] for name, value in self.headers if name == "set-cookie")
        return dict(pair.split("=", 1) for pair in pairs)


@dataclass(slots=True)
class Connection:
    """One connection that is kept open; one request at a time."""

    host: str
    port: int
    _reader: asyncio.StreamReader | None = field(default=None, repr=False)
    _writer: asyncio.StreamWriter | None = field(default=None, repr=False)

    @classmethod
    def to(cls, url: str) -> Self:
        """A connection to the origin of ``url``; not opened yet."""
        host, _, port = url.removeprefix("http://").split("/", 1)[0].partition(":")
        return cls(host, int(port))

    async def ask(
        self, method: str, path: str, headers: dict[str, str] | None = None, body: bytes = b""
    ) -> Reply:
        """Send a request and return the whole answer, which must say its length."""
        status, found = await self.begin(method, path, headers, body)
        length = int(dict(found).get("content-length", 0))
        return Reply(status, found, await self.reader.readexactly(length))

    async def begin(
        self, method: str, path: str, headers: dict[str, str] | None = None, body: bytes = b""
    ) -> tuple[int, list[tuple[str, str]]]:
        """Send a request and return status and headers; the body waits in ``reader``."""
        if self._writer is None:
            self._reader, self._writer = await asyncio.open_connection(
                self.host, self.port, limit=2**20
            )
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self.host}:{self.port}"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        if body:
            lines.append(f"Content-Length: {len(body)}")
        self._writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        return _head(await self.reader.readuntil(b"\r\n\r\n"))

    @property
    def reader(self) -> asyncio.StreamReader:
        """What comes in; only after ``begin``."""
        if self._reader is None:
            raise RuntimeError("Nothing has been asked yet.")
        return self._reader

    def close(self) -> None:
        """Let go of the connection."""
        if self._writer is not None:
            self._writer.close()


def _head(raw: bytes) -> tuple[int, list[tuple[str, str]]]:
    top, *lines = raw.decode("latin-1").rstrip().split("\r\n")
    pairs = (line.split(":", 1) for line in lines)
    return int(top.split(" ", 2)[1]), [(name.lower(), value.strip()) for name, value in pairs]
