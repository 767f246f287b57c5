"""How soon the admin answers over a long ledger, and what an export of much of it holds."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from tests.bench.figures import Figure
from tests.bench.history import database, figures_of, python
from tests.support.studio import clean_environ

CLIENT: Final = "tests.bench.admin_client"
KEPT: Final = "BENCH_DATA_DIR"
"""Names a data folder to fill once and to measure again."""


def run(count: int, *, on_postgresql: bool = False) -> list[Figure]:
    """Fill a database with ``count`` generations, then ask for every page in one process."""
    bench = f"admin, {count:,} on {'PostgreSQL' if on_postgresql else 'SQLite'}"
    with _filled(count, on_postgresql=on_postgresql) as environ:
        lines = python(environ, "-m", CLIENT).splitlines()
    figures: list[Figure] = []
    for line in lines:
        told = json.loads(line)
        if "value" in told:
            figures.append(Figure(bench, told["name"], told["value"], told["unit"], told["aim"]))
        else:
            figures += figures_of(bench, told)
    return figures


@contextmanager
def _filled(count: int, *, on_postgresql: bool) -> Iterator[dict[str, str]]:
    kept = os.environ.get(KEPT)
    if kept and os.path.exists(f"{kept}/filled"):
        yield clean_environ() | {"MODELLESS_DATA_DIR": kept}
        return
    with database(on_postgresql=on_postgresql) as environ:
        if kept:
            environ = environ | {"MODELLESS_DATA_DIR": kept}
        python(environ, "manage.py", "migrate", "--verbosity=0")
        python(environ, "manage.py", "collectstatic", "--verbosity=0", "--noinput")
        python(environ, "manage.py", "make_history", str(count))
        python(environ, "-m", CLIENT, "--fill")
        if kept:
            with open(f"{kept}/filled", "w"):
                pass
        yield environ
