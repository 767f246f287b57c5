"""The sweeper: finishes what nobody holds, so that lost or doubled wake-ups are harmless."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.utils import timezone

from modelless_web.engine import ledger
from modelless_web.engine.live import card
from modelless_web.engine.rescue import queue
from modelless_web.records.models import Draft, ErrorGroup, User

if TYPE_CHECKING:
    from modelless_web.engine.runtime import Engine

logger = logging.getLogger(__name__)

EVERY: Final = 5.0
CATALOGUE_EVERY: Final = timedelta(minutes=10)
GUESTS_KEPT: Final = timedelta(days=2)


class Sweeper:
    """Looks after the rows that no run looks after."""

    def __init__(self, engine: "Engine") -> None:
        self._engine = engine
        self._catalogue_due = timezone.now()

    async def begin(self) -> None:
        """At start: what was running is interrupted, and what was being fetched is fetched anew.

        Unless another process may be at it.
        """
        alone = not settings.ENVIRONMENT.redis_url
        await self._engine.recorder.do(partial(ledger.interrupt, expired_only=not alone))
        if alone:
            await self._engine.recorder.do(queue.take_up)

    async def keep(self) -> None:
        """Hold and sweep for as long as the process lives."""
        async with asyncio.TaskGroup() as group:
            group.create_task(_again_and_again(self.hold))
            group.create_task(_again_and_again(self.sweep))

    async def hold(self) -> None:
        """Keep the leases of what runs and is fetched here, and end what was asked to stop.

        Also between sweeps: one may wait for a gateway for longer than a lease lasts.
        """
        for pk in await self._engine.recorder.renew():
            self._engine.runner.stop(pk)
        await self._engine.rescuer.hold()

    async def sweep(self) -> None:
        """Look once at everything that may have been forgotten."""
        recorder = self._engine.recorder
        # First its own: after a pause of the whole machine every lease looks lapsed.
        await self.hold()
        ended = await recorder.do(partial(ledger.interrupt, expired_only=True))
        if ended:
            await self._engine.log.publish([card(row.owner_id, row.pk) for row in ended])
        self._engine.admission.stir()
        await self._engine.breaker.probe()
        self._engine.rescuer.stir()
        given_up = await recorder.do(queue.give_up_bytes)
        if given_up:
            await self._engine.log.publish(
                [card(row.generation.owner_id, row.generation_id) for row in given_up]
            )
        await recorder.do(_forget_idle_guests)
        await recorder.do(Draft.objects.forget)
        if timezone.now() >= self._catalogue_due:
            self._catalogue_due = timezone.now() + CATALOGUE_EVERY
            await recorder.do(ErrorGroup.objects.forget)
            await self._engine.catalogue.refresh()

    async def interrupt_mine(self) -> None:
        """Mark what this process still runs, as its time is up."""
        recorder = self._engine.recorder
        for recording in list(recorder.open.values()):
            await recorder.do(partial(ledger.write, {recording.pk: recording.snapshot()}, {}))
        await recorder.do(partial(ledger.interrupt, expired_only=False, worker=recorder.worker))


async def _again_and_again(work: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await work()
        except Exception:
            logger.exception("A look at the ledger failed; the next one follows.")
        await asyncio.sleep(EVERY)


def _forget_idle_guests() -> None:
    idle = User.objects.filter(
        is_guest=True, generations=None, date_joined__lt=timezone.now() - GUESTS_KEPT
    )
    idle.exclude(drafts__in=Draft.objects.with_words()).delete()
