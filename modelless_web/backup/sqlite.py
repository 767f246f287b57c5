"""A SQLite database in a backup: one file, copied by SQLite itself while others write."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from django.core.management import call_command
from django.db import connection

from modelless_web.backup.archive import DamagedError

FILE: Final = "studio.sqlite3"


def home() -> Path:
    """Where the database lies."""
    return Path(connection.settings_dict["NAME"]).resolve()


def is_empty() -> bool:
    """Whether there is no database yet, nor a log that would be taken for the new one's."""
    return not any(home().with_name(home().name + end).exists() for end in ("", "-wal", "-shm"))


@contextmanager
def snapshot(folder: Path) -> Iterator[None]:
    """Copy the database into ``folder`` as of one moment; in the block, queries read the copy."""
    path = folder / FILE
    connection.ensure_connection()
    with closing(sqlite3.connect(path)) as copy, connection.wrap_database_errors:
        # In one step: readers of a write-ahead log hold nobody up, and nothing is begun anew.
        connection.connection.backup(copy)
    with _aimed_at(path):
        yield


@contextmanager
def loaded(folder: Path) -> Iterator[None]:
    """Bring the copy in ``folder`` to the newest migration; in the block, queries reach it.

    It takes its place when the block ends well, and not at all otherwise.
    """
    path = folder / FILE
    if not path.exists():
        raise DamagedError("it holds no database")
    with _aimed_at(path):
        call_command("migrate", verbosity=0, interactive=False)
        yield
    os.replace(path, home())


@contextmanager
def _aimed_at(path: Path) -> Iterator[None]:
    """Have Django's connection lead to another file, and leave that as one file behind."""
    connection.close()
    before = connection.settings_dict["NAME"]
    connection.settings_dict["NAME"] = str(path)
    try:
        yield
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA journal_mode=DELETE")
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before
