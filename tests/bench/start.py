"""How long a start takes: from an empty folder, and again with what the first one left."""

import tempfile
from pathlib import Path
from typing import Final

from tests.bench.figures import Figure, percentile
from tests.bench.processes import Running, answers, studio, upstream

AGAIN: Final = 3


def run() -> list[Figure]:
    """Seconds until the address is printed, and until the health check answers."""
    with upstream() as gateway, tempfile.TemporaryDirectory(prefix="bench-") as folder:
        printed, healthy, spent = _start(gateway, Path(folder))
        later = [_start(gateway, Path(folder)) for _ in range(AGAIN)]
    return [
        Figure("start", "first, address printed", printed, "s"),
        Figure("start", "first, healthy", healthy, "s"),
        Figure("start", "first, processor time", spent, "s"),
        Figure("start", "second, address printed", percentile([p for p, _, _ in later], 50), "s"),
        Figure("start", "second, healthy", percentile([h for _, h, _ in later], 50), "s", 2),
        Figure("start", "second, processor time", percentile([c for _, _, c in later], 50), "s"),
    ]


def _start(gateway: Running, folder: Path) -> tuple[float, float, float]:
    """Seconds to the address, to health, and the studio's own processor time by then."""
    with studio(gateway, folder) as running:
        healthy = running.printed_after + answers(f"{running.url}/health")
        return running.printed_after, healthy, running.cpu()
