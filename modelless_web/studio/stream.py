"""The one event stream of a page: a lean ASGI app, mounted before Django.

Inside Django every open stream would hold a thread, and a database connection once it has
touched the ORM. Here a stream holds neither: it asks who is there, lets go of both, and then
waits for the live log.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from typing import Any, Final
from urllib.parse import parse_qs

from django.conf import settings
from django.contrib import auth
from django.db import close_old_connections
from django.http import HttpRequest, parse_cookie

from modelless_web.engine import runtime
from modelless_web.engine.live import News, Watcher
from modelless_web.records.models import User
from modelless_web.studio.fragments import Page

logger = logging.getLogger(__name__)

BEAT: Final = 15.0
# Cards are rendered under the interpreter lock, so more threads would only get in the way.
THREADS: Final = 2
# Seconds: from when on a page rests altogether after its cards, and how long at most.
CROWDED: Final = 0.03
LONGEST_REST: Final = 0.25
RETRY: Final = b"retry: 1000\n\n"
HEADERS: Final = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache, no-transform"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'"),
]

_threads = ThreadPoolExecutor(THREADS, thread_name_prefix="live")

type Scope = dict[str, Any]
type Receive = Any
type Send = Any


async def live(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer ``GET /live/`` with the news of the signed-in person's runs, until they leave."""
    engine = runtime.current()
    person = await _in_thread(_person, scope)
    if person is None or engine is None or engine.log.is_closed:
        await _refuse(send, 403 if person is None else 503)
        return
    watcher = engine.log.join(person.pk)
    sending = asyncio.ensure_future(_send_news(send, Page(person), watcher, _since(scope)))
    leaving = asyncio.ensure_future(_gone(receive))
    try:
        await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        engine.log.leave(watcher)
        for task in (sending, leaving):
            task.cancel()
        broken, _ = await asyncio.gather(sending, leaving, return_exceptions=True)
        if isinstance(broken, Exception):
            logger.error("An event stream broke off.", exc_info=broken)


async def _send_news(send: Send, page: Page, watcher: Watcher, since: float) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await _write(send, RETRY + message(await _in_thread(page.join, since)))
    held: list[News] = []
    rested_at = 0.0
    while not watcher.is_cut:
        rest = max(0.0, rested_at - time.monotonic())
        news = held + await watcher.take(rest if held else BEAT)
        if not news:
            await _write(send, b"event: beat\ndata: \n\n")
            continue
        # At most half of a page's time goes into cards: in a crowd they come in batches, and text
        # with them. Otherwise text waits for no card but its own.
        news, held = _parted(news) if time.monotonic() < rested_at else (news, [])
        began = time.monotonic()
        is_read = page.needs_ledger(news)
        html = await _in_thread(page.update, news) if is_read else page.update(news)
        if html:
            await _write(send, message(html))
        if is_read:
            rest = min(time.monotonic() - began, LONGEST_REST)
            rested_at = time.monotonic() + rest
            if rest > CROWDED:
                await asyncio.sleep(rest)
    await send({"type": "http.response.body", "body": RETRY, "more_body": False})


def _parted(news: list[News]) -> tuple[list[News], list[News]]:
    """Part what can be shown at once from what waits for a card."""
    waiting = {item["generation"] for item in news if item["kind"] == "card"}
    at_once = [item for item in news if item["generation"] not in waiting]
    return at_once, [item for item in news if item["generation"] in waiting]


def message(html: str) -> bytes:
    """One unnamed event; a newline inside would end it, so each line is one ``data`` field."""
    if not html:
        return b"event: beat\ndata: \n\n"
    lines = html.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return ("".join(f"data: {line}\n" for line in lines) + "\n").encode()


async def _write(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _refuse(send: Send, status: int) -> None:
    headers = [(b"content-type", b"text/plain"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


async def _in_thread[T](function: Callable[..., T], *args: Any) -> T:
    """Do database work in a small pool, whose connections outlive no page."""

    def work() -> T:
        try:
            return function(*args)
        finally:
            close_old_connections()

    return await asyncio.get_running_loop().run_in_executor(_threads, work)


def _person(scope: Scope) -> User | None:
    """Return the person whose session cookie this is."""
    sent = b"; ".join(value for name, value in scope["headers"] if name == b"cookie")
    # Django's own reader: another program's odd cookie must not hide ours.
    key = parse_cookie(sent.decode("latin-1")).get(settings.SESSION_COOKIE_NAME)
    if key is None:
        return None
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    user = auth.get_user(request)
    return user if isinstance(user, User) else None


def _since(scope: Scope) -> float:
    query = parse_qs(scope["query_string"].decode("latin-1"))
    try:
        return max(0.0, min(float(query["since"][0]), 4e9))
    except (KeyError, ValueError):
        return 0.0
