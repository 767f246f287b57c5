"""Work that no run waits for: changes of whole selections, the trash, bytes to be freed."""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Final

from django.db import connections

from modelless_web.engine.recorder import Recorder
from modelless_web.records import references, retention, store
from modelless_web.records.organise import actions, culls

logger = logging.getLogger(__name__)

# Between two steps: what runs and what people send goes first.
PAUSE: Final = 0.02
UPKEEP_EVERY: Final = 60.0
AFTER_TROUBLE: Final = 5.0


class Chores:
    """Carries on whatever is under way, one small transaction after another."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._stirred = asyncio.Event()
        self._upkeep_due = time.monotonic()

    def stir(self) -> None:
        """Have it look: there is something to do."""
        self._stirred.set()

    async def keep(self) -> None:
        """Work for as long as the process lives; the ledger knows how far everything is."""
        while True:
            try:
                await self._work()
            except Exception:
                logger.exception("A chore failed; the next look follows.")
                await asyncio.sleep(AFTER_TROUBLE)

    async def upkeep(self) -> None:
        """Let go of what nobody wants any longer, and look at pictures from before one did."""
        do = self._recorder.do
        await do(actions.forget)
        await do(culls.forget)
        await do(references.forget)
        await do(retention.trash_what_is_old)
        await self._repeat(retention.empty_old_trash)
        await asyncio.to_thread(_repeat_apart, retention.free)
        await asyncio.to_thread(_repeat_apart, store.look_again)

    async def _work(self) -> None:
        self._stirred.clear()
        await self._repeat(actions.step)
        if time.monotonic() >= self._upkeep_due:
            self._upkeep_due = time.monotonic() + UPKEEP_EVERY
            await self.upkeep()
        try:
            async with asyncio.timeout(UPKEEP_EVERY):
                await self._stirred.wait()
        except TimeoutError:
            return

    async def _repeat(self, piece: Callable[[], object]) -> None:
        """Do a piece of work until there is none left, and let others have their turn between."""
        is_left = True
        while is_left:
            is_left = bool(await self._recorder.do(piece))
            await asyncio.sleep(PAUSE)


def _repeat_apart(piece: Callable[[], int]) -> None:
    """Apart from the writer's thread: a store may be slow."""
    try:
        while piece():
            time.sleep(PAUSE)
    finally:
        connections.close_all()
