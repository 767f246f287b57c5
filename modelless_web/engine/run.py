"""How one run is carried out: win the row, send, fold what comes, save the pictures, settle."""

import asyncio
import logging
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from http import HTTPStatus
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import connections
from django.utils import timezone

from modelless_web.engine import catalogue
from modelless_web.engine.breaker import Breaker
from modelless_web.engine.live import LiveLog
from modelless_web.engine.outcome import FailedAttempt
from modelless_web.engine.recorder import Recorder, Recording
from modelless_web.engine.rescue.rescuer import Rescuer
from modelless_web.engine.waits import backoff
from modelless_web.gateway.attachments import NOTHING, Attachments, Wanted
from modelless_web.gateway.client import Client, Exchange, Patience
from modelless_web.gateway.errors import ATTEMPTS, GatewayError, Kind
from modelless_web.gateway.events import Event, PartialPicture
from modelless_web.gateway.families import Family, family_of
from modelless_web.gateway.wire.call import Call
from modelless_web.gateway.wire.reply import Reader
from modelless_web.records import references
from modelless_web.records.models import Generation, Status
from modelless_web.records.store import NotAPictureError

logger = logging.getLogger(__name__)

# Seconds that an answer waits for its pictures before it is settled without them.
PICTURE_PATIENCE: Final = 10.0
FIRST_WAIT: Final = 0.5
LONGEST_WAIT: Final = 8.0
STOPS_KEPT: Final = 1_000


@dataclass(slots=True)
class Attempt:
    """One exchange of a run, and how it ended if a person stopped it."""

    number: int
    recording: Recording
    reader: Reader
    exchange: Exchange
    began_at: datetime = field(default_factory=timezone.now)
    status: Status | None = None
    was_cut_off: bool = False

    def to_repeat(self) -> FailedAttempt | None:
        """What is to be kept of it before the same is sent again; None when it must not be.

        Never after the first word, and never where it could be charged twice.
        """
        error = self.recording.error
        if error is None or not error.may_be_repeated or self.recording.has_content:
            return None
        if self.number >= ATTEMPTS:
            return None
        return FailedAttempt(
            generation=self.recording.pk,
            number=self.number,
            error=error,
            began_at=self.began_at,
            wait=pause_after(self.number, error),
        )


def pause_after(number: int, error: GatewayError) -> float:
    """Seconds until the attempt after ``number``: doubled each time, with jitter.

    A gateway that names a time is heeded (gateway reference, 1.6).
    """
    if error.retry_after is not None:
        return error.retry_after
    return backoff(number, FIRST_WAIT, LONGEST_WAIT)


@dataclass(frozen=True, slots=True)
class Runner:
    """What every run of a process shares."""

    client: Client
    recorder: Recorder
    rescuer: Rescuer
    log: LiveLog
    breaker: Breaker
    tasks: dict[UUID, asyncio.Task[None]] = field(default_factory=dict)
    stopped_early: dict[UUID, None] = field(default_factory=dict)
    pauses: dict[UUID, asyncio.Event] = field(default_factory=dict)

    def begin(self, row: Generation) -> asyncio.Task[None]:
        """Carry out a run whose row this process has won, in a task of its own."""
        recording = self.recorder.open_for(row)
        is_stopped = row.pk in self.stopped_early
        work = self._end_unsent(recording) if is_stopped else self._carry_out(recording)
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

    def hurry(self, pk: UUID) -> None:
        """Have a run that waits here for its next attempt sent now."""
        pause = self.pauses.get(pk)
        if pause:
            pause.set()

    def stop_all(self) -> None:
        """Close every connection to a gateway now."""
        for task in self.tasks.values():
            task.cancel()

    def _over(self, pk: UUID, task: asyncio.Task[None]) -> None:
        self.tasks.pop(pk, None)
        # What could not be settled is let go of: its lease lapses, and the sweeper ends it.
        self.recorder.open.pop(pk, None)
        if not task.cancelled() and task.exception():
            logger.error("A run broke off.", exc_info=task.exception())

    async def _end_unsent(self, recording: Recording, status: Status = Status.CANCELLED) -> None:
        """Settle a run that was stopped, or could not be begun, before anything was sent."""
        await self.recorder.settle(recording, status)

    async def _carry_out(self, recording: Recording) -> None:
        try:
            attachments = await _attachments(recording)
        except asyncio.CancelledError:
            await asyncio.shield(self._end_unsent(recording))
            return
        except GatewayError as error:
            recording.error = error
            await asyncio.shield(self._end_unsent(recording, Status.FAILED))
            return
        attempt = await self._attempt(recording, 1, attachments)
        while (failed := attempt.to_repeat()) is not None:
            try:
                if not await self.recorder.repeat_later(recording, failed):
                    break
                await self._pause(recording.pk, failed.wait)
                number = failed.number + 1
                if not await self.recorder.begin_attempt(recording, number):
                    break
            except asyncio.CancelledError:
                attempt.status = Status.CANCELLED
                recording.error = None
                break
            attempt = await self._attempt(recording, number, attachments)
        await asyncio.shield(self._finish(recording, attempt))

    async def _pause(self, pk: UUID, seconds: float) -> None:
        """Wait for the next attempt, unless somebody has it made at once."""
        hurried = self.pauses[pk] = asyncio.Event()
        try:
            with suppress(TimeoutError):
                await asyncio.wait_for(hurried.wait(), seconds)
        finally:
            del self.pauses[pk]

    async def _attempt(
        self, recording: Recording, number: int, attachments: Attachments
    ) -> Attempt:
        """Send once, unless the gateway is down; fold what comes."""
        generation = recording.generation
        family, address = family_of(generation.model_kind), generation.gateway.address
        reader = family.reader(generation.request, address.key.strip())
        call = family.call_of(generation.request, attachments)
        exchange = self.client.exchange(address, call, reader, patience_with(family))
        attempt = Attempt(number, recording, reader, exchange)
        recording.error = self.breaker.refusal(generation.gateway)
        if recording.error:
            return attempt
        try:
            async with aclosing(exchange):
                async for events in exchange:
                    self.recorder.fold(recording, events)
                    await self._show_sketches(recording, events)
            self.breaker.note(generation.gateway, recording.error)
            await self._note_refusal(generation, call, exchange.status)
        except asyncio.CancelledError:
            attempt.status = Status.CANCELLED
            attempt.was_cut_off = bool(exchange.sent)
            recording.fold(reader.close())
            # Stopping is the person's wish; what the cut-off stream lacks is no error.
            recording.error = None
        except Exception:
            logger.exception("The answer to generation %s could not be read.", recording.pk)
            recording.error = GatewayError(
                Kind.UPSTREAM,
                "The studio could not read what the gateway sent; its log says why.",
                maybe_charged=bool(exchange.sent),
                is_known=False,
            )
        return attempt

    async def _note_refusal(self, generation: Generation, call: Call, status: int) -> None:
        """Remember of a gateway that it has no such address, so that it is offered no more."""
        if status == HTTPStatus.NOT_IMPLEMENTED and call.path in catalogue.NOT_THERE:
            await self.recorder.insist(
                partial(catalogue.note_refusal, generation.gateway_id, call.path)
            )

    async def _show_sketches(self, recording: Recording, events: list[Event]) -> None:
        """Let pages see how far a picture is painted; one that can't be read is left out."""
        for sketch in events:
            if isinstance(sketch, PartialPicture):
                with suppress(NotAPictureError):
                    await self.recorder.sketch(recording, sketch)

    async def _finish(self, recording: Recording, attempt: Attempt) -> None:
        exchange, reader = attempt.exchange, attempt.reader
        recording.settle_texts(reader.answers)
        await self._save_pictures(recording)
        await self.recorder.settle(
            recording,
            attempt.status or verdict(recording),
            response=reader.response,
            sent=exchange.sent,
            received=exchange.transcript,
            was_cut_off=attempt.was_cut_off,
            first_byte_at=exchange.first_byte_at,
            last_byte_at=exchange.last_byte_at,
        )

    async def _save_pictures(self, recording: Recording) -> None:
        if recording.pictures:
            await self.rescuer.save(
                recording.pk, recording.owner, recording.pictures, PICTURE_PATIENCE
            )


async def _attachments(recording: Recording) -> Attachments:
    """The pictures that go along, read from the store. Raises GatewayError."""
    generation = recording.generation
    wanted = family_of(generation.model_kind).attached(generation.request)
    if not wanted.names:
        return NOTHING
    try:
        return await asyncio.to_thread(_load, generation.owner_id, wanted)
    except Exception as error:
        if not isinstance(error, references.MissingError):
            logger.exception("A picture that goes along could not be read.")
        words = "A picture that goes along is not to be had from the store, so nothing was sent."
        raise GatewayError(Kind.VALIDATION, words) from error


def _load(owner: int, wanted: Wanted) -> Attachments:
    try:
        return references.load(owner, wanted)
    finally:
        connections.close_all()


def patience_with(family: Family) -> Patience:
    """How long a run may take. A model that draws may say nothing until the picture is done, and
    a request given up too early is charged all the same.
    """
    environment = settings.ENVIRONMENT
    if family.draws:
        return Patience(environment.picture_silence, environment.longest_picture)
    return Patience(environment.silence, environment.longest_text)


def verdict(recording: Recording) -> Status:
    """How a run that was not stopped ended; an answer without its end still counts."""
    error = recording.error
    if error is None:
        return Status.SUCCEEDED
    kept = recording.pictures or any(choice.text for choice in recording.snapshot())
    return Status.SUCCEEDED if error.kind is Kind.TRUNCATED and kept else Status.FAILED
