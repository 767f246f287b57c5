"""The cards that open pages want, read and rendered for all of them together.

In a crowd many pages want cards at the same moment. What comes in while one batch is being made
waits for the next, so however many ask, the database is asked once for each batch, and a card
that two pages of a person show is rendered once.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final
from uuid import UUID

from django.db import close_old_connections

from modelless_web.studio.fragments import Card, cards

# Cards are rendered under the interpreter lock, so more threads would only get in the way.
THREADS: Final = 2

_threads = ThreadPoolExecutor(THREADS, thread_name_prefix="live")


class Cards:
    """What all pages of one loop share; ``read`` reads and renders a batch, in a thread."""

    def __init__(self, read: Callable[[Collection[UUID]], list[Card]] = cards) -> None:
        self._read = read
        self._wanted: set[UUID] = set()
        self._next: asyncio.Future[Mapping[UUID, Card]] | None = None
        self._turn = asyncio.Lock()

    async def get(self, pks: Collection[UUID]) -> list[Card]:
        """Return the cards of these rows, oldest first, as the ledger has them from now on."""
        self._wanted.update(pks)
        if self._next is None:
            self._next = asyncio.ensure_future(self._make())
        # A page that closes must not take along what others wait for.
        made = await asyncio.shield(self._next)
        return [made[pk] for pk in sorted(pks) if pk in made]

    async def _make(self) -> Mapping[UUID, Card]:
        async with self._turn:
            wanted, self._wanted, self._next = self._wanted, set(), None
            return {card.row.pk: card for card in await in_thread(self._read, wanted)}


async def in_thread[T](function: Callable[..., T], *args: Any) -> T:
    """Do database work in a small pool, whose connections outlive no page."""

    def work() -> T:
        try:
            return function(*args)
        finally:
            close_old_connections()

    return await asyncio.get_running_loop().run_in_executor(_threads, work)
