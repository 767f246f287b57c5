"""The event stream is cut after every event, and the page always ends as the ledger has it."""

import asyncio
import html
import re
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import httpx
import pytest

from tests.faults.ground import Ground, ended, send
from tests.studio.paper import Paper
from tests.support.studio import LIVE, Studio, Visitor

CUTS, MANY_CUTS = 40, 200
WORD = re.compile(r"\w+\.\d+@[\d.]+;")


class Page:
    """What a browser shows, without one; ``seen`` is every running text that it ever showed."""

    def __init__(self, url: str, cookies: httpx.Cookies, address: str, pk: str) -> None:
        self.http = httpx.AsyncClient(base_url=url, cookies=cookies, timeout=60, trust_env=False)
        self.address = address
        self.pk = pk
        self.paper = Paper()
        self.seen: list[str] = []

    async def follow(self, cut_after: int) -> None:
        """Listen until the cut, then come back and listen to the end."""
        async with self.http:
            await self._listen(cut_after)
            await self._listen(None)

    async def _listen(self, cut_after: int | None) -> None:
        async with self.http.stream("GET", self.address) as reply:
            number = 0
            async for fragments in messages(reply):
                self.paper.show(fragments)
                self.seen += [t for place, t in self.paper.texts.items() if "text-" in place]
                number += 1
                if number == cut_after or self.paper.cards.get(self.pk) == "succeeded":
                    return


async def messages(reply: httpx.Response) -> AsyncIterator[str]:
    """The data of each message; beats have none."""
    data: list[str] = []
    async for line in reply.aiter_lines():
        if line.startswith("data: "):
            data.append(line.removeprefix("data: "))
        elif not line:
            if any(data):
                yield "\n".join(data)
            data = []


@pytest.fixture
def studio(ground: Ground) -> Iterator[Studio]:
    running = ground.start()
    yield running
    running.stop()


@pytest.fixture
def visitor(studio: Studio) -> Iterator[Visitor]:
    with studio.visitor() as somebody:
        yield somebody


def test_whenever_the_stream_is_cut_the_page_ends_as_the_ledger_has_it(
    ground: Ground, visitor: Visitor, is_long: bool, figures: Callable[..., None]
) -> None:
    cuts = MANY_CUTS if is_long else CUTS
    visitor.open("/")
    found = LIVE.search(visitor.page)
    assert found
    pk = send(visitor, "t1", deltas=200, pace=25)
    pages = [
        Page(str(visitor.http.base_url), visitor.http.cookies, html.unescape(found[1]), pk)
        for _ in range(cuts)
    ]

    async def all_follow() -> None:
        async with asyncio.timeout(120):
            await asyncio.gather(*(page.follow(k) for k, page in enumerate(pages, 1)))

    asyncio.run(all_follow())
    _, text, _ = ground.rows()["t1"]
    whole = WORD.findall(text)
    assert len(whole) == 200
    mismatches = sum(
        WORD.findall(page.paper.prose) != whole
        or bool(page.paper.lost)
        or not all(text.startswith(seen) for seen in page.seen)
        for page in pages
    )
    figures("reconnects", made=cuts, mismatches=mismatches)
    assert mismatches == 0


def test_a_form_that_is_sent_twenty_times_at_once_is_one_row_and_one_call(
    ground: Ground, studio: Studio, visitor: Visitor
) -> None:
    visitor.open("/")

    def press(_: int) -> str:
        with studio.visitor() as same:
            same.http.cookies = visitor.http.cookies
            return send(same, "t1", submission="one-form", deltas=5)

    with ThreadPoolExecutor(20) as people:
        made = set(people.map(press, range(20)))
    assert len(made) == 1
    assert len(ground.rows("status")) == 1
    assert ended(ground)
    assert ground.hear()["t1"]["times"] == 1


def test_a_form_whose_answer_never_came_is_one_row_when_it_is_sent_again(
    ground: Ground, visitor: Visitor
) -> None:
    visitor.open("/")
    with socket.create_connection(("127.0.0.1", urlsplit(str(visitor.http.base_url)).port or 0)):
        first = send(visitor, "t1", submission="one-form", deltas=5)
    assert send(visitor, "t1", submission="one-form", deltas=5) == first
    assert len(ground.rows("status")) == 1
