"""A gateway of raw bytes on a loopback socket: it plays a script and records what it was sent."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

RESET: Final = "reset"
HANG: Final = "hang"
Step = bytes | float | str
"""Bytes are written, a number is a pause in seconds, RESET and HANG are what they say."""


def head(status: str = "200 OK", kind: str = "text/event-stream", *more: str) -> bytes:
    """Return a reply's head whose body ends when the connection closes."""
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", "Connection: close", *more]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def reply(
    body: bytes, status: str = "200 OK", kind: str = "application/json", *more: str
) -> list[Step]:
    """Return the script of a whole reply of known length."""
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(body)}", *more]
    return [("\r\n".join(lines) + "\r\n\r\n").encode() + body]


NO_MODELS: Final = reply(b'{"data":[]}')
BESIDE: Final = ("/api/", "/dashboard/")
NOT_THERE: Final = reply(b'{"error":{"message":"Invalid URL"}}', "404 Not Found")


@dataclass
class Upstream:
    """A running script. `asked`: a request came; `gone`: a connection has ended.

    `pages` are what lies beside the base, by path: prices, a bill. The rest is not there; what is
    asked for there is kept in `looks`, and takes none of the scripts.
    """

    port: int = 0
    pages: dict[str, list[Step]] = field(default_factory=dict)
    looks: list[str] = field(default_factory=list)
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    gone: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        """The base address, as it is written in a gateway's settings."""
        return f"http://127.0.0.1:{self.port}/v1"


@asynccontextmanager
async def upstream(*scripts: Iterable[Step], prompts_only: bool = False) -> AsyncIterator[Upstream]:
    """Serve each script to one request, in order; the last one again and again.

    With ``prompts_only`` a look at the models, which may come at any time, takes none of them.
    """
    state = Upstream()
    plays = [list(script) for script in scripts]
    writers: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        state.connections += 1
        writers.append(writer)
        try:
            while True:
                request = await _request(reader)
                path = request.split(b" ", 2)[1].decode()
                if path.startswith(BESIDE):
                    state.looks.append(path)
                    await _play(state.pages.get(path, NOT_THERE), reader, writer)
                    continue
                state.requests.append(request)
                state.asked.set()
                if prompts_only and state.requests[-1].startswith(b"GET"):
                    await _play(NO_MODELS, reader, writer)
                    continue
                await _play(plays.pop(0) if len(plays) > 1 else plays[0], reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError, _CloseNow):
            pass
        finally:
            state.gone.set()
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    state.port = server.sockets[0].getsockname()[1]
    try:
        yield state
    finally:
        server.close()
        for writer in writers:
            writer.close()


class _CloseNow(Exception):  # noqa: N818
    """The script asked to close the connection."""


async def _request(reader: asyncio.StreamReader) -> bytes:
    top = await reader.readuntil(b"\r\n\r\n")
    length = 0
    for line in top.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    return top + await reader.readexactly(length)


async def _play(
    script: list[Step], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    keep_alive = False
    for step in script:
        if isinstance(step, bytes):
            writer.write(step)
            await writer.drain()
            keep_alive = keep_alive or b"Content-Length" in step or b"chunked" in step
        elif isinstance(step, str):
            await _stop(step, reader, writer)
        else:
            await asyncio.sleep(step)
    if not keep_alive:
        raise _CloseNow


async def _stop(step: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    if step == HANG:
        await reader.read()
    else:
        writer.transport.abort()
    raise _CloseNow
