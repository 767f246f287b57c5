"""``manage.py rotate_keys``: a new key for the API keys at rest, while studios run."""

import time
from argparse import ArgumentParser
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import pluralize

from modelless_web.backup.database import refuse_if_none
from modelless_web.config.management.console import plain_failures
from modelless_web.records import rotation
from modelless_web.records.secrets import key_file

# Whoever has read a row, or is about to write one, under an old key gets the time to finish.
PAUSE: Final = 2.0


class Command(BaseCommand):
    help = "Encrypt the gateways' keys with a new key; studios that run take it up by themselves."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--drop-old", action="store_true", help="forget the older keys then")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with plain_failures("Every key can be read as before."), rotation.alone():
                refuse_if_none()
                self._rotate(options["drop_old"])
        except rotation.BusyError as error:
            raise CommandError("Another rotation is going on; wait for its end.") from error

    def _rotate(self, drop_old: bool) -> None:
        rotation.add_key()
        renewed = rotation.lock_anew()
        self.stdout.write(f"Encrypted with a new key: {_gateways(renewed)}.")
        if drop_old:
            time.sleep(PAUSE)
            rotation.lock_anew()
            dropped = rotation.drop_old_keys()
            self.stdout.write(f"Dropped: {dropped:,} older key{pluralize(dropped)}.")
        self.stdout.write(
            f"Studios that use {key_file()} take it up by themselves; "
            "a copy elsewhere has to be replaced by it."
        )
        unreadable = len(rotation.unreadable())
        if unreadable:
            raise CommandError(
                f"No key opens what is stored for {_gateways(unreadable)}; "
                "give their keys again in Django admin."
            )


def _gateways(count: int) -> str:
    return f"{count:,} gateway{pluralize(count)}"
