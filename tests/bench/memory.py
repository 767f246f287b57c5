"""How much memory the studio keeps: when it has just started, and after a crowd."""

import time

from tests.bench.crowd import crowd
from tests.bench.figures import Figure
from tests.bench.processes import answers, memory_of, studio, upstream


def run() -> list[Figure]:
    """Resident memory; that of the practice gateway, a process of its own, apart."""
    with upstream() as gateway, studio(gateway) as running:
        answers(f"{running.url}/health")
        time.sleep(3)
        idle = running.memory()
        practice = sum(memory_of(pid) for pid in running.children())
        answers(f"{running.url}/")
        first_page = running.memory()
        crowd(running, gateway, 300)
        time.sleep(1)
        return [
            Figure("memory", "studio, idle", idle, "MiB", 110),
            Figure("memory", "practice gateway", practice, "MiB"),
            Figure("memory", "studio, after a page", first_page, "MiB"),
            Figure("memory", "studio, after 300 streams", running.memory(), "MiB"),
        ]
