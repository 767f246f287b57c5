"""Opens the usage pages of the database that the environment names; a JSON line each."""

import os
from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from itertools import combinations
from typing import Final

import django
from django.test import Client
from django.utils import timezone

from tests.bench.history_client import opened, tell

MINE: Final = "/usage/?"
EVERYONE: Final = "/usage/everyone/?"
BY: Final = {
    MINE: ("day", "model", "status", "charge"),
    EVERYONE: ("owner", "model", "day", "status", "charge"),
}


def main() -> None:
    """Time each page as the person who has made the most, who may see what all have used."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "modelless_web.config.settings")
    django.setup()
    from modelless_web.records.models import Usage, User

    User.objects.filter(username="history").update(is_staff=True, is_superuser=True)
    client = Client(headers={"host": "localhost"})
    client.force_login(User.objects.get(username="history"))
    # The sample ends at the midnight before today.
    day = Usage.objects.latest("day").day - timedelta(days=1)
    for name, address in pages(day):
        tell("sums", name, partial(opened, client, address))
    month = (timezone.now().date().replace(day=1) - timedelta(days=1)).isoformat()[:7]
    slow = {
        "everyone, a full month with speeds": f"{EVERYONE}period={month}&speed=1",
        "everyone, a month as CSV": f"{EVERYONE}period={month}&format=csv",
    }
    for name, address in slow.items():
        tell("free", name, partial(opened, client, address))


def pages(day: date) -> Iterator[tuple[str, str]]:
    """Every period with all that can be counted together, and some that are narrowed."""
    month = (day.replace(day=1) - timedelta(days=1)).isoformat()[:7]
    periods = {
        "a day": f"period={day}",
        "a month": f"period={month}",
        "12 months": "period=months",
        "a year": f"period={day.year - 1}",
        "all time": "period=all",
    }
    for whose, place in (("mine", MINE), ("everyone", EVERYONE)):
        names = BY[place]
        for period, words in periods.items():
            for size in (0, 1, 2, len(names)):
                for by in combinations(names, size):
                    chosen = "".join(f"&by={name}" for name in by)
                    told = f" by {', '.join(by)}" if by else ""
                    yield f"{whose}, {period}{told}", f"{place}{words}{chosen}"
    for period in ("a month", "12 months"):
        words = periods[period]
        yield f"everyone, {period} in dollars", f"{EVERYONE}{words}&measure=USD"
        yield f"everyone, {period} of a person", f"{EVERYONE}{words}&person=history-3"
        yield f"everyone, {period} of a model", f"{EVERYONE}{words}&model=gpt-4o-mini"
        yield f"everyone, {period}, failed", f"{EVERYONE}{words}&status=failed"


if __name__ == "__main__":
    main()
