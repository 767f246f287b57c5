"""The standing characters: a person, a stranger, and the browsers they use."""

import dataclasses
from collections.abc import Iterator

import pytest
from django.conf import LazySettings
from django.test import Client

from modelless_web.records.models import Model, User
from tests.studio.factories import a_model
from tests.studio.streams import Pages, serving
from tests.support.beside import beside
from tests.support.factories import guest


@pytest.fixture
def person(db: None) -> User:
    """The one whose work it is."""
    return guest()


@pytest.fixture
def stranger(db: None) -> User:
    """Another guest of the same studio."""
    return guest()


@pytest.fixture
def mine(person: User) -> Client:
    """The person's browser."""
    return signed_in(person)


@pytest.fixture
def theirs(stranger: User) -> Client:
    """The stranger's browser."""
    return signed_in(stranger)


@pytest.fixture
def model(db: None) -> Model:
    """The one model on offer."""
    return a_model()


@pytest.fixture
def pages(transactional_db: None) -> Iterator[Pages]:
    """A studio's streams."""
    with beside(serving) as (engine, port):
        pages = Pages(engine, port)
        with pages.opened:
            yield pages


@pytest.fixture
def accounts_only(settings: LazySettings) -> None:
    """A studio that lets in accounts alone."""
    settings.ENVIRONMENT = dataclasses.replace(settings.ENVIRONMENT, access="accounts")


@pytest.fixture
def deployed(settings: LazySettings) -> None:
    """A studio with a public name, behind a proxy."""
    settings.ENVIRONMENT = dataclasses.replace(
        settings.ENVIRONMENT, allowed_hosts=("studio.example",)
    )


def signed_in(user: User) -> Client:
    """A browser with a session."""
    client = Client()
    client.force_login(user)
    return client
