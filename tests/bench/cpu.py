"""What a stream costs in processor time, the ledger and one watching guest included."""

import time
from typing import Final

from tests.bench.crowd import crowd
from tests.bench.figures import Figure
from tests.bench.processes import Running, answers, studio, upstream

AIM: Final = 0.25
IDLE: Final = 5.0
"""Seconds to watch a studio that has nothing to do."""
DELTAS: Final = 200
LONE: Final = 5
MANY: Final = 50


def run() -> list[Figure]:
    """One stream alone, five times in a row; then fifty at once; then none."""
    with upstream() as gateway, studio(gateway) as running:
        answers(f"{running.url}/health")
        crowd(running, gateway, 5, guests=1)
        return [
            Figure("cpu", "lone, per 1,000 deltas", _lone(running, gateway), "s", AIM),
            Figure("cpu", "50 at once, per 1,000 deltas", _many(running, gateway), "s", AIM),
            Figure("cpu", "idle", _idle(running), "ms/s"),
        ]


def _lone(running: Running, gateway: Running) -> float:
    spent = sum(crowd(running, gateway, 1, guests=1, deltas=DELTAS)["cpu"] for _ in range(LONE))
    return float(spent / (LONE * DELTAS) * 1000)


def _many(running: Running, gateway: Running) -> float:
    spent = crowd(running, gateway, MANY, guests=10, deltas=DELTAS)["cpu"]
    return float(spent / (MANY * DELTAS) * 1000)


def _idle(running: Running) -> float:
    before = running.cpu()
    time.sleep(IDLE)
    return (running.cpu() - before) / IDLE * 1000
