"""Asks for the pages of the admin in this process; prints a JSON line a question."""

import json
import os
import time
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

import django
from django.test import Client
from django.utils import timezone

from tests.bench.history_client import opened, tell

EXPORTED: Final = (50_000, 250_000, 500_000)
LOOK: Final = 500
LIST: Final = "/admin/records/generation/"


def main() -> None:
    """Time each page, after two that warm it up."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "modelless_web.config.settings")
    django.setup()
    measure()


def measure() -> None:
    """Ask for the list, its totals and bars under several filters, and for an export."""
    from modelless_web.records.models import User

    client = Client(headers={"host": "localhost"})
    boss, _ = User.objects.get_or_create(username="boss", is_staff=True, is_superuser=True)
    client.force_login(boss)
    past = timezone.now().date() - timedelta(days=400)
    days = {"day__gte": past.isoformat(), "day__lt": (past + timedelta(days=30)).isoformat()}
    filters: dict[str, dict[str, str]] = {
        "everything": {},
        "page 100": {"p": "100"},
        "failed": {"status__exact": "failed"},
        "of a model": {"model": "claude-haiku"},
        "of a person": {"owner": "history-7"},
        "an error": {"error_kind__exact": "rate"},
        "a month, a year ago": days,
        "dear ones": {"cost": "more"},
        "slow ones": {"took": "more"},
        "a search": {"q": "status:failed quetzalcoatl"},
        "a common word": {"q": "sea"},
        "a common word, page 30": {"q": "sea", "p": "30"},
        "a common word, failed": {"q": "sea", "status__exact": "failed"},
        "a common word, of a person": {"q": "sea", "owner": "history-7"},
        "a common word, dear ones": {"q": "sea", "cost": "more"},
        "a common word, a month": {"q": "sea", **days},
        "failed, as a search": {"q": "status:failed"},
        "of a person, as a search": {"q": "owner:history-7"},
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
    """Take half a million rows along in each form, and look at this process's memory meanwhile."""
    from modelless_web.records.export.csv import table
    from modelless_web.records.export.json_lines import json_lines
    from modelless_web.records.models import Generation

    for form, told in ("CSV", table), ("JSON Lines", json_lines):
        _exported(form, told(Generation.objects.all()))


def _exported(form: str, pieces: Iterator[bytes]) -> None:
    began, before, peak, size = time.perf_counter(), _own(), 0.0, 0
    for rows, piece in enumerate(pieces, 1):
        size += len(piece)
        peak = peak if rows % LOOK else max(peak, _own())
        if rows in EXPORTED:
            name = f"{form} of {rows:,} rows"
            _say(f"{name}, more memory at the peak", peak - before, "MiB", 60)
            _say(f"{name}, rows", rows / (time.perf_counter() - began), "a second")
            _say(f"{name}, size", size / 2**20, "MiB")
        if rows == EXPORTED[-1]:
            return


def _own() -> float:
    """Memory of its own in MiB; the database file, which SQLite maps, is the kernel's to drop."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("RssAnon:")[2].split()[0]) / 1024


def _say(name: str, value: float, unit: str, aim: float | None = None) -> None:
    print(json.dumps({"name": name, "value": value, "unit": unit, "aim": aim}), flush=True)


if __name__ == "__main__":
    main()
