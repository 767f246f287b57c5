"""How soon the admin answers over a long ledger, and what an export of much of it holds."""

import json
from typing import Final

from tests.bench.figures import Figure
from tests.bench.history import database, figures_of, python

CLIENT: Final = "tests.bench.admin_client"
PEOPLE: Final = "40"


def run(count: int, *, on_postgresql: bool = False) -> list[Figure]:
    """Fill a database with ``count`` generations, then ask for every page in one process."""
    with database(on_postgresql=on_postgresql) as environ:
        python(environ, "manage.py", "migrate", "--verbosity=0")
        python(environ, "manage.py", "collectstatic", "--verbosity=0", "--noinput")
        python(environ, "manage.py", "make_history", str(count), "--people", PEOPLE)
        lines = python(environ, "-m", CLIENT).splitlines()
    bench = f"admin, {count:,} on {'PostgreSQL' if on_postgresql else 'SQLite'}"
    return [figure for line in lines for figure in _figures(bench, json.loads(line))]


def _figures(bench: str, told: dict[str, object]) -> list[Figure]:
    if "value" in told:
        return [Figure(bench, **told)]  # type: ignore[arg-type]
    return list(figures_of(bench, told))
