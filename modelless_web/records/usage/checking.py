"""Whether the figures that are kept say what the ledger says."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from modelless_web.records.models import Generation, Usage, User
from modelless_web.records.models.usage import Cell
from modelless_web.records.usage import storage
from modelless_web.records.usage.rollup import TABLES, Key, Measures, spread, tally


@dataclass(frozen=True, slots=True)
class Difference:
    """One cell where the two part ways; None where one of them has no such cell."""

    names: tuple[str, ...]
    key: Key
    counted: Measures | None
    should_be: Measures | None

    def __str__(self) -> str:
        return f"{_named(self.names, self.key)}: {_told(self.counted)}, not {_told(self.should_be)}"


def differences() -> list[Difference]:
    """Count the whole ledger anew and return every cell that the roll-up has otherwise.

    Of what was deleted for good nothing is left in the ledger: its months and years are compared
    with its days. Both are read beside a studio that may be at work: what is different once is
    looked at again.
    """
    first = _differences()
    return [found for found in _differences() if found in first] if first else []


def wrong_storage() -> dict[User, int]:
    """Whose storage is kept otherwise than their pictures say, with how many bytes those have."""
    should_be = storage.count()
    people = User.objects.only("pk", "username", "is_guest", "opaque_id", "stored_bytes")
    return {
        person: should_be[person.pk]
        for person in people
        if should_be[person.pk] != person.stored_bytes
    }


def _differences() -> list[Difference]:
    days = tally(Generation.objects.all())
    days |= _kept(Usage.objects.filter(is_purged=True), *Usage.KEY)
    return [found for table in TABLES for found in _of_table(table, days)]


def _of_table(table: type[Cell], days: Mapping[Key, Measures]) -> Iterator[Difference]:
    names = ("span", *table.KEY)
    should_be, counted = spread(table, days), _kept(table.spans.all(), *names)
    for key in sorted(counted.keys() | should_be.keys()):
        if counted.get(key) != should_be.get(key):
            yield Difference(names, key, counted.get(key), should_be.get(key))


def _kept(rows: QuerySet[Any], *names: str) -> dict[Key, Measures]:
    found = rows.values_list(*names, *Cell.MEASURES)
    size = len(names)
    return {row[:size]: row[size:] for row in found if any(row[size:])}


def _named(names: tuple[str, ...], values: tuple[Any, ...]) -> str:
    return ", ".join(
        f"{name.replace('_', ' ')} {value}" for name, value in zip(names, values, strict=True)
    )


def _told(measures: Measures | None) -> str:
    return "nothing" if measures is None else f"({_named(Cell.MEASURES, measures)})"
