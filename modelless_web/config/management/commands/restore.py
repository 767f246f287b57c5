"""``manage.py restore FILE``: a backup into an empty install."""

import sys
from argparse import ArgumentParser
from contextlib import closing
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from modelless_web.backup.restore import Restored, restore
from modelless_web.config.lock import lock_data_folder
from modelless_web.config.management.console import plain_failures, progress


class Command(BaseCommand):
    help = "Restore a backup into an empty install, or change nothing."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file", help="a file that manage.py backup made; - is the standard input"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        name, tell = options["file"], progress("pictures")
        lock = lock_data_folder("stop it first. Nothing was changed.")
        with closing(lock), plain_failures("Nothing was changed."):
            if name == "-":
                restored = restore(sys.stdin.buffer, tell=tell)
            else:
                with Path(name).open("rb") as file:
                    restored = restore(file, tell=tell)
        self._report(restored)

    def _report(self, restored: Restored) -> None:
        about = restored.about
        self.stdout.write(f"Restored as of {about.made_at}: {about}.")
        if not about.has_keys:
            self.stdout.write(
                "It held no keys: unless secret.key was put here by hand, everybody signs in anew."
            )
        if restored.keyless:
            self.stdout.write(
                "These gateways need their keys again, by MODELLESS_API_KEY or in Django admin: "
                + ", ".join(restored.keyless)
            )
