"""The database in a backup, whichever it is."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder

from modelless_web.backup import postgresql, sqlite
from modelless_web.backup.about import Migration
from modelless_web.backup.archive import RefusedError

EMPTY: Final = "restore into an empty install, such as a new MODELLESS_DATA_DIR."


def home() -> Path:
    """What a restored database is unpacked beside."""
    return sqlite.home() if connection.vendor == "sqlite" else settings.DATA_DIR / "database"


def refuse_if_none() -> None:
    """Raise RefusedError if there is no studio's database to back up."""
    if _is_empty() or not MigrationRecorder(connection).has_table():
        raise RefusedError("There is no studio's database here yet, so there is nothing to do.")


def refuse_if_any() -> None:
    """Raise RefusedError if there is a database that a restored one would replace."""
    if not _is_empty():
        where = f"at {sqlite.home()}" if connection.vendor == "sqlite" else "at DATABASE_URL"
        raise RefusedError(f"There is a database {where} already; {EMPTY} Nothing was changed.")


def snapshot(folder: Path) -> AbstractContextManager[None]:
    """Copy the database into ``folder`` as of one moment, that of every query in the block."""
    return sqlite.snapshot(folder) if connection.vendor == "sqlite" else postgresql.snapshot(folder)


def loaded(folder: Path, migrations: list[Migration]) -> AbstractContextManager[None]:
    """Bring a copy to the newest migration; queries in the block reach it.

    It takes its place when the block ends well, and leaves everything as it was otherwise.
    """
    if connection.vendor == "sqlite":
        return sqlite.loaded(folder)
    return postgresql.loaded(folder, migrations)


def _is_empty() -> bool:
    if connection.vendor == "sqlite":
        return sqlite.is_empty()
    try:
        return postgresql.is_empty()
    except OperationalError as error:
        raise RefusedError(
            f"The database can't be reached ({error}); check DATABASE_URL."
        ) from error
