"""How one run is carried out: win the row, send, fold what comes, save the pictures, settle."""

import asyncio
import logging
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from modelless_web.engine.live import LiveLog, card
from modelless_web.engine.recorder import Recorder, Recording
from modelless_web.engine.rescue import Outcome, Rescuer, record
from modelless_web.gateway.client import Client, Exchange
from modelless_web.gateway.errors import Kind
from modelless_web.gateway.events import PictureFound
from modelless_web.gateway.wire import chat
from modelless_web.records.models import Generation, Model, Picture, Status

logger = logging.getLogger(__name__)

# Seconds without a byte. A model that draws may say nothing until the picture is done, and a
# request given up too early is charged all the same.
SILENCE: Final = 120.0
PICTURE_SILENCE: Final = 300.0
STOPS_KEPT: Final = 1_000


@dataclass(frozen=True, slots=True)
class Runner:
    """What every run of a process shares."""

    client: Client
    recorder: Recorder
    rescuer: Rescuer
    log: LiveLog
    tasks: dict[UUID, asyncio.Task[None]] = field(default_factory=dict)
    stopped_early: dict[UUID, None] = field(default_factory=dict)

    def begin(self, row: Generation) -> asyncio.Task[None]:
        """Carry out a run whose row this process has won, in a task of its own."""
        recording = self.recorder.open_for(row)
        is_stopped = row.pk in self.stopped_early
        work = self._end_unsent(recording) if is_stopped else self._exchange(recording)
        # Eager: a task that is cancelled before its first step would leave its row running.
        task = asyncio.Task(work, loop=asyncio.get_running_loop(), eager_start=True)
        self.tasks[row.pk] = task
        task.add_done_callback(partial(self._over, row.pk))
        return task

    def stop(self, pk: UUID) -> None:
        """Close a run's connection to the gateway at once and keep what came.

        One that has not begun here ends as soon as it does.
        """
        task = self.tasks.get(pk)
        if task:
            task.cancel()
        else:
            self.stopped_early[pk] = None
            if len(self.stopped_early) > STOPS_KEPT:
                del self.stopped_early[next(iter(self.stopped_early))]

    def stop_all(self) -> None:
        """Close every connection to a gateway now."""
        for task in self.tasks.values():
            task.cancel()

    def _over(self, pk: UUID, task: asyncio.Task[None]) -> None:
        self.tasks.pop(pk, None)
        if not task.cancelled() and task.exception():
            logger.error("A run broke off.", exc_info=task.exception())

    async def _end_unsent(self, recording: Recording) -> None:
        """Settle a run that was stopped before anything was sent."""
        await self.recorder.settle(
            recording,
            Status.CANCELLED,
            response={},
            sent=b"",
            received=b"",
            first_byte_at=None,
            last_byte_at=None,
        )

    async def _exchange(self, recording: Recording) -> None:
        generation = recording.generation
        reader = chat.Reader(
            generation.request["stream"],
            pictures=makes_pictures(generation),
            choices=generation.request.get("n", 1),
        )
        exchange = self.client.exchange(
            generation.gateway.address,
            chat.call_of(generation.request),
            reader,
            silence=PICTURE_SILENCE if makes_pictures(generation) else SILENCE,
        )
        status = None
        try:
            async with aclosing(exchange):
                async for events in exchange:
                    self.recorder.fold(recording, events)
        except asyncio.CancelledError:
            status = Status.CANCELLED
            recording.fold(reader.close())
            # Stopping is the person's wish; what the cut-off stream lacks is no error.
            recording.error = None
        await asyncio.shield(self._finish(recording, exchange, reader, status))

    async def _finish(
        self,
        recording: Recording,
        exchange: Exchange,
        reader: chat.Reader,
        status: Status | None,
    ) -> None:
        recording.settle_texts(reader.answers)
        await self._save_pictures(recording)
        await self.recorder.settle(
            recording,
            status or verdict(recording),
            response=reader.response,
            sent=exchange.sent,
            received=bytes(exchange.received),
            first_byte_at=exchange.first_byte_at,
            last_byte_at=exchange.last_byte_at,
        )

    async def _save_pictures(self, recording: Recording) -> None:
        if not recording.pictures:
            return
        rows = await self.recorder.do(partial(_announce, recording))
        await self.log.publish([card(recording.owner, recording.pk)])
        origin = urlsplit(recording.generation.gateway.base_url).netloc
        outcomes = await asyncio.gather(
            *(self.rescuer.rescue(found.url, found.data, origin) for found in recording.pictures)
        )
        await self.recorder.do(partial(_record, rows, outcomes))

    async def rescue(self, picture: Picture) -> None:
        """Fetch a picture whose run ended before it was safe."""
        origin = urlsplit(picture.generation.gateway.base_url).netloc
        outcome = await self.rescuer.rescue(picture.source_url, b"", origin)
        await self.recorder.do(partial(_record, [picture], [outcome]))
        await self.log.publish([card(picture.generation.owner_id, picture.generation_id)])


def makes_pictures(generation: Generation) -> bool:
    """Whether links in the answer may be pictures: the model's record says so."""
    return generation.model_kind == Model.Kind.IMAGE_CHAT


def verdict(recording: Recording) -> Status:
    """How a run that was not stopped ended; an answer without its end still counts."""
    error = recording.error
    if error is None:
        return Status.SUCCEEDED
    kept = recording.pictures or any(choice.text for choice in recording.snapshot())
    return Status.SUCCEEDED if error.kind is Kind.TRUNCATED and kept else Status.FAILED


def _announce(recording: Recording) -> list[Picture]:
    positions: dict[int, int] = {}
    rows = []
    for found in recording.pictures:
        rows.append(_picture(recording, found, positions.setdefault(found.index, 0)))
        positions[found.index] += 1
    return Picture.objects.bulk_create(rows)


def _picture(recording: Recording, found: PictureFound, position: int) -> Picture:
    return Picture(
        generation_id=recording.pk,
        choice=found.index,
        position=position,
        source_url=found.url,
        alt=found.alt,
    )


def _record(rows: list[Picture], outcomes: list[Outcome]) -> None:
    for row, outcome in zip(rows, outcomes, strict=True):
        record(row, outcome)
