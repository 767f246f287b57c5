"""How much room the pictures of each person take."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.core.cache import cache
from django.db.models import Count, Sum
from django.utils import timezone

from modelless_web.backoffice import pieces
from modelless_web.records.models import Picture, User

MOST_PEOPLE: Final = 100
KEPT_FOR: Final = 300
"""Seconds that figures are shown again: to add them up, every picture is read."""
NAME: Final = "storage-by-person"


@dataclass(frozen=True, slots=True)
class Room:
    """What one person's pictures take; bytes that several rows share count for each of them."""

    owner: int
    name: str
    username: str
    pictures: int
    bytes: int

    @property
    def size(self) -> str:
        return pieces.bytes_text(self.bytes)


@dataclass(frozen=True, slots=True)
class Storage:
    """The figures, and when they were added up."""

    people: list[Room]
    owners: int
    pictures: int
    bytes: int
    at: datetime

    @property
    def size(self) -> str:
        return pieces.bytes_text(self.bytes)


def storage() -> Storage:
    """The figures, at most five minutes old."""
    kept: Storage | None = cache.get(NAME)
    if kept is None:
        kept = add_up()
        cache.set(NAME, kept, KEPT_FOR)
    return kept


def add_up() -> Storage:
    """Read every picture once; those who have most come first, the hundred of them."""
    stored = Picture.objects.filter(state=Picture.State.STORED).order_by()
    by_owner = stored.values_list("generation__owner").annotate(count=Count("pk"), sum=Sum("size"))
    told: list[tuple[Any, ...]] = sorted(by_owner, key=lambda row: (-row[2], row[0]))
    people = User.objects.defer("password").in_bulk([row[0] for row in told[:MOST_PEOPLE]])
    rooms = [
        Room(owner, str(people[owner]), people[owner].username, count, size)
        for owner, count, size in told[:MOST_PEOPLE]
        if owner in people
    ]
    return Storage(
        rooms,
        len(told),
        sum(row[1] for row in told),
        sum(row[2] for row in told),
        timezone.now(),
    )
