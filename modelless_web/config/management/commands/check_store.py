"""``manage.py check_store``: whether every stored picture is there, byte for byte."""

import sys
from argparse import ArgumentParser
from collections import Counter
from itertools import chain
from typing import Any

from django.core.management.base import BaseCommand
from django.template.defaultfilters import pluralize

from modelless_web.backup.database import refuse_if_none
from modelless_web.config.management.console import plain_failures
from modelless_web.records.checking import Finding, check_pictures, find_left_over


class Command(BaseCommand):
    help = "Compare every stored picture with its SHA-256; exit status 1 if one is not right."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--mend", action="store_true", help="make missing thumbnails anew")

    def handle(self, *args: Any, **options: Any) -> None:
        counted: Counter[Finding | None] = Counter()
        with plain_failures("The check is not complete."):
            refuse_if_none()
            for found in chain(check_pictures(mend=options["mend"]), find_left_over()):
                counted[found.finding] += 1
                if found.finding:
                    self.stdout.write(f"{found.finding}: {found.name}")
        findings = ", ".join(f"{counted[finding]:,} {finding}" for finding in Finding)
        right = counted[None]
        self.stdout.write(f"{right:,} picture{pluralize(right, ' is,s are')} right; {findings}.")
        if any(finding and finding.is_wrong for finding in counted):
            sys.exit(1)
