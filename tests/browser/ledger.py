"""The studio's record, read beside it: what a page shows is compared with this."""

import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.support.studio import Studio


class Ledger:
    """The database of a running studio."""

    def __init__(self, studio: Studio) -> None:
        self._folder = studio.data_dir
        self.path = self._folder / "studio.sqlite3"

    def generation(self, pk: str) -> dict[str, Any]:
        """One row of the ledger."""
        return self._one("SELECT * FROM records_generation WHERE id = ?", _hex(pk))

    def texts(self, pk: str) -> list[str]:
        """What each choice said, in order."""
        found = self._rows(
            'SELECT text FROM records_choice WHERE generation_id = ? ORDER BY "index"', _hex(pk)
        )
        return [row["text"] for row in found]

    def picture(self, pk: str) -> dict[str, Any]:
        """The first picture of a generation."""
        return self._one("SELECT * FROM records_picture WHERE generation_id = ?", _hex(pk))

    def original(self, sha256: str) -> bytes:
        """The stored bytes of a picture, by what they are."""
        return self._originals(sha256).read_bytes()

    def count(self, like: str) -> int:
        """How many generations were made by the owner of this one."""
        mine = "SELECT owner_id FROM records_generation WHERE id = ?"
        query = f"SELECT count(*) AS n FROM records_generation WHERE owner_id = ({mine})"  # noqa: S608
        return int(self._one(query, _hex(like))["n"])

    def copy(self, pk: str, times: int, apart: timedelta = timedelta(seconds=1)) -> None:
        """Add older copies of a finished generation, so far apart, without any work."""
        row = self.generation(pk)
        pictures = self._rows("SELECT * FROM records_picture WHERE generation_id = ?", _hex(pk))
        usage = self._rows("SELECT * FROM records_usage WHERE owner_id = ?", row["owner_id"])[0]
        first = uuid.UUID(hex=row["id"]).int
        queued = datetime.fromisoformat(row["queued_at"])
        step = int(apart.total_seconds() * 1000)
        with self._open() as database, database:
            for number in range(1, times + 1):
                older = uuid.UUID(int=first - (number * step << 80)).hex
                made = row | {"id": older, "submission": older, "prompt": f"Copy {number}"}
                moment = queued - number * apart
                made |= {"queued_at": str(moment), "day": str(moment.date())}
                _insert(database, "records_generation", made)
                for span, day in (("day", moment.date()), ("month", moment.date().replace(day=1))):
                    cell = usage | {"id": None, "span": span, "day": str(day), "generations": 1}
                    _insert(database, "records_usage", cell, "generations = generations + 1")
                for picture in pictures:
                    same = picture | {"id": uuid.uuid4().hex, "generation_id": older}
                    _insert(database, "records_picture", same)

    def marks(self, like: str) -> list[dict[str, Any]]:
        """How each generation of the owner of this one is marked, newest first."""
        mine = "SELECT owner_id FROM records_generation WHERE id = ?"
        query = f"SELECT * FROM records_generation WHERE owner_id = ({mine}) ORDER BY id DESC"  # noqa: S608
        names = ("is_starred", "is_rejected", "rating", "deleted_at")
        return [{name: row[name] for name in names} for row in self._rows(query, _hex(like))]

    def _originals(self, sha256: str) -> Path:
        (found,) = (self._folder / "media" / "originals" / sha256[:2]).glob(f"{sha256}.*")
        return found

    def _one(self, query: str, *values: str) -> dict[str, Any]:
        (row,) = self._rows(query, *values)
        return row

    def _rows(self, query: str, *values: str) -> list[dict[str, Any]]:
        with self._open() as database:
            return [dict(row) for row in database.execute(query, values)]

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.path, timeout=30)) as database:
            database.row_factory = sqlite3.Row
            yield database


def _hex(pk: str) -> str:
    return uuid.UUID(pk).hex


def _insert(
    database: sqlite3.Connection, table: str, row: dict[str, Any], else_set: str = ""
) -> None:
    names = ", ".join(f'"{name}"' for name in row)
    marks = ", ".join("?" for _ in row)
    otherwise = f" ON CONFLICT DO UPDATE SET {else_set}" if else_set else ""
    database.execute(
        f"INSERT INTO {table} ({names}) VALUES ({marks}){otherwise}",  # noqa: S608
        list(row.values()),
    )
