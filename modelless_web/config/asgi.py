"""The ASGI application: static files and the event stream stand in front of Django."""

import os
from collections.abc import Awaitable, Callable
from typing import Any

import django
from django.conf import settings
from django.http.request import split_domain_port, validate_host

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
    app = _statics if path.startswith("/static/") else live if path == "/live/" else _django
    # Django looks at the host itself, and has a page for a strange one.
    await (app if _is_ours(scope) else _django)(scope, receive, send)


def _is_ours(scope: Scope) -> bool:
    """Whether the request is for a host that the studio answers to."""
    sent = next((value for name, value in scope["headers"] if name == b"host"), b"")
    host, _ = split_domain_port(sent.decode("latin-1"))
    return validate_host(host, settings.ALLOWED_HOSTS)


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
