"""A running practice gateway, behind a real socket, without pauses."""

import asyncio
import threading
from collections.abc import Iterator

import httpx
import pytest
import uvicorn

from modelless_web.practice.app import Practice
from modelless_web.practice.server import address, listen


@pytest.fixture(scope="session")
def base_url() -> Iterator[str]:
    """The address of a gateway that answers without any pause."""
    listener = listen("127.0.0.1", 0)
    config = uvicorn.Config(Practice(pace=0), log_config=None, lifespan="off")
    config.timeout_graceful_shutdown = 1
    server = uvicorn.Server(config)
    thread = threading.Thread(
        target=lambda: asyncio.run(server.serve(sockets=[listener])), daemon=True
    )
    thread.start()
    yield address(listener)
    server.should_exit = True
    thread.join(5)


@pytest.fixture
def http(base_url: str) -> Iterator[httpx.Client]:
    """A plain client of that gateway."""
    with httpx.Client(base_url=base_url, timeout=20) as client:
        yield client
