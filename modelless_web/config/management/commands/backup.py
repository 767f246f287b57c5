"""``manage.py backup FILE``: everything that the studio remembers in one file, while it runs."""

import glob
import os
import shutil
import sys
import tempfile
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import filesizeformat

from modelless_web.backup.archive import RefusedError
from modelless_web.backup.create import Made, create
from modelless_web.config.management.console import plain_failures, progress
from modelless_web.records.files import sync_folder

ABANDONED: Final = 24 * 3600
NO_KEYS: Final = (
    "It holds no keys: keep secret.key and fields.key apart, or those who restore it sign in "
    "anew, guests lose the way to their history, and gateways need their keys again."
)
KEYS: Final = (
    "It holds the keys: whoever reads it can sign in as anybody and use the gateways. "
    "Only its owner may read it (mode 0600)."
)


class Command(BaseCommand):
    help = "Write database and pictures to one file, while the studio runs."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="where to; - is the standard output")
        parser.add_argument("--with-keys", action="store_true", help="the keys too")
        parser.add_argument("--force", action="store_true", help="replace a file that is there")

    def handle(self, *args: Any, **options: Any) -> None:
        with plain_failures("No backup was made."):
            if options["file"] == "-":
                made = _to_output(options["with_keys"])
            else:
                made = _to_file(Path(options["file"]), options["with_keys"], options["force"])
        self._report(options["file"], made)

    def _report(self, name: str, made: Made) -> None:
        say = self.stderr if name == "-" else self.stdout
        where = "Written" if name == "-" else name
        plain = str  # neither is a failure, so neither is red
        say.write(f"{where}: {made.about}, {filesizeformat(made.size)}.", plain)
        say.write(KEYS if made.about.has_keys else NO_KEYS, plain)
        if made.missing:
            self.stderr.write(
                f"{len(made.missing):,} pictures are missing from the store and so from the "
                "backup; manage.py check_store names them."
            )


def _to_output(with_keys: bool) -> Made:
    if sys.stdout.isatty():
        raise CommandError("A backup is no text for a terminal; name a file, or pipe it on.")
    with tempfile.TemporaryDirectory() as workshop:
        made = create(
            sys.stdout.buffer,
            workshop=Path(workshop),
            with_keys=with_keys,
            tell=progress("pictures"),
        )
        sys.stdout.buffer.flush()
    return made


def _to_file(path: Path, with_keys: bool, force: bool) -> Made:
    """Write beside ``path`` and take its name at the end: a file of that name is always whole."""
    _refuse_taken(path, force)
    beside, prefix = path.absolute().parent, f"{path.name}.unfinished-"
    _clear_leftovers(beside, prefix)
    with tempfile.TemporaryDirectory(prefix=prefix, dir=beside) as folder:
        unfinished = Path(folder) / "backup.tar"
        descriptor = os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            made = create(
                file, workshop=Path(folder), with_keys=with_keys, tell=progress("pictures")
            )
            file.flush()
            os.fsync(descriptor)
        _refuse_taken(path, force)
        os.replace(unfinished, path)
        sync_folder(beside)
    return made


def _clear_leftovers(folder: Path, prefix: str) -> None:
    """Remove what a backup left behind that was killed; one under way writes all the time."""
    for leftover in folder.glob(f"{glob.escape(prefix)}*"):
        changed = max((path.stat().st_mtime for path in leftover.rglob("*")), default=0)
        if max(changed, leftover.stat().st_mtime) < time.time() - ABANDONED:
            shutil.rmtree(leftover, ignore_errors=True)


def _refuse_taken(path: Path, force: bool) -> None:
    if path.is_dir():
        raise RefusedError(f"{path} is a folder; name a file in it. No backup was made.")
    if path.exists() and not force:
        raise RefusedError(
            f"{path} is there already; name another file, or replace it with --force. "
            "No backup was made."
        )
