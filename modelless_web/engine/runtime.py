"""The engine of one process: everything that runs beside the web server, in one loop."""

import asyncio
import logging
import os
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import OperationalError

from modelless_web.engine.admission import Admission
from modelless_web.engine.breaker import Breaker
from modelless_web.engine.catalogue import Catalogue
from modelless_web.engine.channel import Channel, channel
from modelless_web.engine.chores import Chores
from modelless_web.engine.live import LiveLog, News, card, order
from modelless_web.engine.recorder import Recorder
from modelless_web.engine.recovery import Sweeper
from modelless_web.engine.rescue.fetch import Fetcher
from modelless_web.engine.rescue.rescuer import Rescuer
from modelless_web.engine.run import Runner
from modelless_web.engine.submissions import Entered, Submission
from modelless_web.gateway.client import Client
from modelless_web.records.ids import uuid7

logger = logging.getLogger(__name__)

LONGEST_WAIT: Final = 40.0
LAST_WORDS: Final = 5.0

_current: "Engine | None" = None


def current() -> "Engine | None":
    """The engine of this process, if it has one: tests of pages and commands do without."""
    return _current


class Engine:
    """The parts, wired. Made by ``running``."""

    def __init__(self, channel: Channel, client: Client, fetcher: Fetcher) -> None:
        self.log = LiveLog(channel, self._heed)
        self.recorder = Recorder(self.log, worker=worker_name())
        self.breaker = Breaker(client, self.recorder)
        self.rescuer = Rescuer(fetcher, self.recorder, self.log)
        self.runner = Runner(client, self.recorder, self.rescuer, self.log, self.breaker)
        self.admission = Admission(self.recorder, self.log, self.runner)
        self.sweeper = Sweeper(self)
        self.chores = Chores(self.recorder)
        self.catalogue = Catalogue(client, self.recorder)
        self._loop = asyncio.get_running_loop()
        self._is_hurried = asyncio.Event()
        self._errands: set[asyncio.Future[Any]] = set()

    def wake(self) -> None:
        """Have the queue looked at. From any thread; a lost or doubled call is harmless."""
        self._loop.call_soon_threadsafe(self.admission.stir)

    def queued(self, owner: int, pk: UUID) -> None:
        """Show a queued generation and have it begin when its turn comes. From any thread.

        Every process hears of it, and whoever is first has it.
        """
        self.tell([card(owner, pk), order("queued", owner, pk)])

    def stop(self, owner: int, pk: UUID) -> None:
        """End a running generation, on whichever machine it runs. From any thread."""
        self.tell([order("stop", owner, pk)])

    def go_on(self, owner: int, pk: UUID) -> None:
        """Send a run now that waits for its next attempt, on whichever machine. From any thread."""
        self.tell([order("hurry", owner, pk)])

    def stir_rescuer(self) -> None:
        """Have the pictures that wait looked at. From any thread."""
        self._loop.call_soon_threadsafe(self.rescuer.stir)

    def stir_chores(self) -> None:
        """Have what is to be done to whole selections gone on with. From any thread."""
        self._loop.call_soon_threadsafe(self.chores.stir)

    def hurry(self) -> None:
        """Wait for no run any longer: the process was asked a second time to end."""
        self._is_hurried.set()

    def tell(self, news: list[News]) -> None:
        """Publish news to open pages. From any thread."""
        self._send(self.log.publish(news))

    def wait_for[T](self, errand: Coroutine[Any, Any, T], seconds: float = LONGEST_WAIT) -> T:
        """Have the loop do something and wait for it, from another thread.

        Raises TimeoutError after so many seconds; the errand goes on.
        """
        return asyncio.run_coroutine_threadsafe(errand, self._loop).result(seconds)

    def write[T](self, action: Callable[[], T]) -> T:
        """Have the ledger's writer do something and wait for it, from another thread.

        Raises OperationalError if it can't; what has not begun after 40 seconds never does.
        """
        return self._written(self.recorder.do(action))

    def enter(self, submission: Submission) -> Entered:
        """Have the ledger's writer commit a new generation and wait for it, as ``write`` does."""
        return self._written(self.recorder.enter(submission))

    def _written[T](self, order: Coroutine[Any, Any, T]) -> T:
        waiting = asyncio.run_coroutine_threadsafe(order, self._loop)
        try:
            return waiting.result(LONGEST_WAIT)
        except TimeoutError as error:
            waiting.cancel()
            raise OperationalError("The ledger's writer does not answer.") from error

    async def ended(self, seconds: float) -> bool:
        """Whether every run ends within that time, or before somebody hurries."""
        hurried = asyncio.ensure_future(self._is_hurried.wait())
        ends_at = self._loop.time() + seconds
        while runs := set(self.runner.tasks.values()):
            left = ends_at - self._loop.time()
            if left <= 0 or hurried.done():
                break
            await asyncio.wait({hurried, *runs}, timeout=left, return_when=asyncio.FIRST_COMPLETED)
        hurried.cancel()
        return not self.runner.tasks

    def _heed(self, news: News) -> None:
        match news["kind"]:
            case "queued":
                self.admission.stir()
            case "hurry":
                self.runner.hurry(UUID(news["generation"]))
            case _:
                self.runner.stop(UUID(news["generation"]))

    def _send(self, errand: Coroutine[Any, Any, Any]) -> None:
        """Hand work to the loop without waiting: the sweeper makes good what gets lost."""
        self._loop.call_soon_threadsafe(self._start, errand)

    def _start(self, errand: Coroutine[Any, Any, Any]) -> None:
        task = self._loop.create_task(errand)
        self._errands.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Future[Any]) -> None:
        self._errands.discard(task)
        if not task.cancelled() and task.exception():
            logger.error("A message to the engine was lost.", exc_info=task.exception())


@asynccontextmanager
async def running() -> AsyncIterator[Engine]:
    """Run the engine until the block is left; then end runs and write what they had."""
    global _current  # noqa: PLW0603 - one engine per process, found by views and tasks
    async with AsyncExitStack() as stack:
        news = await stack.enter_async_context(channel(settings.ENVIRONMENT.redis_url))
        client = await stack.enter_async_context(Client())
        fetcher = await stack.enter_async_context(Fetcher())
        engine = Engine(news, client, fetcher)
        stack.push_async_callback(engine.recorder.close)
        _current = engine
        try:
            async with asyncio.TaskGroup() as group:
                keeping = [
                    group.create_task(work)
                    for work in (engine.recorder.keep(), engine.log.follow())
                ]
                await engine.sweeper.begin()
                taking = [
                    group.create_task(work)
                    for work in (
                        engine.admission.keep(),
                        engine.sweeper.keep(),
                        engine.rescuer.keep(),
                        engine.chores.keep(),
                    )
                ]
                try:
                    yield engine
                finally:
                    await _drain(engine, taking[0])
                for task in (*keeping, *taking):
                    task.cancel()
        finally:
            _current = None


async def _drain(engine: Engine, taking: asyncio.Task[None]) -> None:
    """Take no more work, give what runs a grace period, then cut it off, keeping what came."""
    engine.log.close()
    engine.admission.close()
    await asyncio.wait({taking})
    if not await engine.ended(settings.ENVIRONMENT.grace):
        await engine.sweeper.interrupt_mine()
        engine.runner.stop_all()
        last = set(engine.runner.tasks.values())
        if last:
            await asyncio.wait(last, timeout=LAST_WORDS)


def worker_name() -> str:
    """A name that no other engine has, alive or dead."""
    return f"{socket.gethostname()[:30]}#{os.getpid()}#{uuid7().hex[-8:]}"
