"""Pictures are fetched the moment an answer ends: their links do not live long."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from modelless_web.engine.live import LiveLog, card
from modelless_web.engine.recorder import Recorder
from modelless_web.engine.rescue import queue
from modelless_web.engine.rescue.fetch import Fetcher, UnreachableError
from modelless_web.engine.waits import backoff, for_ever
from modelless_web.gateway.events import PictureFound
from modelless_web.records.models import Picture
from modelless_web.records.store import Kept, NotAPictureError, StoreError, is_kept, keep

logger = logging.getLogger(__name__)

# Memory: the bytes of each picture that is being fetched or here, pixels times four for each being
# decoded. What is here and waits for its turn to be stored keeps no link from being asked.
AT_ONCE: Final = 16
MOST_HELD: Final = 32
AT_ONCE_FOR_ONE_PERSON: Final = 8
DECODED_AT_ONCE: Final = 2
FIRST_WAIT: Final = 0.5
LONGEST_WAIT: Final = 60.0
# A server that says "not there" may say so too early; after the sixth time, 8 to 16 seconds after
# the first, it is believed. At once when its link has died.
MOST_GONE: Final = 6
# For as long a server that can't be reached is asked again.
PATIENCE: Final = timedelta(hours=24)


@dataclass(slots=True)
class Job:
    """A picture that is being fetched here or, once its bytes have come, stored."""

    task: asyncio.Task[None]
    owner: int
    has_come: bool = False


class Rescuer:
    """Takes pictures from the queue, fetches, checks and stores them."""

    def __init__(self, fetcher: Fetcher, recorder: Recorder, log: LiveLog) -> None:
        self._fetcher = fetcher
        self._recorder = recorder
        self._log = log
        self._stirred = asyncio.Event()
        self._jobs: dict[UUID, Job] = {}
        self._claims: dict[UUID, datetime] = {}
        self._awaited: dict[UUID, asyncio.Future[None]] = {}
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
            for job in self._jobs.values():
                job.task.cancel()

    async def hold(self) -> None:
        """Renew the claims of what is being fetched here: a store may be full for long."""
        if self._claims:
            held = await self._recorder.do(partial(queue.hold, dict(self._claims)))
            self._claims |= {pk: until for pk, until in held.items() if pk in self._jobs}

    async def save(
        self, generation: UUID, owner: int, found: Sequence[PictureFound], patience: float
    ) -> None:
        """Bring an answer's pictures to safety, or on their way.

        Returns when each was tried once, or after ``patience`` seconds; what is not safe by then
        stays in the queue. Bytes that came along are stored before it returns, however long the
        store can't be written: nothing else has them.
        """
        rows = await self._recorder.insist(partial(queue.announce, generation, found))
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
        at_work = Counter(job.owner for job in self._jobs.values() if not job.has_come)
        room = min(AT_ONCE - at_work.total(), MOST_HELD - len(self._jobs))
        if room > 0:
            order = partial(queue.claim, room, at_work, AT_ONCE_FOR_ONE_PERSON)
            try:
                claims = await self._recorder.do(order)
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
        if picture.next_try_at:
            self._claims[picture.pk] = picture.next_try_at
        if picture.pk in self._jobs:
            # The claim had lapsed, and nobody else took the picture.
            return
        task = asyncio.get_running_loop().create_task(self._rescue(picture))
        self._jobs[picture.pk] = Job(task, picture.generation.owner_id)
        task.add_done_callback(partial(self._over, picture.pk))

    def _over(self, pk: UUID, task: asyncio.Task[None]) -> None:
        self._jobs.pop(pk, None)
        self._claims.pop(pk, None)
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
        trusted = {origin, *settings.ENVIRONMENT.picture_hosts}
        try:
            received = await self._fetcher.fetch(picture.source_url, trusted)
        except UnreachableError as error:
            await self._write(generation.owner_id, picture, _after(picture, error, attempts))
        else:
            self._jobs[picture.pk].has_come = True
            self.stir()
            await self._settle(picture, generation.owner_id, received, attempts)

    async def _settle(self, row: Picture, owner: int, data: bytes, attempts: int) -> None:
        """Store what came; a server that sent something else may have meant to say: wait."""
        try:
            kept = await self._store(row, owner, data)
        except NotAPictureError as error:
            why = f"What came is not a picture: {error}."
            is_final = error.is_final or not row.source_url
            change = _after(row, UnreachableError(why, is_final=is_final, is_gone=True), attempts)
            await self._write(owner, row, change)
            return
        await self._write(owner, row, partial(queue.keep, row.pk, kept, attempts))
        while not await asyncio.to_thread(is_kept, kept):
            # Somebody deleted the same picture for good at this very moment.
            kept = await self._store(row, owner, data)

    async def _store(self, row: Picture, owner: int, data: bytes) -> Kept:
        """Store the bytes, however long the disk is full or can't be written."""
        for pause in for_ever():
            try:
                async with self._decoding:
                    return await asyncio.to_thread(keep, data)
            except StoreError as error:
                why = f"It is here but can't be stored ({error}); the studio goes on trying."
                logger.error("A picture waits for the store: %s", error)
                await self._write(owner, row, partial(queue.note_trouble, row.pk, why))
                await asyncio.sleep(pause)
        raise AssertionError("The pauses never end.")

    async def _write(self, owner: int, row: Picture, change: Callable[[], Any]) -> None:
        """Write what became of a picture, then tell."""
        await self._recorder.insist(change)
        await self._log.publish([card(owner, row.generation_id)])


def _after(picture: Picture, error: UnreachableError, attempts: int) -> Callable[[], Any]:
    """What is to be written after an attempt that failed."""
    if error.is_final or _is_lost(picture, error, attempts):
        return partial(queue.lose, picture.pk, str(error), attempts)
    wait = backoff(attempts, FIRST_WAIT, LONGEST_WAIT)
    return partial(queue.postpone, picture.pk, str(error), attempts, wait)


def _is_lost(picture: Picture, error: UnreachableError, attempts: int) -> bool:
    now = timezone.now()
    if error.is_gone and (attempts >= MOST_GONE or now > picture.expires_at):
        return True
    return now - picture.generation.queued_at > PATIENCE
