"""Redis or PostgreSQL goes away in the middle of runs and comes back: nothing is lost."""

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, Final
from urllib.parse import urlsplit

import psycopg
import pytest
from redis import Redis

from tests.conftest import IN_CI
from tests.faults.ground import Ground, send
from tests.support.servers import MissingProgramError, postgresql, redis
from tests.support.studio import Studio, Visitor, wait_for

TAGS: Final = ("a", "b", "c")
DELTAS: Final = 200


class Scaled:
    """A studio on PostgreSQL and Redis, with runs under way, and what becomes of them."""

    def __init__(self, ground: Ground, database: str, queue: ExitStack) -> None:
        self.ground, self.database, self.queue = ground, database, queue
        self.redis_url = queue.enter_context(redis())
        self.studio: Studio = ground.start(DATABASE_URL=database, REDIS_URL=self.redis_url)

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database, autocommit=True) as database:
            return database.execute(query).fetchall()

    def rows(self) -> dict[str, tuple[str, str]]:
        """Status and text by the tag of the prompt."""
        found = self.ask("SELECT prompt, status, text FROM records_generation")
        return {prompt.rpartition("tag=")[2]: (status, text) for prompt, status, text in found}

    def grown(self) -> dict[str, int]:
        """How much of each run is in the ledger."""
        found = self.ask(
            "SELECT prompt, length(c.text) FROM records_choice c"
            " JOIN records_generation g ON g.id = c.generation_id"
        )
        return {prompt.rpartition("tag=")[2]: length for prompt, length in found}

    def grows(self) -> bool:
        """Whether words of every run reach the ledger from now on."""
        before = self.grown()
        return bool(
            wait_for(lambda: all(self.grown().get(tag, 0) > before.get(tag, 0) for tag in TAGS))
        )

    def begin(self, visitor: Visitor) -> None:
        for tag in TAGS:
            send(visitor, tag, deltas=DELTAS, pace=60)
        assert self.grows()

    def all_is_kept(self) -> bool:
        """Whether every run succeeded with every word that was sent, and was sent once."""
        assert wait_for(
            lambda: all(status == "succeeded" for status, _ in self.rows().values()), 60
        )
        story, rows = self.ground.hear(), self.rows()
        return all(
            rows[tag][1] == told["text"] and told["times"] == 1 for tag, told in story.items()
        ) and set(story) == set(rows)

    def goes_on(self, visitor: Visitor) -> bool:
        """Whether an open page hears of a new run as ever."""
        visitor.open("/")
        with visitor.live() as live:
            send(visitor, "later", deltas=5, pace=20)
            return live.hears("later.4@")


@pytest.fixture
def scaled(ground: Ground) -> Iterator[Scaled]:
    try:
        with postgresql() as database, ExitStack() as queue:
            made = Scaled(ground, database, queue)
            yield made
            assert made.studio.stop() == 0
    except MissingProgramError as missing:
        if IN_CI:
            raise
        pytest.skip(str(missing))


@pytest.mark.slow
def test_a_redis_that_dies_and_comes_back(scaled: Scaled) -> None:
    with scaled.studio.visitor() as visitor:
        scaled.begin(visitor)
        visitor.open("/")
        with visitor.live() as live:
            scaled.queue.close()
            assert scaled.grows()
            scaled.queue.enter_context(redis(urlsplit(scaled.redis_url).port or 0))
            assert scaled.all_is_kept()
            # The page that was open all the time has every end, and hears of what is new.
            assert all(live.hears(f"{tag}.{DELTAS - 1}@") for tag in TAGS)
            send(visitor, "later", deltas=5, pace=20)
            assert live.hears("later.4@")
        assert scaled.all_is_kept()
    assert scaled.studio.log.count("The live log can't be written") == 1
    assert "Traceback" not in scaled.studio.log


@pytest.mark.slow
def test_what_is_asked_for_without_redis_is_made_all_the_same(scaled: Scaled) -> None:
    with scaled.studio.visitor() as visitor:
        scaled.queue.close()
        for tag in TAGS:
            send(visitor, tag, deltas=20, pace=20)
        assert scaled.all_is_kept()


@pytest.mark.slow
def test_a_redis_that_hangs_does_not_hold_up_the_ledger(scaled: Scaled) -> None:
    with scaled.studio.visitor() as visitor:
        scaled.begin(visitor)
        with Redis.from_url(scaled.redis_url) as client:
            pid = client.info("server")["process_id"]
        os.kill(pid, signal.SIGSTOP)
        try:
            assert scaled.grows()
            assert scaled.grows()
        finally:
            os.kill(pid, signal.SIGCONT)
        assert scaled.all_is_kept()
        assert scaled.goes_on(visitor)


@pytest.mark.slow
def test_connections_to_postgresql_that_are_cut_again_and_again(scaled: Scaled) -> None:
    with scaled.studio.visitor() as visitor:
        scaled.begin(visitor)
        for _ in range(3):
            cut = scaled.ask(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )
            assert cut
            assert scaled.grows()
        assert scaled.all_is_kept()
        assert scaled.goes_on(visitor)
