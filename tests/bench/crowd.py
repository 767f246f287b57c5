"""Many streams at once, posted over HTTP by guests who watch; and what they cost."""

import json
import subprocess
import sys
from typing import Any, Final

from tests.bench.figures import Figure, percentile
from tests.bench.processes import PROJECT, Running, answers, studio, upstream

SIZES: Final = {50: 1.6, 300: None, 1_000: 10.0}
"""Streams at once → the most seconds that they should take."""
CPU_AIM: Final = 10
"""Milliseconds: 1,000 streams in 10 s leave no more to the one process."""
GUESTS: Final = 20
PATIENCE: Final = 240


def run(sizes: dict[int, float | None] | None = None) -> list[Figure]:
    """Every size in turn, on one studio."""
    figures: list[Figure] = []
    with upstream() as gateway, studio(gateway) as running:
        answers(f"{running.url}/health")
        crowd(running, gateway, 20, guests=GUESTS)
        for size, aim in (sizes or SIZES).items():
            figures += _measure(running, gateway, size, aim)
    return figures


def crowd(
    running: Running,
    gateway: Running,
    runs: int,
    *,
    guests: int = GUESTS,
    deltas: int = 50,
    pace: int = 20,
) -> dict[str, Any]:
    """Let a crowd come; return what its process saw. ``pace`` in milliseconds."""
    numbers = [str(number) for number in (running.process.pid, runs, guests, deltas, pace)]
    database = str(running.data_dir / "studio.sqlite3")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "tests.bench.crowd_client"),
            *(running.url, gateway.url, database, *numbers),
        ],
        cwd=PROJECT,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        timeout=PATIENCE,
    )
    seen: dict[str, Any] = json.loads(done.stdout)
    return seen


def _measure(running: Running, gateway: Running, size: int, aim: float | None) -> list[Figure]:
    before = gateway.cpu()
    seen = crowd(running, gateway, size)
    spent, upstream_spent = seen["cpu"], gateway.cpu() - before
    milliseconds = [1000 * seconds for seconds in seen["posts"]]

    def figure(name: str, value: float, unit: str, aim: float | None = None) -> Figure:
        return Figure("crowd", f"{size} {name}", value, unit, aim)

    losses = ("refused", "unfinished", "ledger_lost", "live_lost", "live_garbled")
    return [
        figure("wall", seen["wall"], "s", aim),
        figure("p95 of one", percentile(seen["whole"], 95), "s"),
        figure("POST p50", percentile(milliseconds, 50), "ms"),
        figure("POST p95", percentile(milliseconds, 95), "ms"),
        figure("CPU", spent, "s"),
        figure("CPU per stream", 1000 * spent / size, "ms", CPU_AIM),
        figure("CPU of gateway and crowd", upstream_spent + seen["client_cpu"], "s"),
        *(figure(name.replace("_", " "), seen[name], "", 0) for name in losses),
        figure("memory after", running.memory(), "MiB"),
    ]
