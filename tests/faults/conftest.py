"""Every test here breaks something on purpose."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bench.processes import upstream
from tests.faults.ground import Ground

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker("faults")


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    """An empty data folder and a running gateway that stamps its words."""
    with upstream() as gateway:
        yield Ground(tmp_path, gateway)
