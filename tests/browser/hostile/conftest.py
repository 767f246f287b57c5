"""Two studios with the same rows: in one every text is hostile, in the other plain letters."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.hostile.yardstick import Place, Walk
from tests.support.studio import Studio

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of it is an attempt to break something: ``make faults`` runs it at length."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker("faults")


# A studio asks its gateways for their lists every ten minutes, and then forgets what was made up
# about them: so each module begins with new ones.
@pytest.fixture(scope="module")
def hostile_place(start_studio: Callable[..., Studio]) -> Place:
    """The studio in which every text wants harm."""
    return Place.filled(start_studio(), are_hostile=True)


@pytest.fixture(scope="module")
def plain_place(start_studio: Callable[..., Studio]) -> Place:
    """Its twin."""
    return Place.filled(start_studio(), are_hostile=False)


@pytest.fixture
def walk(page: Page, hostile_place: Place, plain_place: Place) -> Walk:
    """A browser that belongs to the owner of all those rows."""
    return Walk(page, hostile_place, plain_place)


@pytest.fixture(scope="session")
def used_place(start_studio: Callable[..., Studio]) -> Place:
    """One more, for those who change what they find."""
    return Place.filled(start_studio(), are_hostile=True)


@pytest.fixture
def use(page: Page, used_place: Place) -> Walk:
    """A browser that may change what it finds; its pages have no twin."""
    return Walk(page, used_place)
