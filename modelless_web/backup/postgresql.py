"""A PostgreSQL database in a backup: a CSV for each table, in the shape that Django gave it.

Not by pg_dump: it is often not where the studio runs, refuses a newer server, and its output can
only be read by its like. COPY needs nothing but the connection, and the tables are made by the
migrations that the backup names, so an older one is brought forward as any database is.
"""

import csv
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal

from django.apps import apps
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from modelless_web.backup.about import Migration
from modelless_web.backup.archive import PIECE, DamagedError

OPTIONS: Final = "WITH (FORMAT csv, HEADER, ENCODING 'UTF8')"


def is_empty() -> bool:
    """Whether the database holds no table at all."""
    return not connection.introspection.table_names()


@contextmanager
def snapshot(folder: Path) -> Iterator[None]:
    """Copy the tables into ``folder`` as of one moment, that of every query in the block."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        for table in _tables():
            with (folder / f"{table}.csv").open("wb") as file:
                _copy_out(table, file.write)
        yield


@contextmanager
def loaded(folder: Path, migrations: list[Migration]) -> Iterator[None]:
    """Make the tables of ``migrations``, fill them, and bring them to the newest migration.

    All in one transaction, which the block belongs to: it is committed when that ends well.
    """
    with transaction.atomic():
        _migrate_to(migrations)
        _check("DEFERRED")
        for path in sorted(folder.iterdir()):
            if path.stem not in _tables():
                raise DamagedError(f"it holds a table that no studio has ({path.stem})")
            _copy_in(path)
        # A table with checks that still wait can't be altered.
        _check("IMMEDIATE")
        call_command("migrate", verbosity=0, interactive=False)
        _count_on()
        yield


def _tables() -> list[str]:
    """Every table of Django's models that there is; the list of migrations is none of them."""
    names = connection.introspection.table_names()
    return sorted(name for name in names if name != "django_migrations")


def _copy_out(table: str, write: Callable[[bytes], object]) -> None:
    with connection.cursor() as cursor, connection.wrap_database_errors:
        statement = f"COPY {_quoted([table])} TO STDOUT {OPTIONS}"
        with cursor.copy(statement) as copy:  # psycopg's, through Django's cursor
            for piece in copy:
                write(piece)


def _copy_in(path: Path) -> None:
    """Fill a table; the first line of the file names the columns."""
    with path.open(newline="", encoding="utf-8") as text:
        columns = next(csv.reader(text), [])
    table = _quoted([path.stem])
    with path.open("rb") as file, connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.execute(f"DELETE FROM {table}")  # noqa: S608 - quoted
        with cursor.copy(f"COPY {table} ({_quoted(columns)}) FROM STDIN {OPTIONS}") as copy:
            while piece := file.read(PIECE):
                copy.write(piece)


def _quoted(names: Iterable[str]) -> str:
    """Identifiers as they may stand in a statement."""
    return ", ".join('"' + name.replace('"', '""') + '"' for name in names)


def _migrate_to(migrations: list[Migration]) -> None:
    """Make the tables as the backup's database had them."""
    executor = MigrationExecutor(connection)
    nodes = executor.loader.graph.node_map
    known = set(migrations)
    ends = [
        name
        for name in migrations
        if name in nodes
        and not any(
            child.key in known and child.key[0] == name[0] for child in nodes[name].children
        )
    ]
    executor.migrate(ends)


def _check(when: Literal["DEFERRED", "IMMEDIATE"]) -> None:
    """Have foreign keys checked at the end, when every table is full, or now."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET CONSTRAINTS ALL {when}")


def _count_on() -> None:
    """Have new rows numbered after the old ones."""
    models = apps.get_models(include_auto_created=True)
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)
