"""What the recorder has written in one transaction, so that a crowd costs one commit."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import close_old_connections, transaction

from modelless_web.engine import ledger
from modelless_web.engine.outcome import Settlement

type Asked = Callable[[], Any] | Settlement
"""Some short piece of ledger work, or a run's end."""


@dataclass(frozen=True, slots=True)
class Order:
    """Something to be written, and who waits for it."""

    asked: Asked
    future: asyncio.Future[Any]
    counts: bool = False

    @property
    def turn(self) -> tuple[bool, bool]:
        """What counts comes first in a batch and ends come last, both in the order of asking."""
        return isinstance(self.asked, Settlement), not self.counts


def write_all(asked: list[Asked], texts: list[Callable[[], None]], worker: str) -> list[Any]:
    """Do everything in one transaction; return each result, or the error in its place.

    Ends stand behind what else is asked for, and are settled together and last: what they count
    is shared with other processes and held the shortest. Raises what keeps the transaction from
    beginning: a database that is locked or can't be had.
    """
    close_old_connections()
    ends = [one for one in asked if isinstance(one, Settlement)]
    actions = [one for one in asked if not isinstance(one, Settlement)]
    has_begun = False
    try:
        with transaction.atomic():
            has_begun = True
            done = [action() for action in actions]
            told = [text() for text in texts]
            won = ledger.settle(ends, worker)
            return [*done, *(end.generation in won for end in ends), *told]
    except Exception:
        if not has_begun:
            raise
        # One of them failed and took the others along: each for itself, so that only it does.
        each: list[Callable[[], Any]] = [partial(ledger.settle, [end], worker) for end in ends]
        return [_alone(action) for action in (*actions, *each, *texts)]


def _alone(action: Callable[[], Any]) -> Any:
    try:
        with transaction.atomic():
            return action()
    except Exception as error:
        return error
