"""Gateways that are down: new prompts fail at once instead of waiting, until a probe gets through.

A gateway counts as down when nothing of it can be reached: no connection, no answer in time, or
the web page of a proxy in front of it. A refusal is an answer. Each process keeps its own count;
the gateway's row tells people since when it has not answered and when it is asked again.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from django.db import OperationalError
from django.utils import timezone

from modelless_web.engine.recorder import Recorder
from modelless_web.gateway.client import Client
from modelless_web.gateway.errors import GatewayError, Kind
from modelless_web.records.models import Gateway

logger = logging.getLogger(__name__)

FAILURES: Final = 5
FIRST_PAUSE: Final = timedelta(seconds=10)
LONGEST_PAUSE: Final = timedelta(minutes=5)
BAD_GATEWAY: Final = 502


@dataclass(slots=True)
class Circuit:
    """What is known of one gateway: how often in a row it failed, and when it is asked again."""

    gateway: Gateway
    failures: int = 0
    down_since: datetime | None = None
    pause: timedelta = FIRST_PAUSE
    next_try: datetime | None = None

    def open(self, now: datetime) -> None:
        """Let nothing through; the next pause is twice as long."""
        self.down_since = self.down_since or now
        self.next_try = now + self.pause
        self.pause = min(2 * self.pause, LONGEST_PAUSE)


class Breaker:
    """Knows which gateways are down; asked before and told after every exchange."""

    def __init__(self, client: Client, recorder: Recorder) -> None:
        self._client = client
        self._recorder = recorder
        self._circuits: dict[int, Circuit] = {}
        self._marks: set[asyncio.Task[None]] = set()

    def refusal(self, gateway: Gateway) -> GatewayError | None:
        """Return why nothing is sent to this gateway now, or None when it may be asked."""
        circuit = self._circuits.get(gateway.pk)
        if circuit is None or circuit.down_since is None or circuit.next_try is None:
            return None
        if circuit.gateway.address != gateway.address:
            # Somebody has mended its address or its key, so nothing is known of it.
            del self._circuits[gateway.pk]
            return None
        since, again = (f"{moment:%H:%M} UTC" for moment in (circuit.down_since, circuit.next_try))
        return GatewayError(
            Kind.NETWORK,
            f"The gateway has not answered since {since}; it is asked again at {again}. "
            "Nothing was sent.",
            retryable=False,
        )

    def note(self, gateway: Gateway, error: GatewayError | None) -> None:
        """Take in how an exchange ended. The run does not wait for the mark on the row."""
        if error is None or not is_down(error):
            self._close(gateway)
            return
        circuit = self._circuits.setdefault(gateway.pk, Circuit(gateway))
        circuit.gateway = gateway
        circuit.failures += 1
        if circuit.failures >= FAILURES and circuit.down_since is None:
            self._open(circuit)

    async def probe(self) -> None:
        """Ask every gateway that is down and due for its models, which costs nothing.

        Returns when every mark is on its row.
        """
        now = timezone.now()
        due = [one for one in self._circuits.values() if one.next_try and one.next_try <= now]
        await asyncio.gather(*map(self._probe, due))
        await asyncio.gather(*self._marks)

    async def ask(self, gateway: int) -> None:
        """Probe one gateway now, however long its pause, if it is thought to be down here."""
        circuit = self._circuits.get(gateway)
        if circuit and circuit.down_since:
            await self._probe(circuit)
            await asyncio.gather(*self._marks)

    async def _probe(self, circuit: Circuit) -> None:
        rows = Gateway.objects.filter(pk=circuit.gateway.pk, enabled=True)
        gateway = await self._recorder.do(rows.first)
        if gateway is None:
            self._circuits.pop(circuit.gateway.pk, None)
            return
        circuit.gateway = gateway
        try:
            await self._client.list_models(circuit.gateway.address)
        except GatewayError as error:
            if is_down(error):
                self._open(circuit)
                return
        self._close(circuit.gateway)

    def _open(self, circuit: Circuit) -> None:
        circuit.open(timezone.now())
        self._mark(circuit.gateway, circuit.down_since, circuit.next_try)

    def _close(self, gateway: Gateway) -> None:
        circuit = self._circuits.pop(gateway.pk, None)
        # The mark may also be another process's, or one's that died with its gateway down.
        if gateway.down_since or (circuit and circuit.down_since):
            self._mark(gateway, None)

    def _mark(
        self, gateway: Gateway, down_since: datetime | None, asked_again_at: datetime | None = None
    ) -> None:
        order = partial(
            Gateway.objects.filter(pk=gateway.pk).update,
            down_since=down_since,
            asked_again_at=asked_again_at,
        )
        task = asyncio.get_running_loop().create_task(self._write_mark(order))
        self._marks.add(task)
        task.add_done_callback(self._marks.discard)

    async def _write_mark(self, order: Callable[[], object]) -> None:
        try:
            await self._recorder.do(order)
        except OperationalError as error:
            logger.error("A gateway's state could not be written: %s", error)


def is_down(error: GatewayError) -> bool:
    """Whether an error says that the gateway itself could not be reached."""
    if error.kind in {Kind.NETWORK, Kind.TIMEOUT}:
        return error.status is None
    return error.kind is Kind.HTML and (error.status or 0) >= BAD_GATEWAY
