"""Asks for the pages of the admin in this process; prints a JSON line a question.

With ``--fill`` it first gives what ``make_history`` made prices, durations and many owners.
"""

import json
import os
import sys
import time
from datetime import timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

import django
from django.test import Client
from django.utils import timezone

from tests.bench.history_client import opened, tell

PEOPLE: Final = 200
MOST_EXPORTED: Final = 500_000
LOOK: Final = 500
LIST: Final = "/admin/records/generation/"

FILL: Final = """
    UPDATE records_generation SET
        day = date(queued_at),
        duration_ms = {took},
        owner_id = {first} + {chance} % {people},
        charge = CASE status
            WHEN 'succeeded' THEN 'charged' WHEN 'failed' THEN 'refused' ELSE 'maybe' END,
        currency = 'USD',
        cost_basis = 'exact',
        picture_count = 1,
        prompt_tokens = 20,
        cost = CASE status WHEN 'succeeded' THEN 1000000 * (1 + {chance} % 1200) ELSE 0 END
"""


def main() -> None:
    """Time each page, after two that warm it up."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "modelless_web.config.settings")
    django.setup()
    if "--fill" in sys.argv:
        fill()
    else:
        measure()


def measure() -> None:
    """Ask for the list, its totals and bars under several filters, and for an export."""
    from modelless_web.records.models import User

    client = Client(headers={"host": "localhost"})
    client.force_login(User.objects.get(username="boss"))
    past = timezone.now().date() - timedelta(days=400)
    days = {"day__gte": past.isoformat(), "day__lt": (past + timedelta(days=30)).isoformat()}
    filters: dict[str, dict[str, str]] = {
        "everything": {},
        "page 100": {"p": "100"},
        "failed": {"status__exact": "failed"},
        "of a model": {"model": "claude-haiku"},
        "of a person": {"owner": "person-7"},
        "an error": {"error_kind__exact": "rate"},
        "a month, a year ago": days,
        "dear ones": {"cost": "more"},
        "slow ones": {"took": "more"},
        "a search": {"q": "status:failed quetzalcoatl"},
        "a common word": {"q": "sea"},
    }
    for name, query in filters.items():
        tell("list", f"list, {name}", partial(opened, client, f"{LIST}?{urlencode(query)}"))
    for name, query in filters.items():
        address = f"{LIST}totals/?{urlencode(query)}"
        tell("totals", f"totals and bars, {name}", partial(opened, client, address))
    for name in ("storage", "engine"):
        tell("totals", name, partial(opened, client, f"/admin/{name}/"))
    export()


def export() -> None:
    """Take half a million rows along as CSV, and look at this process's own memory meanwhile."""
    from modelless_web.records.export.csv import table
    from modelless_web.records.models import Generation

    began, before, peak, size, rows = time.perf_counter(), _own(), 0.0, 0, 0
    for rows, piece in enumerate(islice(table(Generation.objects.all()), MOST_EXPORTED)):
        size += len(piece)
        peak = peak if rows % LOOK else max(peak, _own())
    seconds = time.perf_counter() - began
    name = f"CSV of {rows + 1:,} rows"
    _say(f"{name}, more memory at the peak", peak - before, "MiB", 60)
    _say(f"{name}, rows", rows / seconds, "a second")
    _say(f"{name}, size", size / 2**20, "MiB")


def fill() -> None:
    """Spread the generations over many people, and say of each what it cost and how long it took.

    By their own times, so that the same rows are made every time.
    """
    from django.db import connection

    from modelless_web.records.models import User
    from modelless_web.records.usage import rollup

    User.objects.create_superuser("boss", password=None)
    people = User.objects.bulk_create(User(username=f"person-{n}") for n in range(PEOPLE))
    first = min(person.pk for person in people)
    took = {
        "sqlite": "CAST((julianday(saved_at) - julianday(queued_at)) * 86400000 AS integer)",
        "postgresql": "(EXTRACT(EPOCH FROM saved_at - queued_at) * 1000)::bigint",
    }
    # Whole numbers that look like chance, on both databases.
    chance = {"sqlite": "abs(random())", "postgresql": "floor(random() * 1e9)::bigint"}
    with connection.cursor() as cursor:
        cursor.execute(
            FILL.format(
                took=took[connection.vendor],
                chance=chance[connection.vendor],
                first=first,
                people=PEOPLE,
            )
        )
    rollup.rebuild()


def _own() -> float:
    """Memory of its own in MiB; the database file, which SQLite maps, is the kernel's to drop."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("RssAnon:")[2].split()[0]) / 1024


def _say(name: str, value: float, unit: str, aim: float | None = None) -> None:
    print(json.dumps({"name": name, "value": value, "unit": unit, "aim": aim}), flush=True)


if __name__ == "__main__":
    main()
