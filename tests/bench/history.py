"""How soon a long history answers: pages and searches on a database filled for it."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.bench.figures import Figure, percentile
from tests.bench.processes import PROJECT
from tests.support.servers import postgresql
from tests.support.studio import clean_environ

LONGEST: Final = 3600
AT_MOST: Final = {"search": (10, 50), "page": (None, 50), "sums": (50, None), "list": (None, 100)}
"""p50 and p95 in milliseconds at 100,000 generations; at a million twice that, but for sums."""
MILLION: Final = 1_000_000


def run(
    count: int, *, on_postgresql: bool = False, people: int = 1, about: str = "history"
) -> list[Figure]:
    """Fill a database with ``count`` generations, then time every question in one process.

    The questions are those of ``tests.bench.history_client`` or, ``about`` usage, of the one
    named after that; they are asked of a history that ``people`` have shared.
    """
    with database(on_postgresql=on_postgresql) as environ:
        python(environ, "manage.py", "migrate", "--verbosity=0")
        python(environ, "manage.py", "collectstatic", "--verbosity=0", "--noinput")
        made = python(environ, "manage.py", "make_history", str(count), "--people", str(people))
        lines = python(environ, "-m", f"tests.bench.{about}_client").splitlines()
    bench = f"{about}, {count:,} on {'PostgreSQL' if on_postgresql else 'SQLite'}"
    speed = float(made.rpartition("(")[2].split()[0].replace(",", ""))
    figures = [Figure(bench, "rows made", speed, "/s")]
    for line in lines:
        figures += figures_of(bench, json.loads(line), 2 if count >= MILLION else 1)
    return figures


def figures_of(bench: str, told: dict[str, object], times: int = 1) -> Iterator[Figure]:
    """The figures of one question that a client has asked many times."""
    name, kind = str(told["name"]), str(told["kind"])
    wall, spent = list(told["wall"]), list(told["cpu"])  # type: ignore[call-overload]
    for percent, aim in zip((50, 95), AT_MOST.get(kind, (None, None)), strict=True):
        most = aim and (aim if kind == "sums" else aim * times)
        yield Figure(bench, f"{name}, p{percent}", percentile(wall, percent), "ms", most)
    yield Figure(bench, f"{name}, processor time", percentile(spent, 50), "ms")
    yield Figure(bench, f"{name}, queries", float(str(told["queries"])), "")


@contextmanager
def database(*, on_postgresql: bool) -> Iterator[dict[str, str]]:
    """The environment of an empty database, which is gone when the block is left."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        environ = clean_environ() | {"MODELLESS_DATA_DIR": str(Path(folder))}
        if not on_postgresql:
            yield environ
            return
        with postgresql() as database:
            yield environ | {"DATABASE_URL": database}


def python(environ: dict[str, str], *command: str) -> str:
    """Run Python with that environment; return what it printed."""
    done = subprocess.run(
        [sys.executable, *command],
        cwd=PROJECT,
        env=environ | {"PYTHONPATH": os.fspath(PROJECT)},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
        timeout=LONGEST,
    )
    return done.stdout
