"""A person at a screen: in front of practice, or of a gateway that the test holds by the hand."""

from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest
from playwright.sync_api import Page, expect

from tests.browser.gateway import WRITER, Gateway
from tests.browser.screen import Screen
from tests.support.studio import Studio, wait_for

KEY: Final = "sk-browser-0123456789abcdef"
expect.set_options(timeout=20_000)


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """Everybody sits at a desk unless a test says otherwise, and sees no animation."""
    return browser_context_args | {
        "viewport": {"width": 1440, "height": 900},
        "reduced_motion": "reduce",
    }


@pytest.fixture(scope="session")
def studio(studio: Studio) -> Studio:
    """The studio without a key, once it has read the practice gateway's list."""
    return with_models(studio)


@pytest.fixture
def screen(page: Page, studio: Studio) -> Screen:
    """A new guest of a studio without a key."""
    return Screen(page, studio)


@pytest.fixture(scope="session")
def scripted_gateway() -> Iterator[Gateway]:
    """The gateway of the connected studio, for the whole session."""
    with Gateway() as gateway:
        yield gateway
        gateway.forget()
        gateway.shutdown()


@pytest.fixture(scope="session")
def connected(start_studio: Callable[..., Studio], scripted_gateway: Gateway) -> Studio:
    """A studio whose key leads to that gateway."""
    url = f"{scripted_gateway.origin}/v1"
    environ = {"MODELLESS_BASE_URL": url, "MODELLESS_API_KEY": KEY}
    return with_models(start_studio(PRACTICE_PACE="0.1", **environ), WRITER)


def with_models(studio: Studio, model: str = "practice-writer") -> Studio:
    """The same studio, once it offers a model of every gateway."""
    with studio.visitor() as visitor:
        assert wait_for(lambda: visitor.open("/") and model in visitor.models())
    return studio


@pytest.fixture
def gateway(scripted_gateway: Gateway) -> Iterator[Gateway]:
    """The scripted gateway; what a test leaves open is ended for it."""
    yield scripted_gateway
    scripted_gateway.forget()


@pytest.fixture
def desk(page: Page, connected: Studio, gateway: Gateway) -> Screen:
    """A new guest of the connected studio."""
    return Screen(page, connected)
