"""Django under ASGI with one thread hop per request.

Django's own ASGI handler makes a thread for every request and hops into it twice for each
middleware. Our pages are ordinary sync views, so a whole request runs in one go in a thread of a
small pool. The threads live on, and with them their database connections, whose number is thereby
capped. What is awaited for long never comes here: event streams have an app of their own.
"""

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from typing import IO, Any, Final

from django.core import signals
from django.core.exceptions import RequestAborted, RequestDataTooBig
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.db import close_old_connections
from django.http import HttpResponse, HttpResponseBase
from django.urls import set_script_prefix

# Most of them wait for the ledger's writer, which writes together what waits together: with 16
# a crowd costs a fifth less than with 6. Each may hold a database connection.
THREADS: Final = 16
# Several large photos; more would only fill the disk before anything looks at it.
MOST_BODY: Final = 256 * 1024**2
TOO_LARGE: Final = 413


class PooledHandler(ASGIHandler):
    """An ASGI application whose requests run in a pool of threads."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="page")
        super().__init__()

    def load_middleware(self, is_async: bool = False) -> None:
        """Load the sync side of every middleware, whatever the handler asks for."""
        super().load_middleware(is_async=False)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Read the body, answer in a thread, send from the loop."""
        try:
            body = await self.read_body(_limited(receive))
        except RequestAborted:
            return
        except RequestDataTooBig as error:
            refusal = HttpResponse(f"{error}\n", "text/plain; charset=utf-8", TOO_LARGE)
            await self.send_response(refusal, send)
            return
        with closing(body):
            response = await self._in_thread(self._respond, scope, body)
        if response.streaming:
            await self._stream(response, receive, send)
        else:
            await self.send_response(response, send)

    async def _stream(self, response: HttpResponseBase, receive: Any, send: Any) -> None:
        """Send until the end, or until nobody is there: a long download is work for somebody."""
        sending = asyncio.ensure_future(self.send_response(response, send))
        listening = asyncio.ensure_future(_gone(receive))
        listening.add_done_callback(lambda _: sending.cancel())
        try:
            await asyncio.wait([sending])
            if not sending.cancelled():
                sending.result()
        finally:
            listening.cancel()
            await asyncio.gather(sending, return_exceptions=True)
            await self._in_thread(response.close)

    def _respond(self, scope: dict[str, Any], body: IO[bytes]) -> HttpResponseBase:
        set_script_prefix(get_script_prefix(scope))
        signals.request_started.send(sender=self.__class__, scope=scope)
        request, failure = self.create_request(scope, body)
        response = self.get_response(request) if request else failure
        assert response is not None  # noqa: S101 - one of the two always is
        if response.streaming:
            # The stream needs no database; its end may come in another thread.
            close_old_connections()
        else:
            response.close()
        return response

    async def _in_thread[T](self, function: Callable[..., T], *args: Any) -> T:
        """Call in the pool, each call in a context of its own."""
        context = contextvars.copy_context()
        call = partial(context.run, function, *args)
        return await asyncio.get_running_loop().run_in_executor(self._threads, call)


def _limited(receive: Any) -> Any:
    """The same, but it raises RequestDataTooBig for a body that no page of the studio sends."""
    size = 0

    async def receive_some() -> Any:
        nonlocal size
        event = await receive()
        size += len(event.get("body", b""))
        if size > MOST_BODY:
            raise RequestDataTooBig(f"More than {MOST_BODY // 1024**2} MB were sent at once.")
        return event

    return receive_some


async def _gone(receive: Any) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
