"""How news travels between the processes of an installation: within one, or through Redis.

Either way everybody hears everything, the one who told it too, and in the same order. A channel
carries news and wake-ups, never the truth: what gets lost is read from the ledger later.
"""

import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Final, Protocol

from redis.asyncio import Redis

KEY: Final = "modelless:live"
KEPT_SECONDS: Final = 60
# Longer than the recorder may lag behind the wire: what is older is in the ledger.
OVERLAP_SECONDS: Final = 2.0
READ_AT_ONCE: Final = 200
WAIT_MS: Final = 5_000

type Hear = Callable[[list[Any]], None]


class Channel(Protocol):
    """Carries lists of JSON values."""

    async def send(self, news: list[Any]) -> None:
        """Tell everybody. Raises what the connection raises."""

    async def listen(self, hear: Hear) -> None:
        """Hand over all that is told, until cancelled. Raises what the connection raises."""


class Inside:
    """The channel of an installation that is one process: whoever listens is called at once."""

    def __init__(self) -> None:
        self._hear: Hear | None = None

    async def send(self, news: list[Any]) -> None:
        if self._hear:
            self._hear(news)

    async def listen(self, hear: Hear) -> None:
        self._hear = hear


class Stream:
    """The channel of many processes: one Redis stream, a minute long, read by each of them."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._cursor = _moment(OVERLAP_SECONDS)

    async def send(self, news: list[Any]) -> None:
        fields: dict[Any, Any] = {"news": json.dumps(news, ensure_ascii=False)}
        await self._redis.xadd(KEY, fields, minid=_moment(KEPT_SECONDS), approximate=False)

    async def listen(self, hear: Hear) -> None:
        while True:
            answer: Any = await self._redis.xread({KEY: self._cursor}, READ_AT_ONCE, WAIT_MS)
            for _, entries in answer or ():
                for entry_id, fields in entries:
                    self._cursor = entry_id.decode()
                    hear(json.loads(fields[b"news"]))


@asynccontextmanager
async def channel(redis_url: str) -> AsyncIterator[Channel]:
    """Open the channel of this installation; without an address it stays in this process."""
    if not redis_url:
        yield Inside()
        return
    async with Redis.from_url(redis_url) as redis:
        yield Stream(redis)


def _moment(seconds: float) -> str:
    """The stream's id for so many seconds ago."""
    return f"{int((time.time() - seconds) * 1000)}-0"
