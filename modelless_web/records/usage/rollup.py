"""The roll-up is kept in step with the ledger: whoever changes one calls here in the same
transaction. All of it comes from one sum over generations, so that nothing counts differently.
"""

from collections.abc import Collection, Mapping
from operator import add
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Count, Q, QuerySet, Sum

from modelless_web.records.models.generations import OPEN, Basis, Generation
from modelless_web.records.models.usage import Cell, Span, Usage, UsageOfAll
from modelless_web.records.money.amounts import ZERO

if TYPE_CHECKING:
    from modelless_web.records.models.users import User

type Key = tuple[Any, ...]
type Measures = tuple[Any, ...]

TABLES: Final[tuple[type[Usage] | type[UsageOfAll], ...]] = (Usage, UsageOfAll)
LEDGER_KEY: Final = [name for name in Usage.KEY if name != "is_purged"]
SUMS: Final = {
    "generations": Count("pk"),
    "pictures": Sum("picture_count"),
    "sum_prompt": Sum("prompt_tokens"),
    "sum_completion": Sum("completion_tokens"),
    "sum_cost": Sum("cost"),
    "unpriced": Count("pk", filter=Q(cost=None)),
    "estimated": Count("pk", filter=Q(cost_basis=Basis.ESTIMATED)),
}
"""The measures of ended generations, added up; in the order of ``Usage.MEASURES``."""


def tally(rows: QuerySet[Generation]) -> dict[Key, Measures]:
    """Add up ended generations: the measures by key, both in the order that ``Usage`` names."""
    ended = rows.exclude(status__in=OPEN).order_by()
    cells = ended.values(*LEDGER_KEY).annotate(**SUMS)
    size = len(LEDGER_KEY)
    return {
        (*cell[:size], False): tuple(value or ZERO for value in cell[size:])
        for cell in cells.values_list(*LEDGER_KEY, *SUMS)
    }


def count(pks: Collection[UUID]) -> None:
    """Count generations that have just ended."""
    _add(tally(Generation.objects.filter(pk__in=pks)))


def purge(rows: QuerySet[Generation]) -> None:
    """Note that these are about to be deleted for good: what they cost stays counted, apart."""
    cells = tally(rows)
    _move(cells, {key: (*key[:-1], True) for key in cells})


def hand_over(guest: "User", account: "User") -> None:
    """Count as one person's what was another's."""
    place = Usage.KEY.index("owner")
    theirs = Usage.objects.filter(owner=guest)
    cells = {
        row[: len(Usage.KEY)]: row[len(Usage.KEY) :]
        for row in theirs.values_list(*Usage.KEY, *Usage.MEASURES)
    }
    _move(cells, {key: (*key[:place], account.pk, *key[place + 1 :]) for key in cells})
    Usage.spans.filter(owner=guest).delete()


@transaction.atomic
def rebuild() -> None:
    """Count the whole ledger anew; what was deleted for good stays as it was counted."""
    if connection.vendor == "postgresql":
        # Whoever has ended a generation and not counted it yet waits until we have counted.
        with connection.cursor() as cursor:
            for table in TABLES:
                name = connection.ops.quote_name(table._meta.db_table)
                cursor.execute(f"LOCK TABLE {name} IN SHARE ROW EXCLUSIVE MODE")
    for table in TABLES:
        table.spans.filter(is_purged=False).delete()
    _add(tally(Generation.objects.all()))


def _move(cells: Mapping[Key, Measures], to: Mapping[Key, Key]) -> None:
    """Take cells' measures away from them and add them to others."""
    taken = {key: tuple(-value for value in measures) for key, measures in cells.items()}
    _add(taken | {to[key]: measures for key, measures in cells.items()})


def spread(table: type[Cell], cells: Mapping[Key, Measures]) -> dict[Key, Measures]:
    """What cells of people's days add to a table: by span, and by the columns that it tells."""
    places = [Usage.KEY.index(name) for name in table.KEY]
    found: dict[Key, Measures] = {}
    for key, measures in cells.items():
        day, *rest = (key[place] for place in places)
        for span in Span:
            to = (span.value, span.first(day), *rest)
            before = found.get(to, [ZERO] * len(measures))
            found[to] = tuple(map(add, before, measures))
    return {key: measures for key, measures in found.items() if any(measures)}


def _add(cells: Mapping[Key, Measures]) -> None:
    """Add to the cells, those that are not there yet included.

    In one order everywhere, and called once in a transaction: so two processes never wait for
    each other's. What all share comes last, and is held the shortest.
    """
    for table in TABLES:
        found = spread(table, cells)
        if found:
            _upsert(table, found)


def _upsert(table: type[Cell], cells: Mapping[Key, Measures]) -> None:
    by_name = {field.name: field for field in table._meta.concrete_fields}
    fields = [by_name[name] for name in ("span", *table.KEY, *table.MEASURES)]
    quote = connection.ops.quote_name
    name = quote(table._meta.db_table)
    columns = [quote(field.column or "") for field in fields]
    size = len(columns) - len(table.MEASURES)
    keys, measures = columns[:size], columns[size:]
    grown = ", ".join(f"{column} = {name}.{column} + excluded.{column}" for column in measures)
    statement = (
        f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({', '.join(['%s'] * len(columns))}) "  # noqa: S608 - quoted names
        f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {grown}"
    )
    values = [
        [
            field.get_db_prep_save(value, connection)
            for field, value in zip(fields, row, strict=True)
        ]
        for row in sorted((*key, *sums) for key, sums in cells.items())
    ]
    with connection.cursor() as cursor:
        cursor.executemany(statement, values)
