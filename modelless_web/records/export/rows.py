"""The generations of an export, read a few at a time, however many there are."""

from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from django.db.models import FETCH_RAISE, QuerySet
from django.db.models.functions import Length

from modelless_web.records.models import Generation

LISTED: Final = 20_000
"""Ids that one look at the filter brings: it may be a slow one."""
READ: Final = 100
"""Whole rows that are in memory at once, unless they are long."""
CHARACTERS: Final = 1_000_000
"""Characters of their answers at which a few rows are enough."""


def generations(rows: QuerySet[Generation]) -> Iterator[Generation]:
    """Yield them whole, newest first, with all that a record tells.

    What is made in the meantime is left out, what is deleted too. Seven queries for each hundred,
    and each begins where the last one ended. What hangs on a row is gone once the next is taken.
    """
    for pks in _batches(rows):
        batch = (
            Generation.objects.filter(pk__in=pks)
            .select_related("owner", "gateway")
            .defer("gateway__key", "owner__password")
            .prefetch_related("choices", "pictures", "references", "tags", "boards")
            .order_by("-pk")
            .fetch_mode(FETCH_RAISE)
        )
        for row in batch:
            yield row
            # A row and its pictures hold each other: batches would pile up until the collector
            # comes by.
            row._prefetched_objects_cache.clear()  # type: ignore[attr-defined]


def _batches(rows: QuerySet[Generation]) -> Iterator[list[UUID]]:
    pks, characters = [], 0
    for pk, length in _listed(rows):
        pks.append(pk)
        characters += length
        if len(pks) == READ or characters >= CHARACTERS:
            yield pks
            pks, characters = [], 0
    if pks:
        yield pks


def _listed(rows: QuerySet[Generation]) -> Iterator[tuple[UUID, int]]:
    """The ids with the lengths of their answers, by pages that begin after the last id."""
    listing: QuerySet[Any, Any] = rows.order_by("-pk").values_list("pk", Length("text"))
    page = list(listing[:LISTED])
    while page:
        yield from page
        page = list(listing.filter(pk__lt=page[-1][0])[:LISTED]) if len(page) == LISTED else []
