"""What a backup says of itself, in ``about.json``, and whether this install can take it."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final, Self

from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.template.defaultfilters import pluralize
from django.utils import timezone

from modelless_web.backup.archive import DamagedError, RefusedError
from modelless_web.records.models import Generation, User
from modelless_web.records.named import stored

type Migration = tuple[str, str]

FORMAT: Final = 1
NAMES: Final = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """A backup's own description; ``migrations`` are those that its database had seen."""

    format: int
    made_at: str
    database: str
    migrations: list[Migration]
    generations: int
    pictures: int
    people: int
    has_keys: bool

    @classmethod
    def of_database(cls, *, has_keys: bool) -> Self:
        """Describe the database that Django is connected with."""
        return cls(
            format=FORMAT,
            made_at=timezone.now().isoformat(timespec="seconds"),
            database=connection.vendor,
            migrations=sorted(MigrationRecorder(connection).applied_migrations()),
            generations=Generation.objects.count(),
            pictures=stored().count(),
            people=User.objects.filter(is_guest=False).count(),
            has_keys=has_keys,
        )

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read the description. Raises RefusedError if this version can't know what it means."""
        try:
            values: dict[str, Any] = json.loads(data)
            if values["format"] > FORMAT:
                raise RefusedError(_newer(f"format {values['format']}"))
            for name in ("generations", "pictures", "people"):
                values[name] = int(values[name])
            values["migrations"] = [(app, name) for app, name in values["migrations"]]
            datetime.fromisoformat(values["made_at"])
            return cls(**values)
        except (ValueError, TypeError, LookupError) as error:
            raise DamagedError("about.json can't be read") from error

    def dump(self) -> bytes:
        """As it stands in the file."""
        return json.dumps(asdict(self), indent=1).encode()

    def refuse_if_foreign(self) -> None:
        """Raise RefusedError if this install can't take such a backup."""
        if self.database != connection.vendor:
            raise RefusedError(
                f"The backup was made on {NAMES.get(self.database, self.database)}, and this "
                f"install uses {NAMES[connection.vendor]}; see DATABASE_URL. Nothing was changed."
            )
        newer = unknown(self.migrations)
        if newer:
            raise RefusedError(_newer(newer))

    def __str__(self) -> str:
        counts = {
            "generation": self.generations,
            "picture": self.pictures,
            "account": self.people,
        }
        return ", ".join(f"{count:,} {thing}{pluralize(count)}" for thing, count in counts.items())


def unknown(migrations: Iterable[Migration]) -> str:
    """Name a migration that this version of the studio does not have; "" if it has all."""
    known = MigrationLoader(None).disk_migrations or {}
    return next((".".join(name) for name in sorted(migrations) if name not in known), "")


def _newer(what: str) -> str:
    return (
        f"The backup was made by a newer version of the studio ({what} is unknown here); "
        "update the studio first. Nothing was changed."
    )
