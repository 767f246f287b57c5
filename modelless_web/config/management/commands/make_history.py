"""``manage.py make_history 100000``: fill a database with rows to measure and to try with."""

import time
from argparse import ArgumentParser, ArgumentTypeError
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from modelless_web.backup.database import refuse_if_none
from modelless_web.config.management.cast import ZONES
from modelless_web.config.management.console import plain_failures, progress
from modelless_web.config.management.sample import Sample, tell_planner
from modelless_web.records.models import Gateway, Generation, User
from modelless_web.records.models.generations import midnight
from modelless_web.records.search import index

OWNER = "history"
GATEWAY = "Sample"


class Command(BaseCommand):
    help = "Fill a database with made-up generations, small pictures and marks, for measuring."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("count", type=_count, metavar="N", help="how many generations")
        parser.add_argument("--owner", default=OWNER, help="whose they are; made if missing")
        parser.add_argument(
            "--people", type=_count, default=1, metavar="N", help="how many people share the work"
        )
        parser.add_argument("--seed", type=int, help="the same seed, the same rows")
        parser.add_argument(
            "--until", type=datetime.fromisoformat, help="the last day, as in 2026-03-05"
        )
        parser.add_argument(
            "--beside", action="store_true", help="even beside what people have really made"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        with plain_failures("What was written before that is there; the rest is not."):
            refuse_if_none()
            has_others = Generation.objects.exclude(gateway__name=GATEWAY).exists()
            if has_others and not options["beside"]:
                raise CommandError(
                    "People have made something here, and thousands of made-up rows would hide "
                    "it; use another MODELLESS_DATA_DIR, or --beside. Nothing was changed."
                )
            is_first = not Generation.objects.exists()
            began = time.monotonic()
            self._make(options)
            if not is_first:
                # These are older than what is there, and the index counts by age.
                index.rebuild()
            tell_planner()
        seconds = time.monotonic() - began
        count = options["count"]
        self.stdout.write(
            f"Made {count:,} generations of {options['owner']} in {seconds:,.1f} s "
            f"({count / seconds:,.0f} a second)."
        )

    def _make(self, options: dict[str, Any]) -> None:
        names = [
            options["owner"],
            *(f"{options['owner']}-{n}" for n in range(2, options["people"] + 1)),
        ]
        owners = [_person(name, place) for place, name in enumerate(names)]
        gateway, _ = Gateway.objects.get_or_create(
            name=GATEWAY,
            defaults={"base_url": "http://127.0.0.1:9/v1", "enabled": False},
        )
        until = midnight((options["until"] or timezone.now()).date())
        tell = progress("generations")
        seed = options["seed"] or 1 + Generation.objects.filter(gateway=gateway).count()
        sample = Sample(owners, gateway, until=until, seed=seed)
        for done in sample.make(options["count"]):
            tell(done, options["count"])


def _person(name: str, place: int) -> User:
    """Somebody of that name, who lives anywhere on Earth if they are new; nobody can sign in."""
    zone = ZONES[place % len(ZONES)]
    person, is_new = User.objects.get_or_create(username=name, defaults={"time_zone": zone})
    if is_new:
        person.set_unusable_password()
        person.save(update_fields=["password"])
    return person


def _count(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise ArgumentTypeError("it must be a whole number from 1 on")
    return int(text)
