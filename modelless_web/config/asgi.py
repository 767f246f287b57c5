"""The ASGI application: static files and the event stream stand in front of Django."""

import os
from collections.abc import Awaitable, Callable
from typing import Any

import django
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "modelless_web.config.settings")

type Scope = dict[str, Any]
type Receive = Callable[[], Awaitable[dict[str, Any]]]
type Send = Callable[[dict[str, Any]], Awaitable[None]]
type App = Callable[[Scope, Receive, Send], Awaitable[None]]

django.setup(set_prefix=False)

from modelless_web.config.handler import PooledHandler  # noqa: E402 - needs the settings
from modelless_web.config.statics import static_files  # noqa: E402 - likewise
from modelless_web.studio.stream import live  # noqa: E402 - needs the app registry

_django: App = PooledHandler()
_statics = static_files()
_guards = [(name.encode(), value.encode()) for name, value in settings.EVERYWHERE.items()]


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Hand a request to whoever answers it."""
    if scope["type"] != "http":
        return
    path: str = scope["path"]
    send = _guarded(send)
    if path.startswith("/static/"):
        await _statics(scope, receive, send)
    elif path == "/live/":
        await live(scope, receive, send)
    else:
        await _django(scope, receive, send)


def _guarded(send: Send) -> Send:
    """Add to every answer, whoever gives it, what keeps a browser from being talked into harm."""

    async def guarded(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            told = [*message["headers"]]
            named = {name.lower() for name, _ in told}
            told += [header for header in _guards if header[0] not in named]
            message = {**message, "headers": told}
        await send(message)

    return guarded
