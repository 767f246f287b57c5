"""The cards that open pages want, made for all of them together."""

import asyncio
import threading
from collections.abc import Collection
from uuid import UUID

import pytest

from modelless_web.records.models import Generation, User
from modelless_web.studio import fragments
from modelless_web.studio.cards import Cards
from modelless_web.studio.fragments import Card
from tests.studio.factories import a_generation

pytestmark = pytest.mark.django_db(transaction=True)


class Reader:
    """Reads as the studio does, notes what it read together, and can be held up."""

    def __init__(self) -> None:
        self.batches: list[set[UUID]] = []
        self.asked, self.let = threading.Event(), threading.Event()
        self.let.set()

    def __call__(self, pks: Collection[UUID]) -> list[Card]:
        self.batches.append(set(pks))
        self.asked.set()
        self.let.wait(10)
        return fragments.cards(pks)


@pytest.fixture
def rows(person: User) -> list[Generation]:
    return [a_generation(person) for _ in range(3)]


@pytest.fixture
def reader() -> Reader:
    return Reader()


async def test_pages_that_ask_together_are_answered_together(
    rows: list[Generation], reader: Reader
) -> None:
    cards = Cards(reader)
    answers = await asyncio.gather(*(cards.get({row.pk}) for row in rows))
    assert [[card.row.pk for card in answer] for answer in answers] == [[r.pk] for r in rows]
    assert reader.batches == [{row.pk for row in rows}]


async def test_who_asks_while_a_batch_is_made_gets_the_next(
    rows: list[Generation], reader: Reader
) -> None:
    cards = Cards(reader)
    reader.let.clear()
    first = asyncio.ensure_future(cards.get({rows[0].pk}))
    await asyncio.to_thread(reader.asked.wait, 10)
    later = [asyncio.ensure_future(cards.get({row.pk})) for row in rows]
    await asyncio.sleep(0)
    reader.let.set()
    await asyncio.gather(first, *later)
    assert reader.batches == [{rows[0].pk}, {row.pk for row in rows}]


async def test_a_page_that_closes_takes_nothing_from_others(rows: list[Generation]) -> None:
    cards = Cards()
    closing, staying = (asyncio.ensure_future(cards.get({row.pk})) for row in rows[:2])
    await asyncio.sleep(0)
    closing.cancel()
    assert [card.row.pk for card in await staying] == [rows[1].pk]


async def test_a_batch_that_fails_is_not_held_against_the_next(rows: list[Generation]) -> None:
    def read(pks: Collection[UUID]) -> list[Card]:
        troubles.append("locked")
        if len(troubles) == 1:
            raise OSError("locked")
        return fragments.cards(pks)

    troubles: list[str] = []
    cards = Cards(read)
    with pytest.raises(OSError, match="locked"):
        await cards.get({rows[0].pk})
    assert await cards.get({rows[0].pk})
