"""The gateway of the environment follows its key, and the operator's switch."""

from dataclasses import replace
from typing import Any

import pytest

from modelless_web.config import prepare
from modelless_web.records.models import Gateway

pytestmark = pytest.mark.django_db

KEY = "sk-of-the-environment-1234"


@pytest.fixture
def start(settings: Any) -> Any:
    """Start the studio with that key in its environment; give the gateway as it then stands."""

    def start(key: str) -> Gateway:
        settings.ENVIRONMENT = replace(settings.ENVIRONMENT, api_key=key)
        prepare.gateways("http://127.0.0.1:9/v1")
        return Gateway.objects.get(from_environment=True)

    return start


def switch_off() -> None:
    """As the operator does in admin."""
    Gateway.objects.filter(from_environment=True).update(enabled=False)


def restore_without_keys() -> None:
    """As a backup without keys leaves its gateways."""
    Gateway.objects.update(key="", key_tail="")


def test_a_key_brings_its_gateway(start: Any) -> None:
    row = start(KEY)
    assert (row.enabled, row.key) == (True, KEY)


def test_a_gateway_without_its_key_is_off_and_says_why(start: Any) -> None:
    start(KEY)
    row = start("")
    assert (row.enabled, row.key) == (False, "")
    assert "MODELLESS_API_KEY is not set" in row.trouble


def test_a_key_that_comes_back_brings_the_gateway_back(start: Any) -> None:
    start(KEY)
    start("")
    row = start(KEY)
    assert (row.enabled, row.trouble) == (True, "")


@pytest.mark.parametrize("between", [KEY, ""])
def test_the_operators_switch_stays(start: Any, between: str) -> None:
    start(KEY)
    switch_off()
    start(between)
    assert not start(KEY).enabled


@pytest.mark.parametrize("is_off", [False, True])
def test_after_a_restore_without_keys_the_switch_is_as_it_was(start: Any, is_off: bool) -> None:
    start(KEY)
    if is_off:
        switch_off()
    restore_without_keys()
    row = start(KEY)
    assert (row.enabled, row.key) == (not is_off, KEY)


def test_a_restored_studio_that_first_starts_without_the_key_gets_it_later(start: Any) -> None:
    start(KEY)
    restore_without_keys()
    start("")
    assert start(KEY).enabled
