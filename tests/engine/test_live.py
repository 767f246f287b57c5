"""The live log: who joins gets what is recent and what follows, and nothing of anybody else."""

import asyncio
from itertools import count
from typing import Any

import pytest

from modelless_web.engine import live
from modelless_web.engine.channel import Hear, channel
from modelless_web.engine.live import LiveLog, News, Watcher, card
from modelless_web.engine.runtime import Engine
from modelless_web.records.ids import uuid7
from tests.support.studio import wait_for

# Owners that no other test has: a real Redis remembers a minute.
_owners = count(1_000_000)


@pytest.fixture
def owner() -> int:
    return next(_owners)


def tell(engine: Engine, owner: int) -> str:
    """Publish news of a generation; return its id."""
    generation = str(uuid7())
    engine.wait_for(engine.log.publish([card(owner, generation)]))
    return generation


def join(engine: Engine, owner: int) -> Watcher:
    """Open a page."""

    async def in_loop() -> Watcher:
        return engine.log.join(owner)

    return engine.wait_for(in_loop())


def hears(engine: Engine, watcher: Watcher, wait: float = 10) -> list[str]:
    """The generations that the page is told of next."""
    return [news["generation"] for news in engine.wait_for(watcher.take(wait))]


def test_who_watches_hears_what_follows(engine: Engine, owner: int) -> None:
    watcher = join(engine, owner)
    told = tell(engine, owner)
    assert hears(engine, watcher) == [told]


def test_who_joins_late_hears_the_last_seconds(engine: Engine, owner: int) -> None:
    early = join(engine, owner)
    told = tell(engine, owner)
    hears(engine, early)
    assert hears(engine, join(engine, owner)) == [told]


def test_two_pages_of_one_person_hear_the_same(engine: Engine, owner: int) -> None:
    watchers = [join(engine, owner) for _ in range(2)]
    told = tell(engine, owner)
    assert [hears(engine, watcher) for watcher in watchers] == [[told], [told]]


def test_nobody_hears_of_another_persons_runs(engine: Engine, owner: int) -> None:
    watcher = join(engine, owner)
    tell(engine, owner + 500_000)
    own = tell(engine, owner)
    assert hears(engine, watcher) == [own]


def test_news_comes_in_the_order_in_which_it_was_told(engine: Engine, owner: int) -> None:
    watcher = join(engine, owner)
    told = [tell(engine, owner) for _ in range(50)]
    heard: list[str] = []
    while len(heard) < len(told):
        heard += hears(engine, watcher)
    assert heard == told


def test_a_page_without_news_waits_no_longer_than_it_said(engine: Engine, owner: int) -> None:
    assert hears(engine, join(engine, owner), wait=0.1) == []


def test_who_left_is_told_nothing(engine: Engine, owner: int) -> None:
    left, stayed = join(engine, owner), join(engine, owner)
    engine.log.leave(left)
    tell(engine, owner)
    assert hears(engine, stayed)
    assert hears(engine, left, wait=0) == []


async def test_a_page_that_reads_too_slowly_is_cut_off() -> None:
    watcher = Watcher(1)
    watcher.tell([card(1, "x")] * (live.MOST_WAITING + 1))
    watcher.tell([card(1, "x")])
    assert watcher.is_cut


async def test_cutting_a_page_wakes_it() -> None:
    watcher = Watcher(1)
    waiting = asyncio.create_task(watcher.take(60))
    await asyncio.sleep(0)
    watcher.cut()
    async with asyncio.timeout(5):
        assert await waiting == []


def test_closing_the_log_cuts_every_page(engine: Engine, owner: int) -> None:
    watchers = [join(engine, owner) for _ in range(3)]
    engine._loop.call_soon_threadsafe(engine.log.close)
    assert wait_for(lambda: all(watcher.is_cut for watcher in watchers))


def test_orders_for_engines_are_no_news_for_pages(engine: Engine, owner: int) -> None:
    watcher = join(engine, owner)
    engine.wait_for(engine.log.publish([live.order("queued", owner, uuid7())]))
    told = tell(engine, owner)
    assert hears(engine, watcher) == [told]


async def test_a_log_that_cannot_be_reached_is_no_error_of_the_run(
    caplog: pytest.LogCaptureFixture,
) -> None:
    heeded: list[News] = []
    async with channel("redis://127.0.0.1:9/0") as nobody:
        told = [card(1, "x"), live.order("queued", 1, "x")]
        await LiveLog(nobody, heeded.append).publish(told)
    assert "open pages are late" in caplog.text
    assert heeded == told[1:]


class Hanging:
    """A channel that takes news and never says so, until it is mended."""

    def __init__(self) -> None:
        self.is_mended = False
        self.asked = 0

    async def send(self, news: list[Any]) -> None:
        self.asked += 1
        if not self.is_mended:
            await asyncio.Event().wait()

    async def listen(self, hear: Hear) -> None:
        """Hear nothing."""


async def test_a_log_that_hangs_holds_nobody_up_and_is_used_again_once_it_is_well(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "PATIENCE", 0.05)
    hanging, heeded = Hanging(), list[News]()
    log = LiveLog(hanging, heeded.append)
    for _ in range(100):
        await log.publish([live.order("queued", 1, "x")])
    assert len(heeded) == 100
    assert hanging.asked < 100
    assert caplog.text.count("The live log can't be written") == 1
    hanging.is_mended = True
    monkeypatch.setattr(live, "PAUSE", 0.0)
    await log.publish([live.order("queued", 1, "x")])
    assert len(heeded) == 100
