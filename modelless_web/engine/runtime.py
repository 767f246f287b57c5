"""The engine of one process: everything that runs beside the web server, in one loop."""

import asyncio
import logging
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from docket import Docket, Worker

from modelless_web.engine.live import LiveLog, News
from modelless_web.engine.recorder import Recorder
from modelless_web.engine.recovery import Sweeper
from modelless_web.engine.rescue import Rescuer
from modelless_web.engine.run import Runner
from modelless_web.gateway.client import Client
from modelless_web.records.ids import uuid7

logger = logging.getLogger(__name__)

DOCKET: Final = "modelless"
MOST_RUNS: Final = 2_000
LONGEST_WAIT: Final = 40.0
GRACE: Final = timedelta(seconds=20)

_current: "Engine | None" = None


def current() -> "Engine | None":
    """The engine of this process, if it has one: tests of pages and commands do without."""
    return _current


class Engine:
    """The parts, wired. Made by ``running``."""

    def __init__(self, docket: Docket, worker: Worker, runner: Runner) -> None:
        self.docket = docket
        self.worker = worker
        self.runner = runner
        self.recorder = runner.recorder
        self.log = runner.log
        self.sweeper = Sweeper(self)
        self._loop = asyncio.get_running_loop()
        self._errands: set[asyncio.Future[Any]] = set()

    def wake(self, pk: UUID) -> None:
        """Have a queued generation carried out. From any thread; doubled calls are harmless."""
        self._send(self.docket.add(run_generation, key=task_key(pk))(str(pk)))

    def cancel(self, pk: UUID) -> None:
        """End a running generation, on whichever machine it runs. From any thread."""
        self._send(self.docket.cancel(task_key(pk)))

    def tell(self, news: list[News]) -> None:
        """Publish news to open pages. From any thread."""
        self._send(self.log.publish(news))

    def wait_for[T](self, errand: Coroutine[Any, Any, T]) -> T:
        """Have the loop do something and wait for it, from another thread.

        Raises TimeoutError after 40 seconds.
        """
        return asyncio.run_coroutine_threadsafe(errand, self._loop).result(LONGEST_WAIT)

    def _send(self, errand: Awaitable[Any]) -> None:
        """Hand work to the loop without waiting: the sweeper makes good what gets lost."""
        self._loop.call_soon_threadsafe(self._start, errand)

    def _start(self, errand: Awaitable[Any]) -> None:
        task = asyncio.ensure_future(errand)
        self._errands.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Future[Any]) -> None:
        self._errands.discard(task)
        if not task.cancelled() and task.exception():
            logger.error("A message to the engine was lost.", exc_info=task.exception())


def task_key(pk: UUID) -> str:
    """The key that makes a generation's task one of its kind."""
    return f"generation:{pk}"


async def run_generation(pk: str) -> None:
    """The task: carry out the generation with this id, if it can be had."""
    engine = current()
    if engine is None:
        raise RuntimeError("This process has no engine.")
    await engine.runner.run(UUID(pk))


@asynccontextmanager
async def running() -> AsyncIterator[Engine]:
    """Run the engine until the block is left; then end runs and write what they had."""
    global _current  # noqa: PLW0603 - one engine per process, found by views and tasks
    async with AsyncExitStack() as stack:
        docket = await stack.enter_async_context(
            Docket(
                name=DOCKET,
                url=settings.ENVIRONMENT.redis_url or "memory://modelless",
                execution_ttl=timedelta(0),
            )
        )
        docket.register(run_generation)
        log = LiveLog(docket)
        recorder = Recorder(log, worker=worker_name())
        client = await stack.enter_async_context(Client())
        rescuer = await stack.enter_async_context(Rescuer())
        stack.push_async_callback(recorder.close)
        worker = Worker(docket, name=recorder.worker, concurrency=MOST_RUNS)
        engine = Engine(docket, worker, Runner(client, recorder, rescuer, log))
        _current = engine
        try:
            async with asyncio.TaskGroup() as group:
                keeping = [
                    group.create_task(work)
                    for work in (recorder.keep(), log.follow(), engine.sweeper.keep())
                ]
                await engine.sweeper.begin()
                async with worker:
                    working = group.create_task(worker.run_forever())
                    try:
                        yield engine
                    finally:
                        await _drain(engine, working)
                for task in keeping:
                    task.cancel()
        finally:
            _current = None


async def _drain(engine: Engine, working: asyncio.Task[None]) -> None:
    """Take no more work, give what runs a grace period, then cut it off, keeping what came."""
    engine.log.close()
    # A cancelled worker starts nothing new and ends when its last task has.
    working.cancel()
    _, late = await asyncio.wait({working}, timeout=GRACE.total_seconds())
    if late:
        await engine.sweeper.interrupt_mine()
        engine.runner.cut_all()


def worker_name() -> str:
    """A name that no other engine has, alive or dead."""
    return f"{socket.gethostname()[:30]}#{os.getpid()}#{uuid7().hex[-8:]}"
