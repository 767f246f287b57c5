"""``python -m tests.bench [name …] [--json FILE]``: measure, print a table and JSON lines."""

import argparse
import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from tests.bench import admin, cpu, crowd, export, history, latency, memory, page, start
from tests.bench.figures import Figure, table

BENCHES: Final[dict[str, Callable[[], list[Figure]]]] = {
    "first_token": latency.first_token,
    "delta_latency": latency.delta_latency,
    "cpu": cpu.run,
    "crowd": crowd.run,
    "memory": memory.run,
    "start": start.run,
    "page": page.run,
    "export": export.run,
}
PEOPLE: Final = 40
"""Who share the history of which usage is read."""
# Those that are told how many generations there are, and on which database.
ON_ROWS: Final[dict[str, Callable[..., list[Figure]]]] = {
    "history": history.run,
    "usage": partial(history.run, people=PEOPLE, about="usage"),
    "admin": admin.run,
}


def main() -> None:
    """Run the benches that were named, or all; figures are for reading and judge nothing."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join([*BENCHES, *ON_ROWS]))
    parser.add_argument("--rows", type=int, default=10_000, help="generations of the history")
    parser.add_argument("--postgresql", action="store_true", help="history and admin on PostgreSQL")
    parser.add_argument("--json", type=Path, help="write the figures there too, one per line")
    given = parser.parse_args()
    benches = BENCHES | {
        name: partial(run, given.rows, on_postgresql=given.postgresql)
        for name, run in ON_ROWS.items()
    }
    unknown = set(given.names) - set(benches)
    if unknown:
        parser.error(f"no such bench: {', '.join(sorted(unknown))}")
    # Asked to stop, we still end every process that was started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    figures: list[Figure] = []
    for name in given.names or benches:
        load = Figure(name, "load of the machine before", os.getloadavg()[0], "")
        found = [load, *benches[name]()]
        print(table(found), end="\n\n", flush=True)
        figures += found
    lines = "".join(f"{figure.line()}\n" for figure in figures)
    print(lines, end="")
    if given.json:
        given.json.write_text(lines)


if __name__ == "__main__":
    main()
