"""``manage.py make_history`` and ``rebuild_search``, as an operator runs them."""

import json
from pathlib import Path

import pytest

from tests.conftest import StartStudio
from tests.support.commands import manage, refused

FOUND = """
import json
from modelless_web.records.models import Generation, Picture, Tag, User
from modelless_web.records.search.find import find
from modelless_web.records.language.query import parse
person = User.objects.filter(username="history").first()
print(json.dumps({
    "pks": [str(pk) for pk in Generation.objects.values_list("pk", flat=True)],
    "prompts": list(Generation.objects.values_list("prompt", flat=True)),
    "originals": Picture.objects.values("sha256").distinct().count(),
    "sea": [str(row.pk) for row in find(person, parse("sea"))] if person else [],
    "starred": find(person, parse("is:starred")).count() if person else 0,
    "tagged": find(person, parse("has:tag")).count() if person else 0,
}))
"""


def made(data_dir: Path) -> dict[str, object]:
    """What there is, and what of it is found."""
    ended = manage(data_dir, "shell", "--verbosity=0", "--command", FOUND)
    assert ended.returncode == 0, ended.stderr
    told: dict[str, object] = json.loads(ended.stdout.splitlines()[-1])
    return told


def empty(folder: Path) -> Path:
    """A data folder with a database in which nothing has happened."""
    folder.mkdir()
    assert manage(folder, "migrate", "--verbosity=0").returncode == 0
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Such a folder."""
    return empty(tmp_path / "one")


def test_a_history_is_made_and_found(folder: Path) -> None:
    ended = manage(folder, "make_history", "500", "--until", "2026-03-05")
    assert ended.returncode == 0, ended.stderr
    assert "Made 500 generations of history" in ended.stdout
    told = made(folder)
    assert len(set(told["pks"])) == 500  # type: ignore[call-overload]
    assert 0 < len(told["sea"]) < 500  # type: ignore[arg-type]
    assert told["originals"] == 12
    assert told["starred"]
    assert told["tagged"]


def test_the_same_seed_makes_the_same_history(folder: Path, tmp_path: Path) -> None:
    other, third = empty(tmp_path / "two"), empty(tmp_path / "three")
    for place, seed in ((folder, 1), (other, 1), (third, 2)):
        manage(place, "make_history", "50", "--until", "2026-03-05", "--seed", seed)
    assert made(folder) == made(other)
    assert made(folder)["prompts"] != made(third)["prompts"]


def test_a_second_history_comes_beside_the_first(folder: Path) -> None:
    for _ in range(2):
        ended = manage(folder, "make_history", "50")
        assert ended.returncode == 0, ended.stderr
    assert len(set(made(folder)["pks"])) == 100  # type: ignore[call-overload]


def test_no_sample_is_made_where_people_have_worked(start_studio: StartStudio) -> None:
    studio = start_studio(PRACTICE_PACE="0")
    with studio.visitor() as visitor:
        visitor.generate("A lighthouse")
    said = refused(studio.data_dir, "make_history", "20")
    assert "Nothing was changed." in said
    assert len(made(studio.data_dir)["pks"]) == 1  # type: ignore[arg-type]
    ended = manage(studio.data_dir, "make_history", "20", "--beside")
    assert ended.returncode == 0, ended.stderr
    assert len(made(studio.data_dir)["pks"]) == 21  # type: ignore[arg-type]


def test_nobody_is_asked_for_less_than_one_row(folder: Path) -> None:
    assert manage(folder, "make_history", "0").returncode == 2


def test_the_index_is_made_anew(folder: Path) -> None:
    manage(folder, "make_history", "300", "--until", "2026-03-05")
    before = made(folder)
    lose = "from modelless_web.records.search import index; index._clear()"
    manage(folder, "shell", "--verbosity=0", "--command", lose)
    assert made(folder)["sea"] == []
    ended = manage(folder, "rebuild_search")
    assert ended.stdout == "Indexed 300 generations.\n"
    assert made(folder) == before


def test_without_a_database_there_is_nothing_to_index(tmp_path: Path) -> None:
    assert "There is no studio's database here yet" in refused(tmp_path, "rebuild_search")
