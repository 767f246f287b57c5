"""``manage.py import_prices`` beside a running studio."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import StartStudio
from tests.support.beside import beside
from tests.support.commands import manage, refused
from tests.support.studio import Studio
from tests.support.upstream import NO_MODELS, upstream

HEAD = "gateway,model,per_request\n"
NAME = "Gateway"


@pytest.fixture(scope="module")
def keyed(start_studio: StartStudio) -> Iterator[Studio]:
    """A running studio with a gateway that tells no prices."""
    with beside(lambda: upstream(NO_MODELS)) as gate:
        key = "sk-tests-0123456789abcdef"
        yield start_studio(MODELLESS_BASE_URL=gate.url, MODELLESS_API_KEY=key)


def sheet(folder: Path, *lines: str) -> Path:
    """A file of prices."""
    path = folder / "prices.csv"
    path.write_text(HEAD + "\n".join(lines))
    return path


def book(studio: Studio) -> list[tuple[str, int]]:
    """Every model in the book with the price of a request, in billionths."""
    with sqlite3.connect(studio.data_dir / "studio.sqlite3") as base:
        rows = base.execute("SELECT model, per_request FROM records_pricerule ORDER BY id")
        return list(rows)


def test_a_file_is_tried_and_then_taken(keyed: Studio, tmp_path: Path) -> None:
    path = sheet(tmp_path, f"{NAME},painter,0.04")
    tried = manage(keyed.data_dir, "import_prices", path, "--dry-run")
    assert "1 new, 0 changed, 0 as they were. Nothing was changed." in tried.stdout
    assert book(keyed) == []
    taken = manage(keyed.data_dir, "import_prices", path)
    assert (taken.returncode, taken.stdout) == (0, "1 new, 0 changed, 0 as they were.\n")
    assert book(keyed) == [("painter", 40_000_000)]


def test_a_wrong_file_changes_nothing_and_names_every_line(keyed: Studio, tmp_path: Path) -> None:
    before = book(keyed)
    path = sheet(tmp_path, f"{NAME},other,0.04", f"{NAME},other,four", "Nobody,other,1")
    said = refused(keyed.data_dir, "import_prices", path)
    assert ("Line 3:" in said, "Line 4:" in said, "Nothing was changed." in said) == (True,) * 3
    assert book(keyed) == before


def test_a_file_that_is_not_there_is_one_sentence(keyed: Studio, tmp_path: Path) -> None:
    assert "No such file" in refused(keyed.data_dir, "import_prices", tmp_path / "nowhere.csv")
