"""``manage.py check_usage``, as an operator runs it, on the history that the sample makes."""

from pathlib import Path

import pytest

from tests.support.commands import manage, refused

SPOIL = """
from modelless_web.records.models import Usage, User
row = Usage.objects.filter(cost__gt=0).first()
row.cost += 1
row.save()
User.objects.filter(username="history").update(stored_bytes=1)
"""
PEOPLE = """
from modelless_web.records.models import Generation, Usage
print(Generation.objects.values("owner").distinct().count(), end=" ")
print(Usage.objects.values("owner").distinct().count(), end=" ")
print(sorted(Usage.objects.values_list("currency", flat=True).distinct()))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder in which three people have made something."""
    assert manage(tmp_path, "migrate", "--verbosity=0").returncode == 0
    ended = manage(tmp_path, "make_history", "300", "--people", "3", "--until", "2026-03-05")
    assert ended.returncode == 0, ended.stderr
    return tmp_path


def test_the_sample_is_counted_as_it_is_made(folder: Path) -> None:
    told = manage(folder, "shell", "--verbosity=0", "--command", PEOPLE)
    assert told.stdout == "3 3 ['', 'EUR', 'USD']\n"
    ended = manage(folder, "check_usage")
    assert ended.returncode == 0, ended.stdout
    assert ended.stdout == "Usage is right, counted from 300 generations.\n"


def test_each_difference_is_a_line_until_it_is_counted_anew(folder: Path) -> None:
    assert manage(folder, "shell", "--verbosity=0", "--command", SPOIL).returncode == 0
    wrong = manage(folder, "check_usage")
    assert wrong.returncode == 1
    cell, storage = wrong.stdout.splitlines()
    assert cell.startswith("span day, day 20")
    assert ", not (" in cell
    assert storage.startswith("history: 1 bytes, not ")
    assert manage(folder, "check_usage", "--rebuild").returncode == 0
    assert manage(folder, "check_usage").returncode == 0


def test_without_a_database_there_is_nothing_to_count(tmp_path: Path) -> None:
    assert "There is no studio's database here yet" in refused(tmp_path, "check_usage")
