"""What the recorder has written in one transaction, so that a crowd costs one commit."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Any, cast

from django.db import close_old_connections, transaction

from modelless_web.engine import ledger
from modelless_web.engine.outcome import Settlement
from modelless_web.engine.submissions import Submission, enter

type Work = Callable[[], Any] | Submission
"""Some short piece of ledger work, or a new generation."""
type Asked = Work | Settlement
"""The same, or a run's end."""


@dataclass(frozen=True, slots=True)
class Order:
    """Something to be written, and who waits for it."""

    asked: Asked
    future: asyncio.Future[Any]
    counts: bool = False

    @property
    def turn(self) -> tuple[bool, bool, bool]:
        """What counts comes first in a batch, then what is new, and ends come last; each in the
        order of asking.
        """
        is_end, is_new = (isinstance(self.asked, kind) for kind in (Settlement, Submission))
        return is_end, not self.counts, not is_new


def write_all(asked: list[Asked], texts: list[Callable[[], None]], worker: str) -> list[Any]:
    """Do everything in one transaction; return each result, or the error in its place.

    What is new is entered together, and so are ends settled. These stand behind what else is asked
    for and come last: what they count is shared with other processes and held the shortest. Raises
    what keeps the transaction from beginning: a database that is locked or can't be had.
    """
    close_old_connections()
    ends = [one for one in asked if isinstance(one, Settlement)]
    work = [one for one in asked if not isinstance(one, Settlement)]
    has_begun = False
    try:
        with transaction.atomic():
            has_begun = True
            done = list(_do_all(work))
            told = [text() for text in texts]
            won = ledger.settle(ends, worker)
            return [*done, *(end.generation in won for end in ends), *told]
    except Exception:
        if not has_begun:
            raise
        # One of them failed and took the others along: each for itself, so that only it does.
        each: list[Callable[[], Any]] = [partial(next, _do_all([one])) for one in work]
        each += [partial(ledger.settle, [end], worker) for end in ends]
        return [_alone(action) for action in (*each, *texts)]


def _do_all(work: Iterable[Work]) -> Iterator[Any]:
    """Do everything in order; what is new and follows on each other is entered together."""
    for are_new, some in groupby(work, lambda one: isinstance(one, Submission)):
        if are_new:
            yield from enter(cast("list[Submission]", list(some)))
        else:
            yield from (one() for one in cast("Iterator[Callable[[], Any]]", some))


def _alone(action: Callable[[], Any]) -> Any:
    try:
        with transaction.atomic():
            return action()
    except Exception as error:
        return error
