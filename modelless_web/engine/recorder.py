"""Between a run and the ledger: folds events, tells the live log, writes in batches.

One writer per process does everything the runs want written, in one transaction and one hop to
its own thread: claims and ends at once, text at most ``LAG`` after it arrived. The live log gets
the first news at once and then one batch per ``TICK``, so a lone run is fast and a crowd cheap.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, Unpack, cast
from uuid import UUID

from django.db import OperationalError, connections

from modelless_web.engine import ledger
from modelless_web.engine.batch import Asked, Order, write_all
from modelless_web.engine.live import LiveLog, News, card
from modelless_web.engine.outcome import ChoiceText, Exchanged, FailedAttempt, Settlement
from modelless_web.engine.submissions import Entered, Submission
from modelless_web.engine.waits import for_ever
from modelless_web.gateway.errors import GatewayError
from modelless_web.gateway.events import (
    Damaged,
    Event,
    Failed,
    Finished,
    PartialPicture,
    PictureFound,
    Progress,
    ReasoningDelta,
    TextDelta,
    UsageReported,
)
from modelless_web.records.answers import doing, repeating
from modelless_web.records.models import Generation, Status
from modelless_web.records.store import sketched

logger = logging.getLogger(__name__)

TICK: Final = 0.03
LAG: Final = 0.2
AFTER_TROUBLE: Final = 1.0


@dataclass(slots=True)
class Growing:
    """One choice while it arrives, and how much of it the live log has told."""

    index: int
    text: list[str] = field(default_factory=list)
    reasoning: list[str] = field(default_factory=list)
    finish_reason: str = ""
    told: dict[str, int] = field(default_factory=lambda: {"text": 0, "reasoning": 0})
    untold: dict[str, list[str]] = field(default_factory=lambda: {"text": [], "reasoning": []})

    def snapshot(self) -> ChoiceText:
        return ChoiceText(
            self.index, "".join(self.text), "".join(self.reasoning), self.finish_reason
        )


class Recording:
    """One run in memory: everything that has come of it so far."""

    def __init__(self, generation: Generation) -> None:
        self.generation = generation
        self.pk: UUID = generation.pk
        self.owner: int = generation.owner_id
        self.choices: dict[int, Growing] = {}
        self.pictures: list[PictureFound] = []
        self.usage: UsageReported | None = None
        self.error: GatewayError | None = None
        self.damaged = 0
        self.progress: int | None = None
        self.is_unwritten = False
        self.has_sketches = False
        self.attempt = 1
        self.between_attempts = ""
        self._told_stage = ""

    def fold(self, events: Iterable[Event]) -> None:
        """Take in what the gateway said."""
        for event in events:
            match event:
                case TextDelta(index, text):
                    choice = self._choice(index)
                    choice.text.append(text)
                    choice.untold["text"].append(text)
                case ReasoningDelta(index, text):
                    choice = self._choice(index)
                    choice.reasoning.append(text)
                    choice.untold["reasoning"].append(text)
                case Progress(_, percent, _):
                    self.progress = None if percent is None else round(percent)
                case PictureFound():
                    self.pictures.append(event)
                case UsageReported():
                    self.usage = event
                case Finished(index, reason):
                    self._choice(index).finish_reason = reason[:40]
                case Damaged():
                    self.damaged += 1
                case Failed(error):
                    self.error = error
                case _:
                    continue
            self.is_unwritten = True

    def _choice(self, index: int) -> Growing:
        choice = self.choices.get(index)
        if choice is None:
            choice = self.choices[index] = Growing(index)
        return choice

    def snapshot(self) -> list[ChoiceText]:
        """The choices as they stand, in order."""
        return [self.choices[index].snapshot() for index in sorted(self.choices)]

    def settle_texts(self, answers: dict[int, str]) -> None:
        """Replace the streamed text by the answer as the reader tidied it at the end."""
        for index, answer in answers.items():
            self._choice(index).text = [answer]

    def news(self) -> list[News]:
        """What the live log has not been told yet; telling it twice is impossible."""
        told: list[News] = []
        stage = self._stage()
        if stage != self._told_stage:
            self._told_stage = stage
            told.append(self._news("stage", stage=stage, progress=self.progress))
        for choice in self.choices.values():
            for kind, pieces in choice.untold.items():
                if pieces:
                    text = "".join(pieces)
                    pieces.clear()
                    told.append(
                        self._news(kind, index=choice.index, offset=choice.told[kind], text=text)
                    )
                    choice.told[kind] += len(text)
        return told

    @property
    def has_content(self) -> bool:
        """Whether anything came that a person could use."""
        return bool(self.pictures) or any(c.text or c.reasoning for c in self.choices.values())

    def _stage(self) -> str:
        if self.between_attempts:
            return self.between_attempts
        choices = self.choices.values()
        return doing(
            self.progress,
            writes=any(choice.text for choice in choices),
            thinks=any(choice.reasoning for choice in choices),
            attempt=self.attempt,
        )

    def _news(self, kind: str, **details: Any) -> News:
        news = {"owner": self.owner, "generation": str(self.pk), "kind": kind, **details}
        return cast(News, news)


class Recorder:
    """The one writer of a process. Run ``keep`` for as long as the process lives."""

    def __init__(self, log: LiveLog, worker: str) -> None:
        self.worker = worker
        self.open: dict[UUID, Recording] = {}
        self._log = log
        self._orders: list[Order] = []
        self._stirred = asyncio.Event()
        self._urgent = asyncio.Event()
        # One thread that lives as long as the process keeps its one connection open.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="ledger")

    def open_for(self, row: Generation) -> Recording:
        """Begin to record a run whose row this process has won."""
        recording = self.open[row.pk] = Recording(row)
        self._stirred.set()
        return recording

    def fold(self, recording: Recording, events: Iterable[Event]) -> None:
        """Take in events; the live log and the ledger follow by themselves."""
        recording.fold(events)
        self._stirred.set()

    async def sketch(self, recording: Recording, partial_picture: PartialPicture) -> None:
        """Keep how far a picture is painted and show it. Raises NotAPictureError."""
        webp, width, height = await asyncio.to_thread(sketched, partial_picture.data)
        choice, size = partial_picture.index, (width, height)
        # Before it is kept: who stops the run meanwhile must find that there is one to be removed.
        recording.has_sketches = True
        keep = partial(ledger.sketch, recording.pk, choice, webp, size, self.worker)
        if await self.insist(keep):
            await self._log.publish([card(recording.owner, recording.pk)])

    async def settle(
        self, recording: Recording, status: Status, **exchanged: Unpack[Exchanged]
    ) -> None:
        """Close the run in the ledger, then tell every page to read it again."""
        end = Settlement(
            generation=recording.pk,
            status=status,
            choices=recording.snapshot(),
            usage=recording.usage,
            error=recording.error,
            damaged=recording.damaged,
            has_sketches=recording.has_sketches,
            **exchanged,
        )
        await self._insist(end)
        self.open.pop(recording.pk, None)
        await self._log.publish([card(recording.owner, recording.pk)])

    async def insist[T](self, action: Callable[[], T]) -> T:
        """Have something written, however long the database is locked or the disk full."""
        return await self._insist(action)  # type: ignore[no-any-return]

    async def repeat_later(self, recording: Recording, failed: FailedAttempt) -> bool:
        """Keep a failed attempt and tell that another follows; False if the row is lost."""
        is_ours = await self.insist(partial(ledger.note_attempt, failed, self.worker))
        recording.error = None
        recording.between_attempts = repeating(failed.number + 1, failed.wait)
        self._stirred.set()
        return is_ours

    async def begin_attempt(self, recording: Recording, number: int) -> bool:
        """Keep that the run is sent again, before it is; False if the row is lost."""
        is_ours = await self.insist(
            partial(ledger.begin_attempt, recording.pk, number, self.worker)
        )
        recording.attempt, recording.between_attempts = number, ""
        self._stirred.set()
        return is_ours

    async def renew(self) -> list[UUID]:
        """Keep the leases; return the runs that must end: stopped, or lost to somebody else."""
        if not self.open:
            return []
        return await self._order(partial(ledger.renew, self.worker, list(self.open)))  # type: ignore[no-any-return]

    async def do[T](self, action: Callable[[], T], *, counts: bool = False) -> T:
        """Run a short piece of ledger work in the writer's next transaction.

        What ``counts`` goes first there: it waits for every other process that counts, and must
        hold nothing by then that one of those may wait for.
        """
        return await self._order(action, counts=counts)  # type: ignore[no-any-return]

    async def enter(self, submission: Submission) -> Entered:
        """Have a new generation committed in the writer's next transaction."""
        return await self._order(submission)  # type: ignore[no-any-return]

    async def keep(self) -> None:
        """Tell and write, until cancelled; whatever is open then is written once more."""
        texts_due = tell_due = 0.0
        try:
            while True:
                await self._wait(tell_due)
                tell_due = time.monotonic() + TICK
                self._stirred.clear()
                self._urgent.clear()
                await self._tell()
                # An order is written at once, but takes no text along that can wait: in a crowd
                # there is always an order, and each would write every text again.
                if time.monotonic() >= texts_due:
                    is_written = await self._write(self._take_unwritten())
                    texts_due = time.monotonic() + (LAG if is_written else AFTER_TROUBLE)
                elif self._orders:
                    await self._write([])
        finally:
            await asyncio.shield(self._write(self._take_unwritten()))

    async def close(self) -> None:
        """Write what is left and let go of the thread and its connection."""
        await self._write(self._take_unwritten())
        await asyncio.get_running_loop().run_in_executor(self._thread, connections.close_all)
        self._thread.shutdown()

    async def _wait(self, tell_due: float) -> None:
        """Sleep until there is something to do; while text comes, until it is to be told."""
        if any(recording.is_unwritten for recording in self.open.values()):
            try:
                async with asyncio.timeout(tell_due - time.monotonic()):
                    await self._urgent.wait()
            except TimeoutError:
                return
        else:
            await self._stirred.wait()

    async def _tell(self) -> None:
        news = [item for recording in self.open.values() for item in recording.news()]
        if news:
            await self._log.publish(news)

    async def _insist(self, asked: Asked) -> Any:
        for pause in for_ever():
            try:
                return await self._order(asked)
            except OperationalError as error:
                logger.error("What came waits for the ledger: %s", error)
                await asyncio.sleep(pause)
        raise AssertionError("The pauses never end.")

    async def _order(self, asked: Asked, *, counts: bool = False) -> Any:
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._orders.append(Order(asked, future, counts))
        self._stirred.set()
        self._urgent.set()
        return await future

    def _take_unwritten(self) -> list[Recording]:
        unwritten = [recording for recording in self.open.values() if recording.is_unwritten]
        for recording in unwritten:
            recording.is_unwritten = False
        return unwritten

    async def _write(self, unwritten: list[Recording]) -> bool:
        """Carry out all orders and write these texts; False if a text has to be written again."""
        orders, texts = self._take_orders(), _texts(unwritten)
        if not (orders or texts):
            return True
        try:
            results = await asyncio.get_running_loop().run_in_executor(
                self._thread, write_all, [order.asked for order in orders], texts, self.worker
            )
        except Exception as error:
            # Nothing has begun: who came meanwhile would wait as long again, and in vain.
            orders += self._take_orders()
            results = [error for _ in (*orders, *texts)]
        for order, result in zip(orders, results, strict=False):
            if order.future.done():
                continue
            if isinstance(result, Exception):
                order.future.set_exception(result)
            else:
                order.future.set_result(result)
        failures = [result for result in results[len(orders) :] if isinstance(result, Exception)]
        if failures:
            is_ours = not isinstance(failures[0], OperationalError)
            trace = failures[0] if is_ours else None
            logger.error("Text waits for the ledger: %s", failures[0], exc_info=trace)
            for recording in unwritten:
                recording.is_unwritten = True
        return not failures

    def _take_orders(self) -> list[Order]:
        """Take what is still wanted, as its turn comes."""
        orders, self._orders = self._orders, []
        wanted = [order for order in orders if not order.future.done()]
        return sorted(wanted, key=lambda order: order.turn)


def _texts(recordings: list[Recording]) -> list[Callable[[], None]]:
    """The writes that bring the ledger up to what has arrived, all in one where possible."""
    choices = {r.pk: r.snapshot() for r in recordings if r.choices}
    progress = {r.pk: r.progress for r in recordings if r.progress is not None}
    return [partial(ledger.write, choices, progress)] if choices or progress else []
