"""Exports on their way to a browser, over a real socket."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from contextlib import ExitStack, asynccontextmanager
from http.client import HTTPConnection, HTTPResponse, IncompleteRead
from typing import Any, Final

import pytest
import uvicorn
from django.conf import settings
from django.test import Client

from modelless_web.config.handler import PooledHandler
from modelless_web.practice.server import listen
from modelless_web.records.models import User
from modelless_web.studio import download
from modelless_web.studio.download import FORMS, Form
from tests.studio.factories import a_generation
from tests.support.beside import beside
from tests.support.studio import wait_for

PATIENCE: Final = 20
PIECE: Final = bytes(64 * 1024)
MIB: Final = 1024 * 1024

pytestmark = pytest.mark.django_db(transaction=True)

type Take = Callable[[str], HTTPResponse]


class Endless:
    """An export without an end; ``made`` counts its bytes, ``closed`` those that were ended."""

    def __init__(self) -> None:
        self.made = 0
        self.closed = 0

    def __call__(self, rows: Any) -> Generator[bytes]:
        try:
            while True:
                self.made += len(PIECE)
                yield PIECE
        finally:
            self.closed += 1


@asynccontextmanager
async def serving() -> AsyncIterator[int]:
    """The pages of the studio at a port."""
    listener = listen("127.0.0.1", 0)
    config = uvicorn.Config(
        PooledHandler(), log_config=None, lifespan="off", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        await running


@pytest.fixture
def take(transactional_db: None, person: User, mine: Client) -> Iterator[Take]:
    """Begin to take an export along, as the person who has one generation."""
    a_generation(person)
    cookie = f"{settings.SESSION_COOKIE_NAME}={mine.cookies[settings.SESSION_COOKIE_NAME].value}"
    with beside(serving) as port, ExitStack() as opened:

        def begin(address: str) -> HTTPResponse:
            connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
            opened.callback(connection.close)
            connection.request("GET", address, headers={"Cookie": cookie, "Connection": "close"})
            return connection.getresponse()

        yield begin


@pytest.fixture
def endless(monkeypatch: pytest.MonkeyPatch) -> Endless:
    """Another form to be had, which never ends."""
    made = Endless()
    monkeypatch.setitem(FORMS, "endless", Form(made, "application/octet-stream", "Endless"))
    return made


def test_it_ends_when_nobody_is_there_to_take_it(take: Take, endless: Endless) -> None:
    reply = take("/history/export/?format=endless")
    assert len(reply.read(5 * MIB)) == 5 * MIB
    assert endless.closed == 0
    reply.close()
    assert wait_for(lambda: endless.closed) == 1


def test_it_is_made_no_faster_than_it_is_taken(take: Take, endless: Endless) -> None:
    reply = take("/history/export/?format=endless")

    def is_resting() -> bool:
        before = endless.made
        time.sleep(0.3)
        return endless.made == before > 0

    assert wait_for(is_resting)
    assert endless.made < 40 * MIB
    assert len(reply.read(MIB)) == MIB


def test_however_many_are_under_way_two_threads_are_held_and_pages_are_served(
    take: Take, endless: Endless
) -> None:
    replies = [take("/history/export/?format=endless") for _ in range(20)]
    assert all(reply.read(MIB) for reply in replies)
    names = [thread.name for thread in threading.enumerate()]
    assert sum(name.startswith("export") for name in names) <= 2
    assert take("/history/").status == 200


def test_one_that_breaks_does_not_look_whole(take: Take, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(rows: Any) -> Generator[bytes]:
        yield PIECE
        yield PIECE
        raise OSError("The disk is gone.")

    monkeypatch.setattr(download, "BLOCK", len(PIECE))
    monkeypatch.setitem(FORMS, "broken", Form(broken, "text/plain", "Broken"))
    with pytest.raises(IncompleteRead):
        take("/history/export/?format=broken").read()


@pytest.mark.parametrize("form", ["zip", "csv", "jsonl"])
def test_a_whole_one_comes_through_the_socket(take: Take, form: str) -> None:
    reply = take(f"/history/export/?format={form}")
    assert reply.status == 200
    assert reply.getheader("Content-Encoding") is None
    assert len(reply.read()) > 100
