"""The handler of the pages, asked as a server asks it."""

import asyncio
from typing import Any

import pytest

from modelless_web.config import handler

pytestmark = pytest.mark.django_db(transaction=True)


async def ask(*blocks: bytes) -> tuple[int, bytes]:
    """Post blocks of a body to a place that nobody must sign in for; the status and the answer."""
    more = [{"type": "http.request", "body": block, "more_body": True} for block in blocks]
    events = iter([*more, {"type": "http.request", "body": b"", "more_body": False}])
    sent: list[dict[str, Any]] = []

    async def receive() -> Any:
        return next(events)

    async def send(event: dict[str, Any]) -> None:
        sent.append(event)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/health",
        "headers": [(b"host", b"localhost"), (b"content-type", b"text/plain")],
        "query_string": b"",
    }
    await handler.PooledHandler()(scope, receive, send)
    return sent[0]["status"], b"".join(event.get("body", b"") for event in sent)


def test_a_body_that_no_page_sends_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handler, "MOST_BODY", 1024**2)
    half = bytes(1024**2 // 2)
    assert asyncio.run(ask(half, half))[0] != 413
    status, words = asyncio.run(ask(half, half, b"x", half))
    assert (status, words) == (413, b"More than 1 MB were sent at once.\n")
