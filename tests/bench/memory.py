"""How much memory the studio keeps: when it has just started, and after a crowd."""

import tempfile
import time
from pathlib import Path

from tests.bench.crowd import crowd
from tests.bench.figures import Figure
from tests.bench.processes import Running, answers, memory_of, studio, upstream


def run() -> list[Figure]:
    """Resident memory; that of the practice gateway, a process of its own, apart.

    The first start makes the database and the static files, and keeps some of what that took.
    """
    with upstream() as gateway, tempfile.TemporaryDirectory(prefix="bench-") as folder:
        with studio(gateway, Path(folder)) as running:
            first = _idle(running)
        with studio(gateway, Path(folder)) as running:
            idle = _idle(running)
            practice = sum(memory_of(pid) for pid in running.children())
            answers(f"{running.url}/")
            first_page = running.memory()
            crowd(running, gateway, 300)
            time.sleep(1)
            after = running.memory()
        return [
            Figure("memory", "studio, idle after its first start", first, "MiB"),
            Figure("memory", "studio, idle", idle, "MiB", 110),
            Figure("memory", "practice gateway", practice, "MiB"),
            Figure("memory", "studio, after a page", first_page, "MiB"),
            Figure("memory", "studio, after 300 streams", after, "MiB"),
        ]


def _idle(running: Running) -> float:
    answers(f"{running.url}/health")
    time.sleep(3)
    return running.memory()
