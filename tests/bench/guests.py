"""People without a browser: each has a session, a composer form and an open event stream."""

import asyncio
import re
import time
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final, Self
from urllib.parse import urlencode

from tests.bench.connection import Connection

LINES: Final = 5
"""Connections for forms, as a browser has beside its event stream."""
ENDED: Final = re.compile(
    rb'data-generation="([0-9a-f-]{36})" data-status="(?:succeeded|failed|cancelled|interrupted)"'
)
CARRIED: Final = 120


@dataclass(slots=True)
class Post:
    """One form that was sent; times in Unix seconds."""

    tag: str
    sent: float
    answered: float
    status: int


@dataclass(slots=True)
class Guest:
    """One person, the forms they sent and everything their event stream brought."""

    url: str
    fields: dict[str, str]
    cookies: str
    live_path: str
    posts: list[Post] = field(default_factory=list)
    ended: dict[str, float] = field(default_factory=dict)
    blocks: list[bytes] = field(default_factory=list)
    _live: Connection | None = None

    @classmethod
    async def come(cls, url: str) -> Self:
        """Open the first page as a stranger, and take over what its form holds."""
        connection = Connection.to(url)
        reply = await connection.ask("GET", "/")
        connection.close()
        page = reply.body.decode()
        form = Form()
        form.feed(page)
        cookies = "; ".join(f"{name}={value}" for name, value in reply.cookies().items())
        live_path = re.search(r'sse-connect="([^"]+)"', page)
        return cls(url, form.values, cookies, live_path[1] if live_path else "/live/")

    async def listen(self) -> None:
        """Open the event stream and keep what it brings, until cancelled."""
        connection = self._live = Connection.to(self.url)
        await connection.begin("GET", self.live_path, {"Cookie": self.cookies})
        carried = b""
        while data := await connection.reader.read(2**18):
            self.blocks.append(data)
            seen = carried + data
            for found in ENDED.finditer(seen):
                self.ended.setdefault(found[1].decode(), time.time())
            carried = seen[-CARRIED:]

    async def post_all(self, orders: list[tuple[str, str]]) -> None:
        """Send one form per (tag, prompt), as fast as a browser's connections allow."""
        waiting = list(reversed(orders))
        await asyncio.gather(*(self._post_next(waiting) for _ in range(LINES)))

    def leave(self) -> None:
        """Close the event stream."""
        if self._live:
            self._live.close()

    async def _post_next(self, waiting: list[tuple[str, str]]) -> None:
        connection = Connection.to(self.url)
        while waiting:
            tag, prompt = waiting.pop()
            await self._post(connection, tag, prompt)
        connection.close()

    async def _post(self, connection: Connection, tag: str, prompt: str) -> None:
        fields = self.fields | {"prompt": prompt, "submission": f"bench-{tag}"}
        headers = {
            "Cookie": self.cookies,
            "HX-Request": "true",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        sent = time.time()
        reply = await connection.ask("POST", "/generations/", headers, urlencode(fields).encode())
        self.posts.append(Post(tag, sent, time.time(), reply.status))


class Form(HTMLParser):
    """The fields of the composer as a browser would send them, the model of the benches chosen."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self._is_inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name, value = given.get("name"), given.get("value") or ""
        if tag == "form":
            self._is_inside = given.get("id") == "composer"
        elif not self._is_inside:
            return
        elif tag == "option" and "data-practice" not in given:
            self.values.setdefault("model", value)
        elif tag == "input" and name and self._is_sent(given):
            self.values[name] = value or "on" * (given.get("type") == "checkbox")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._is_inside = False

    @staticmethod
    def _is_sent(given: dict[str, str | None]) -> bool:
        return given.get("type") != "checkbox" or "checked" in given
