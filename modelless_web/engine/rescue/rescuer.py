"""Pictures are fetched the moment an answer ends: their links do not live long."""

import asyncio
import logging
import random
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from itertools import chain, repeat
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from django.db import OperationalError
from django.utils import timezone

from modelless_web.engine.live import LiveLog, card
from modelless_web.engine.recorder import Recorder
from modelless_web.engine.rescue import queue
from modelless_web.engine.rescue.fetch import Fetcher, UnreachableError
from modelless_web.gateway.events import PictureFound
from modelless_web.records.models import Picture
from modelless_web.records.store import Kept, NotAPictureError, keep

logger = logging.getLogger(__name__)

AT_ONCE: Final = 8
DECODED_AT_ONCE: Final = 2
FIRST_WAIT: Final = 0.5
LONGEST_WAIT: Final = 60.0
# A server that says "not there" may say so too early; after a third time it is believed.
MOST_GONE: Final = 3
# For as long a server that can't be reached is asked again.
PATIENCE: Final = timedelta(hours=24)


class Rescuer:
    """Takes pictures from the queue, fetches, checks and stores them."""

    def __init__(
        self, fetcher: Fetcher, recorder: Recorder, log: LiveLog, *, at_once: int = AT_ONCE
    ) -> None:
        self._fetcher = fetcher
        self._recorder = recorder
        self._log = log
        self._at_once = at_once
        self._stirred = asyncio.Event()
        self._tasks: dict[UUID, asyncio.Task[None]] = {}
        self._awaited: dict[UUID, asyncio.Future[None]] = {}
        # Memory: pixels times four for each picture being decoded at once.
        self._decoding = asyncio.Semaphore(DECODED_AT_ONCE)

    def stir(self) -> None:
        """Have it look at the queue."""
        self._stirred.set()

    async def keep(self) -> None:
        """Fetch what is due for as long as the process lives; the queue outlives it."""
        try:
            while True:
                await self._look()
        finally:
            for task in self._tasks.values():
                task.cancel()

    async def save(
        self, generation: UUID, owner: int, found: Sequence[PictureFound], patience: float
    ) -> None:
        """Bring an answer's pictures to safety, or on their way.

        Returns when each was tried once, or after ``patience`` seconds; what is not safe by then
        stays in the queue. Bytes that came along are stored before it returns, however long the
        store can't be written: nothing else has them.
        """
        rows = await self._recorder.do(partial(queue.announce, generation, found))
        linked = [row for row in rows if row.source_url]
        for row in linked:
            self._awaited[row.pk] = asyncio.get_running_loop().create_future()
        self.stir()
        await self._log.publish([card(owner, generation)])
        for row, picture in zip(rows, found, strict=True):
            if not row.source_url:
                await self._settle(row, owner, picture.data, attempts=1)
        tried = [self._awaited[row.pk] for row in linked]
        if tried:
            await asyncio.wait(tried, timeout=patience)
        for row in linked:
            self._awaited.pop(row.pk, None)

    async def _look(self) -> None:
        self._stirred.clear()
        wait: float | None = None
        room = self._at_once - len(self._tasks)
        if room > 0:
            try:
                claims = await self._recorder.do(partial(queue.claim, room))
            except Exception:
                logger.exception("The queue of pictures could not be read; trying again.")
                wait = FIRST_WAIT
            else:
                for picture in claims.pictures:
                    self._start(picture)
                if claims.next_due:
                    wait = max(0.0, (claims.next_due - timezone.now()).total_seconds())
        try:
            async with asyncio.timeout(wait):
                await self._stirred.wait()
        except TimeoutError:
            return

    def _start(self, picture: Picture) -> None:
        task = asyncio.get_running_loop().create_task(self._rescue(picture))
        self._tasks[picture.pk] = task
        task.add_done_callback(partial(self._over, picture.pk))

    def _over(self, pk: UUID, task: asyncio.Task[None]) -> None:
        self._tasks.pop(pk, None)
        awaited = self._awaited.get(pk)
        if awaited and not awaited.done():
            awaited.set_result(None)
        if not task.cancelled() and task.exception():
            logger.error("A picture's rescue broke off.", exc_info=task.exception())
        self.stir()

    async def _rescue(self, picture: Picture) -> None:
        generation = picture.generation
        attempts = picture.attempts + 1
        origin = urlsplit(generation.gateway.base_url).netloc
        try:
            received = await self._fetcher.fetch(picture.source_url, origin)
        except UnreachableError as error:
            await self._write(generation.owner_id, picture, _after(picture, error, attempts))
        else:
            await self._settle(picture, generation.owner_id, received, attempts)

    async def _settle(self, row: Picture, owner: int, data: bytes, attempts: int) -> None:
        """Store what came, or say why it is no picture."""
        try:
            kept = await self._store(row, owner, data)
        except NotAPictureError as error:
            why = f"What came is not a picture: {error}."
            await self._write(owner, row, partial(queue.lose, row.pk, why, attempts))
        else:
            await self._write(owner, row, partial(queue.keep, row.pk, kept, attempts))

    async def _store(self, row: Picture, owner: int, data: bytes) -> Kept:
        """Store the bytes, however long the disk is full or can't be written."""
        for pause in chain((0.5, 1, 2, 5), repeat(10)):
            try:
                async with self._decoding:
                    return await asyncio.to_thread(keep, data)
            except OSError as error:
                why = (
                    f"It is here but can't be stored ({error.strerror or error}); "
                    "the studio goes on trying."
                )
                logger.error("A picture waits for the store: %s", error)
                await self._write(owner, row, partial(queue.note_trouble, row.pk, why))
                await asyncio.sleep(pause)
        raise AssertionError("The pauses never end.")

    async def _write(self, owner: int, row: Picture, change: Callable[[], Any]) -> None:
        """Write what became of a picture, however long the ledger is locked; then tell."""
        for pause in chain((0.5, 1, 2, 5), repeat(10)):
            try:
                await self._recorder.do(change)
            except OperationalError as error:
                logger.error("A picture waits for the ledger: %s", error)
                await asyncio.sleep(pause)
            else:
                break
        await self._log.publish([card(owner, row.generation_id)])


def _after(picture: Picture, error: UnreachableError, attempts: int) -> Callable[[], Any]:
    """What is to be written after an attempt that failed."""
    age = timezone.now() - picture.generation.queued_at
    is_lost = error.is_final or (error.is_gone and attempts >= MOST_GONE) or age > PATIENCE
    if is_lost:
        return partial(queue.lose, picture.pk, str(error), attempts)
    longest = min(FIRST_WAIT * 2 ** min(attempts - 1, 10), LONGEST_WAIT)
    wait = longest * random.uniform(0.5, 1)  # noqa: S311 - jitter is no secret
    return partial(queue.postpone, picture.pk, str(error), attempts, wait)
