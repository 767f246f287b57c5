"""Opens the usage pages of the database that the environment names; a JSON line each."""

import os
from functools import partial
from typing import Final

import django
from django.test import Client
from django.utils import timezone

from tests.bench.history_client import opened, tell

EVERYONE: Final = "/usage/everyone/?"


def main() -> None:
    """Time each page as the person who has made the most, who may see what all have used."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "modelless_web.config.settings")
    django.setup()
    from modelless_web.records.models import User

    User.objects.filter(username="history").update(is_staff=True, is_superuser=True)
    client = Client(headers={"host": "localhost"})
    client.force_login(User.objects.get(username="history"))
    # The sample ends at the midnight before today.
    last = f"{timezone.now().year - 1}-10"
    full = f"period={last}"
    pages = {
        "my month": f"/usage/?{full}",
        "my year": f"/usage/?period={last[:4]}",
        "everyone, this month": EVERYONE,
        "everyone, a full month": f"{EVERYONE}{full}",
        "everyone, a full month in dollars": f"{EVERYONE}{full}&measure=USD",
        "everyone, one person": f"{EVERYONE}{full}&person=history-3",
        "everyone, by person and model": f"{EVERYONE}{full}&by=owner&by=model",
        "everyone, by person, model and day": f"{EVERYONE}{full}&by=owner&by=model&by=day",
    }
    for name, address in pages.items():
        tell("sums", name, partial(opened, client, address))
    slow = {
        "everyone, a year": f"{EVERYONE}period={last[:4]}",
        "everyone, a full month with speeds": f"{EVERYONE}{full}&speed=1",
        "everyone, a month as CSV": f"{EVERYONE}{full}&format=csv",
    }
    for name, address in slow.items():
        tell("free", name, partial(opened, client, address))


if __name__ == "__main__":
    main()
