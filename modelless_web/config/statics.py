"""Static files by WhiteNoise, outside Django: its middleware is sync and would hold threads."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from django.conf import settings
from whitenoise import WhiteNoise

HASHED = r"\.[0-9a-f]{12}\."

type App = Callable[[dict[str, Any], Any, Any], Awaitable[None]]


def static_files() -> App:
    """Return the ASGI app that serves what ``collectstatic`` gathered.

    The files are scanned once: hashed names never change, and a new start finds new ones.
    """
    noise = WhiteNoise(
        _nothing,
        allow_all_origins=False,
        immutable_file_test=HASHED,
    )
    if settings.STATIC_ROOT.is_dir():
        noise.add_files(str(settings.STATIC_ROOT), prefix=settings.STATIC_URL)

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        file = noise.files.get(scope["path"])
        if file is None or scope["method"] not in {"GET", "HEAD"}:
            await _answer(send, 404 if file is None else 405, [], b"")
            return
        answer = file.get_response(scope["method"], _environ(scope))
        body = b"" if answer.file is None else await asyncio.to_thread(_read, answer.file)
        await _answer(send, int(answer.status), answer.headers, body)

    return app


def _nothing(*_: object) -> list[bytes]:
    """Stand in for the application that WhiteNoise would fall through to."""
    return []


def _environ(scope: dict[str, Any]) -> dict[str, str]:
    """The request's headers as WhiteNoise reads them."""
    return {
        "HTTP_" + name.decode("latin-1").upper().replace("-", "_"): value.decode("latin-1")
        for name, value in scope["headers"]
    }


def _read(file: Any) -> bytes:
    with file:
        return bytes(file.read())


async def _answer(send: Any, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
    raw = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body})
