"""``manage.py import_prices FILE``: take prices from a CSV file into the price book."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from modelless_web.backup.database import refuse_if_none
from modelless_web.config.management.console import plain_failures
from modelless_web.records.prices import sheets


class Command(BaseCommand):
    help = (
        "Take prices from a CSV file into the price book: all of them, or none where a line is "
        f"wrong. The columns are: {', '.join(sheets.COLUMNS)}."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--dry-run", action="store_true", help="only tell what the file would change"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        with plain_failures("Nothing was changed."):
            refuse_if_none()
            plan = sheets.plan(options["file"].read_bytes(), timezone.now())
            if not (plan.problems or options["dry_run"]):
                sheets.carry_out(plan)
        if plan.problems:
            raise CommandError("\n".join(["Nothing was changed.", *plan.problems]))
        self.stdout.write(plan.sentence + (" Nothing was changed." if options["dry_run"] else ""))
