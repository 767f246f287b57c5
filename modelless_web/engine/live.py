"""The live log: news of running generations, from whoever runs them to whoever watches.

One channel carries the news of all running generations. One message per tick carries what all
runs of a process have to tell, and each process hands it to its own watchers, so neither the
number of runs nor of watchers multiplies the traffic. Text comes with its offset: a watcher who
joins takes the ledger's text first, then trims or skips what it already shows.
The record is the truth; a lost log makes pages late, never wrong.
"""

import asyncio
import logging
import time
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from typing import Any, Final, Literal, NotRequired, TypedDict

from modelless_web.engine.channel import OVERLAP_SECONDS, Channel

logger = logging.getLogger(__name__)

MOST_WAITING: Final = 20_000
PAUSE: Final = 1.0
PATIENCE: Final = 2.0
ORDERS: Final = frozenset({"queued", "stop", "hurry"})


class News(TypedDict):
    """One thing to tell about one generation.

    To pages: ``card``: read it again from the ledger. ``text`` and ``reasoning``: append ``text``
    at ``offset`` (characters) of choice ``index``. ``stage``: what it is doing now, in words and,
    where known, in percent.
    To engines: ``queued``: there is something to begin. ``stop``: whoever runs it ends it.
    ``hurry``: whoever lets it wait for its next attempt waits no longer.
    """

    owner: int
    generation: str
    kind: Literal["card", "text", "reasoning", "stage", "queued", "stop", "hurry"]
    index: NotRequired[int]
    offset: NotRequired[int]
    text: NotRequired[str]
    stage: NotRequired[str]
    progress: NotRequired[int | None]


class Watcher:
    """What one open page still has to be told. Only for the loop that made it."""

    def __init__(self, owner: int) -> None:
        self.owner = owner
        self.is_cut = False
        self._waiting: list[News] = []
        self._arrived = asyncio.Event()

    def tell(self, news: Sequence[News]) -> None:
        """Hand over news; a page that reads too slowly is cut off, and joins anew."""
        if len(self._waiting) > MOST_WAITING:
            self.is_cut = True
        else:
            self._waiting.extend(news)
        self._arrived.set()

    def cut(self) -> None:
        """End the page's stream; the browser comes back by itself."""
        self.is_cut = True
        self._arrived.set()

    async def take(self, timeout: float) -> list[News]:  # noqa: ASYNC109 - a heartbeat, no failure
        """Wait up to ``timeout`` seconds for news and take all there is."""
        try:
            async with asyncio.timeout(timeout):
                await self._arrived.wait()
        except TimeoutError:
            return []
        self._arrived.clear()
        taken, self._waiting = self._waiting, []
        return taken


class LiveLog:
    """The log's two ends: ``publish`` for runs, ``join`` and ``leave`` for open pages."""

    def __init__(self, channel: Channel, heed: Callable[[News], None]) -> None:
        self._channel = channel
        self._heed = heed
        self._watchers: defaultdict[int, set[Watcher]] = defaultdict(set)
        self._recent: deque[tuple[float, list[News]]] = deque()
        self._is_lost = False
        self._tried_at = 0.0
        self.is_closed = False

    async def publish(self, news: list[News]) -> None:
        """Append news to the log. A log that can't be reached is not an error of the run.

        Orders are then heeded by this process at least. A log that hangs holds up the ledger's
        writer for two seconds, and is then left alone for one.
        """
        if await self._is_told(news):
            return
        for item in news:
            if item["kind"] in ORDERS:
                self._heed(item)

    async def _is_told(self, news: list[News]) -> bool:
        if self._is_lost and time.monotonic() < self._tried_at + PAUSE:
            return False
        try:
            async with asyncio.timeout(PATIENCE):
                await self._channel.send(news)
        except Exception as error:
            if not self._is_lost:
                logger.error("The live log can't be written, so open pages are late: %r", error)
            self._is_lost, self._tried_at = True, time.monotonic()
            return False
        if self._is_lost:
            self._is_lost = False
            logger.info("The live log can be written again.")
        return True

    def join(self, owner: int) -> Watcher:
        """Start to watch one person's runs, beginning with the last two seconds."""
        watcher = Watcher(owner)
        self._watchers[owner].add(watcher)
        recent = [n for _, batch in self._recent for n in batch if _is_for(owner, n)]
        if recent:
            watcher.tell(recent)
        return watcher

    def leave(self, watcher: Watcher) -> None:
        """Stop watching."""
        watchers = self._watchers[watcher.owner]
        watchers.discard(watcher)
        if not watchers:
            del self._watchers[watcher.owner]

    def close(self) -> None:
        """Let go of every open page, so that none holds up the end of the process."""
        self.is_closed = True
        for watchers in self._watchers.values():
            for watcher in watchers:
                watcher.cut()

    async def follow(self) -> None:
        """Read the log for as long as the process lives, and hand it round."""
        said = ""
        while True:
            try:
                return await self._channel.listen(self._hand_round)
            except Exception as error:
                # A Redis that is away for long says the same every time.
                if said != repr(error):
                    said = repr(error)
                    logger.error("The live log can't be read; trying again: %s", said)
                await asyncio.sleep(PAUSE)

    def _hand_round(self, news: list[News]) -> None:
        now = time.monotonic()
        self._recent.append((now, news))
        while self._recent and self._recent[0][0] < now - OVERLAP_SECONDS:
            self._recent.popleft()
        by_owner: defaultdict[int, list[News]] = defaultdict(list)
        for item in news:
            if item["kind"] in ORDERS:
                self._heed(item)
            elif item["owner"] in self._watchers:
                by_owner[item["owner"]].append(item)
        for owner, items in by_owner.items():
            for watcher in self._watchers[owner]:
                watcher.tell(items)


def card(owner: int, generation: Any) -> News:
    """News that a generation is to be read again from the ledger."""
    return {"owner": owner, "generation": str(generation), "kind": "card"}


def order(kind: Literal["queued", "stop", "hurry"], owner: int, generation: Any) -> News:
    """News for the engines of all processes."""
    return {"owner": owner, "generation": str(generation), "kind": kind}


def _is_for(owner: int, news: News) -> bool:
    return news["owner"] == owner and news["kind"] not in ORDERS
