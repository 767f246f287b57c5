"""What an export of everything costs: generations in a second, and memory at its peak."""

import io
import time
from pathlib import Path
from typing import Final

import httpx

from tests.bench.figures import Figure
from tests.bench.processes import Running, studio, upstream
from tests.support.commands import manage
from tests.support.studio import Visitor

SIZES: Final = (2_000, 10_000)
SEED: Final = "from tests.bench.export import seed; seed"
# Blocks between two looks at the memory.
LOOK: Final = 20
MIB: Final = 1024 * 1024


def run() -> list[Figure]:
    """Take everything along in each form, twice: of a little and of much."""
    figures = []
    with upstream() as gateway, studio(gateway) as running, Visitor(running.url) as person:
        person.open("/")
        made = 0
        for size in SIZES:
            seeded = manage(running.data_dir, "shell", "-c", f"{SEED}({size - made})")
            assert seeded.returncode == 0, seeded.stderr
            made = size
            for form in ("jsonl", "csv", "zip"):
                figures += _taken(running, person.http, form, size)
    return figures


def _taken(running: Running, http: httpx.Client, form: str, size: int) -> list[Figure]:
    before = peak = _own(running)
    began, received = time.perf_counter(), 0
    with http.stream("GET", f"/history/export/?format={form}") as reply:
        for number, block in enumerate(reply.iter_raw()):
            received += len(block)
            peak = peak if number % LOOK else max(peak, _own(running))
    seconds = time.perf_counter() - began
    name = f"{size:,} generations as {form}"
    return [
        Figure("export", f"{name}, more memory at the peak", peak - before, "MiB", 30),
        Figure("export", f"{name}, generations", size / seconds, "a second"),
        Figure("export", f"{name}, size", received / MIB, "MiB"),
    ]


def _own(running: Running) -> float:
    """Memory of its own in MiB; the database file, which SQLite maps, is the kernel's to drop."""
    status = Path(f"/proc/{running.process.pid}/status").read_text()
    return int(status.partition("RssAnon:")[2].split()[0]) / 1024


def seed(number: int) -> None:
    """Make the rows; call it in a process that has set Django up."""
    from PIL import Image

    from modelless_web.records.models import Gateway, Generation, Picture, User
    from modelless_web.records.store import keep
    from tests.studio.factories import unsaved_generation

    owner, gateway = User.objects.latest("pk"), Gateway.objects.earliest("pk")
    noise = io.BytesIO()
    Image.effect_noise((220, 220), 90).save(noise, "PNG")
    kept = keep(noise.getvalue())
    for begin in range(0, number, 1_000):
        more = {"text": "word " * 400, "response": {"text": "word " * 400}}
        rows = [
            unsaved_generation(owner, gateway, **more) for _ in range(min(1_000, number - begin))
        ]
        Generation.objects.bulk_create(rows)
        Picture.objects.bulk_create(
            Picture(
                generation=row,
                state=Picture.State.STORED,
                sha256=kept.sha256,
                media_type=kept.media_type,
                size=kept.size,
            )
            for row in rows
        )
