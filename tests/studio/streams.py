"""Open pages: their event streams over a real socket, beside a real engine."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse
from typing import Any, Final

import uvicorn
from django.conf import settings
from django.test import Client

from modelless_web.engine import runtime
from modelless_web.engine.live import News
from modelless_web.engine.runtime import Engine
from modelless_web.practice.server import listen
from modelless_web.records.models import Generation
from modelless_web.studio.stream import live

PATIENCE: Final = 20


@dataclass
class Pages:
    """A running engine and the port at which streams can be opened."""

    engine: Engine
    port: int
    opened: ExitStack = field(default_factory=ExitStack)

    def open(
        self, browser: Client, since: str = "0", cookies: str = "", method: str = "GET"
    ) -> "Stream":
        """Open a stream as that browser."""
        session = browser.cookies.get(settings.SESSION_COOKIE_NAME)
        sent = f"{cookies}{settings.SESSION_COOKIE_NAME}={session.value}" if session else cookies
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        self.opened.callback(connection.close)
        connection.request(method, f"/live/?since={since}", headers={"Cookie": sent})
        return Stream(connection, connection.getresponse())

    @property
    def watchers(self) -> int:
        """How many open pages the live log knows."""
        return sum(len(watchers) for watchers in self.engine.log._watchers.values())

    def close_log(self) -> None:
        """What the studio does first when it is asked to end."""

        async def close() -> None:
            self.engine.log.close()

        self.engine.wait_for(close())


@dataclass
class Stream:
    """One open stream."""

    connection: HTTPConnection
    reply: HTTPResponse

    def block(self) -> list[str]:
        """The lines of the next event; none at the end. Raises TimeoutError."""
        lines = []
        while (line := self.reply.readline()) not in {b"", b"\n"}:
            lines.append(line.decode().removesuffix("\n"))
        return lines

    def hears(self, words: str) -> str:
        """The next message that holds these words."""
        while block := self.block():
            html = "\n".join(line.removeprefix("data: ") for line in block)
            if words in html:
                return html
        raise AssertionError(f"The stream ended without {words!r}")

    def until(self, words: str) -> str:
        """All that is said until these words are."""
        said = ""
        while words not in said and (block := self.block()):
            said += "\n".join(block)
        return said

    def leave(self) -> None:
        """Close the page."""
        self.reply.close()
        self.connection.close()


@asynccontextmanager
async def serving() -> AsyncIterator[tuple[Engine, int]]:
    """An engine, and a server in its loop, as ``manage.py studio`` runs them."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await live(scope, receive, send)

    listener = listen("127.0.0.1", 0)
    config = uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=5)
    server = uvicorn.Server(config)
    async with runtime.running() as engine:
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield engine, listener.getsockname()[1]
        finally:
            engine.log.close()
            server.should_exit = True
            await serving


def piece(row: Generation, offset: int, text: str) -> News:
    return {
        "owner": row.owner_id,
        "generation": str(row.pk),
        "kind": "text",
        "index": 0,
        "offset": offset,
        "text": text,
    }
