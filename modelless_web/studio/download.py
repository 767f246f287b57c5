"""Exports on their way to a browser: as long as they last, they hold no thread and no connection.

They are made in short steps, each in a thread of a small pool. Between two steps an export is a
generator that waits for the browser to take what it has; with the browser gone it is closed.
"""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, NamedTuple

from django.db import close_old_connections
from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.utils import timezone

from modelless_web.records.export.archive import archive
from modelless_web.records.export.columns import Column
from modelless_web.records.export.csv import table
from modelless_web.records.export.json_lines import json_lines
from modelless_web.records.models import Generation

THREADS: Final = 2
"""Exports that take a step at the same moment; any number may be under way."""
BLOCK: Final = 256 * 1024
"""Bytes after which a step has done enough."""
STEP: Final = 0.25
"""Seconds after which it has, too."""

_threads = ThreadPoolExecutor(THREADS, thread_name_prefix="export")


class Form(NamedTuple):
    """A form that an export may take."""

    make: Callable[..., Generator[bytes]]
    content_type: str
    label: str


FORMS: Final = {
    "zip": Form(archive, "application/zip", "ZIP with the pictures"),
    "csv": Form(table, "text/csv; charset=utf-8", "CSV"),
    "jsonl": Form(json_lines, "application/jsonl; charset=utf-8", "JSON Lines"),
}


def download(
    rows: QuerySet[Generation], form: str, columns: Sequence[Column] | None = None
) -> StreamingHttpResponse:
    """Answer with an export of generations that the caller has found this person may see.

    A table or lines may be of some ``columns`` only.
    """
    made = FORMS[form]
    pieces = made.make(rows) if columns is None else made.make(rows, columns)
    response = StreamingHttpResponse(_blocks(pieces), content_type=made.content_type)
    name = f"generations-{timezone.now():%Y-%m-%d-%H%M}.{form}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    # No proxy may pack it, keep it, or take it in faster than the browser does.
    response["Cache-Control"] = "private, no-store, no-transform"
    response["X-Accel-Buffering"] = "no"
    return response


async def _blocks(pieces: Generator[bytes]) -> AsyncIterator[bytes]:
    # A step that was given up still runs to its end; the close has to wait for it.
    turn = threading.Lock()
    try:
        while (block := await _in_thread(turn, lambda: _step(pieces))) is not None:
            if block:
                yield block
    finally:
        await _in_thread(turn, pieces.close)


def _step(pieces: Generator[bytes]) -> bytes | None:
    """Take pieces until they are enough for now; None when there is no more."""
    taken, size, end = [], 0, time.monotonic() + STEP
    for piece in pieces:
        taken.append(piece)
        size += len(piece)
        if size >= BLOCK or time.monotonic() > end:
            break
    return b"".join(taken) if taken else None


async def _in_thread[T](turn: threading.Lock, function: Callable[[], T]) -> T:
    def work() -> T:
        try:
            with turn:
                return function()
        finally:
            close_old_connections()

    return await asyncio.get_running_loop().run_in_executor(_threads, work)
