"""An engine at work beside the test, as it is beside the pages of a studio."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from modelless_web.config import prepare
from modelless_web.engine import runtime
from modelless_web.engine.runtime import Engine
from modelless_web.records.models import Gateway
from tests.support import factories
from tests.support.beside import beside


@pytest.fixture
def engine(transactional_db: None, media: Path) -> Iterator[Engine]:
    """A running engine that has had its first look around."""
    with beside(runtime.running) as engine:
        engine.wait_for(engine.sweeper.sweep())
        yield engine


@pytest.fixture(scope="session")
def practice_url() -> Iterator[str]:
    """A practice gateway that never pauses."""
    before = os.environ.get("PRACTICE_PACE")
    os.environ["PRACTICE_PACE"] = "0"
    practice = prepare.start_practice()
    if before is None:
        del os.environ["PRACTICE_PACE"]
    else:
        os.environ["PRACTICE_PACE"] = before
    yield prepare.practice_address(practice)
    practice.terminate()
    practice.communicate()


@pytest.fixture
def practice(engine: Engine, practice_url: str) -> Gateway:
    """The practice gateway's row."""
    return factories.gateway(practice_url, is_practice=True)
