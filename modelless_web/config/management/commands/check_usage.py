"""``manage.py check_usage``: whether the roll-up says what the ledger says."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.template.defaultfilters import pluralize

from modelless_web.backup.database import refuse_if_none
from modelless_web.config.management.console import plain_failures
from modelless_web.records.models import Generation
from modelless_web.records.usage import rollup, storage
from modelless_web.records.usage.checking import differences, wrong_storage


class Command(BaseCommand):
    help = "Count usage and storage anew; one line and exit status 1 for each difference."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--rebuild", action="store_true", help="keep what was counted anew")

    def handle(self, *args: Any, **options: Any) -> None:
        with plain_failures("The check is not complete."):
            refuse_if_none()
            if options["rebuild"]:
                rollup.rebuild()
                storage.recount()
            found = [str(one) for one in differences()]
            for person, should_be in wrong_storage().items():
                found.append(f"{person}: {person.stored_bytes:,} bytes, not {should_be:,}")
            count = Generation.objects.count()
        for line in found:
            self.stdout.write(line)
        if found:
            sys.exit(1)
        self.stdout.write(f"Usage is right, counted from {count:,} generation{pluralize(count)}.")
