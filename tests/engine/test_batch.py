"""Batches of two processes that end runs of the same people, at once and in opposite order."""

import asyncio
from collections.abc import Sequence

from django.db import connection, transaction

from modelless_web.engine import ledger
from modelless_web.engine.recorder import Recorder, Recording
from modelless_web.engine.runtime import Engine
from modelless_web.gateway.errors import GatewayError, Kind
from modelless_web.records.models import ErrorGroup, Generation, Model, Status, Usage, User
from modelless_web.records.usage.checking import differences
from tests.support import factories

OTHER = "another process"
MODELS = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta"]


def deadlocks() -> int:
    """Of this database so far; SQLite lets only one write at a time and knows none."""
    if connection.vendor == "sqlite":
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


def report() -> None:
    """Have a connection's own statistics counted at once."""
    if connection.vendor != "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_force_next_flush()")


@transaction.atomic
def runs(worker: str, owner: User, models: Sequence[Model]) -> list[Generation]:
    """A run of each of these models, all held by ``worker``."""
    rows = [factories.generation(owner, model) for model in models]
    return ledger.claim([row.pk for row in rows], worker)


async def fail(recorder: Recorder, rows: Sequence[Generation]) -> None:
    """Have runs end at once in this order, those of each model with a trouble of its own."""
    recordings = [Recording(row) for row in rows]
    for recording in recordings:
        trouble = f"It broke: {recording.generation.model}"
        recording.error = GatewayError(Kind.UPSTREAM, trouble, status=500)
    await asyncio.gather(*(recorder.settle(one, Status.FAILED) for one in recordings))
    await recorder.do(report)


async def fail_at_once(recorder: Recorder, *of_each: Sequence[Generation]) -> None:
    """Have two writers, each with a thread and a connection of its own, end runs at once."""
    other = Recorder(recorder._log, OTHER)
    keeping = asyncio.create_task(other.keep())
    mine, others = of_each
    try:
        await asyncio.gather(fail(recorder, mine), fail(other, others))
    finally:
        keeping.cancel()
        await asyncio.wait([keeping])
        await other.close()


def test_two_processes_never_wait_for_what_the_other_counts(engine: Engine) -> None:
    gateway, owner = factories.gateway(), factories.person()
    models = [factories.model(name, at=gateway) for name in MODELS]
    mine = runs(engine.recorder.worker, owner, models)
    others = runs(OTHER, owner, models)
    before = deadlocks()
    engine.wait_for(fail_at_once(engine.recorder, mine, others[::-1]))
    assert deadlocks() == before
    assert differences() == []
    counted = Usage.objects.filter(status=Status.FAILED, generations=2)
    assert counted.count() == ErrorGroup.objects.filter(count=2).count() == len(MODELS)
