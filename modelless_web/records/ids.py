"""Ids that sort by the time they were made."""

import os
import time
import uuid
from datetime import UTC, datetime, timedelta
from typing import Final

LAST_MOMENT: Final = 253_402_300_799_000
"""The last second of the year 9999, in milliseconds."""


def uuid7() -> uuid.UUID:
    """Make a version 7 UUID (RFC 9562, section 5.7): the time, then random bits.

    48 bits of milliseconds and 12 of the fraction below (method 3 of section 6.2), so that rows
    made in one millisecond still sort as they were made. The standard library has one from
    Python 3.14 on.
    """
    milliseconds, rest = divmod(time.time_ns(), 1_000_000)
    fraction = (rest << 12) // 1_000_000
    number = milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0x2 << 62
    return uuid.UUID(int=number | int.from_bytes(os.urandom(8)) >> 2)


def first_at(moment: datetime) -> uuid.UUID:
    """The least of the ids that ``uuid7`` makes from a moment on: those before it sort before it.

    Moments before 1970 are as 1970.
    """
    return _first(int(moment.timestamp() * 1000))


def moment_of(pk: uuid.UUID) -> datetime:
    """When an id was made, UTC, to the millisecond; no later than the calendar goes."""
    return datetime.fromtimestamp(min(pk.int >> 80, LAST_MOMENT) / 1000, UTC)


def moved(pk: uuid.UUID, by: timedelta) -> uuid.UUID:
    """The least id that is made so much later than ``pk``, or earlier."""
    return _first((pk.int >> 80) + int(by.total_seconds() * 1000))


def read_uuid(text: str) -> uuid.UUID | None:
    """Return the id that ``text`` is, or None."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _first(milliseconds: int) -> uuid.UUID:
    return uuid.UUID(int=min(max(0, milliseconds), 2**48 - 1) << 80 | 0x7 << 76 | 0x2 << 62)
