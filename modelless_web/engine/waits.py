"""How long to wait before something is tried again."""

import random
from collections.abc import Iterator
from itertools import chain, repeat


def backoff(number: int, first: float, longest: float) -> float:
    """Return the seconds to wait after attempt ``number``, which counts from 1.

    ``first`` after the first, twice as long each time, ``longest`` at most; with jitter of half,
    so that what failed together does not come back together.
    """
    most: float = min(first * 2 ** min(number - 1, 30), longest)
    return most * random.uniform(0.5, 1)  # noqa: S311 - jitter is no secret


def for_ever() -> Iterator[float]:
    """Yield the pauses, in seconds, for what must be done in the end, however long that takes."""
    return chain((0.5, 1.0, 2.0, 5.0), repeat(10.0))
