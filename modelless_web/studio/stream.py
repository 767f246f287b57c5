"""The one event stream of a page: a lean ASGI app, mounted before Django.

Inside Django every open stream would hold a thread, and a database connection once it has
touched the ORM. Here a stream holds neither: it asks who is there, lets go of both, and then
waits for the live log.
"""

import asyncio
import logging
from importlib import import_module
from typing import Any, Final
from urllib.parse import parse_qs
from weakref import WeakKeyDictionary

from django.conf import settings
from django.contrib import auth
from django.db import OperationalError
from django.http import HttpRequest, parse_cookie

from modelless_web.engine import runtime
from modelless_web.engine.live import Watcher
from modelless_web.engine.runtime import Engine
from modelless_web.records.models import User
from modelless_web.studio.cards import Cards, in_thread
from modelless_web.studio.fragments import Page

logger = logging.getLogger(__name__)

BEAT: Final = 15.0
# How long a page may still listen after its person has signed out or was switched off.
TRUSTED: Final = 30.0
RETRY: Final = b"retry: 1000\n\n"
HEADERS: Final = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache, no-transform"),
    (b"x-accel-buffering", b"no"),
]

_cards: Final[WeakKeyDictionary[Engine, Cards]] = WeakKeyDictionary()

type Scope = dict[str, Any]
type Receive = Any
type Send = Any


async def live(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer ``GET /live/`` with the news of the signed-in person's runs, until they leave."""
    if scope["method"] != "GET":
        await _refuse(send, 405, (b"allow", b"GET"))
        return
    engine = runtime.current()
    try:
        person = await in_thread(_person, scope)
    except OperationalError:
        logger.warning("An event stream waits for the database.", exc_info=True)
        await _refuse(send, 503)
        return
    if person is None or engine is None or engine.log.is_closed:
        await _refuse(send, 403 if person is None else 503)
        return
    watcher = engine.log.join(person.pk)
    cards = _cards.setdefault(engine, Cards())
    tasks = [
        asyncio.ensure_future(work)
        for work in (
            _send_news(send, Page(person), watcher, cards, _since(scope)),
            _gone(receive),
            _guard(scope, watcher),
        )
    ]
    try:
        await asyncio.wait(tasks[:2], return_when=asyncio.FIRST_COMPLETED)
    finally:
        engine.log.leave(watcher)
        for task in tasks:
            task.cancel()
        for broken in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(broken, Exception):
                logger.error("An event stream broke off.", exc_info=broken)


async def _send_news(send: Send, page: Page, watcher: Watcher, cards: Cards, since: float) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await _write(send, RETRY + message(await in_thread(page.join, since)))
    while not watcher.is_cut:
        news = await watcher.take(BEAT)
        if not news:
            await _write(send, b"event: beat\ndata: \n\n")
            continue
        stale = page.stale(news)
        html = page.update(news, await cards.get(stale) if stale else ())
        if html:
            await _write(send, message(html))
    await send({"type": "http.response.body", "body": RETRY, "more_body": False})


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


async def _guard(scope: Scope, watcher: Watcher) -> None:
    """Cut the page's stream once its session is no longer that person's, or can't be read."""
    try:
        owner: int | None = watcher.owner
        while owner == watcher.owner:
            await asyncio.sleep(TRUSTED)
            person = await in_thread(_person, scope)
            owner = person.pk if person else None
    finally:
        watcher.cut()


async def _refuse(send: Send, status: int, *more: tuple[bytes, bytes]) -> None:
    headers = [(b"content-type", b"text/plain"), (b"cache-control", b"no-store"), *more]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


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
