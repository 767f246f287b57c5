"""``manage.py backup`` and ``restore`` as an operator meets them: one sentence each time."""

import hashlib
import os
import stat
import subprocess
import tarfile
import time
from pathlib import Path

import pytest

from tests.conftest import StartStudio
from tests.support.commands import begun, manage, piped, refused, small_disk
from tests.support.studio import Studio, wait_for


@pytest.fixture(scope="module")
def used(start_studio: StartStudio) -> Studio:
    """A running studio with a picture."""
    studio = start_studio(PRACTICE_PACE="0")
    with studio.visitor() as visitor:
        pk = visitor.generate("A lighthouse", "stable-diffusion")
        assert wait_for(lambda: visitor.status(pk) == "succeeded")
    return studio


def full_of(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_backup_says_in_one_line_what_is_in_it(used: Studio, tmp_path: Path) -> None:
    file = tmp_path / "b.tar"
    said = manage(used.data_dir, "backup", file).stdout.splitlines()
    assert said[0].startswith(f"{file}: 1 generation, 1 picture, 0 accounts, ")
    assert "It holds no keys" in said[1]
    assert full_of(tmp_path) == ["b.tar"]


@pytest.mark.parametrize("keys", ["", "--with-keys"])
def test_a_backup_is_for_its_owner_alone(used: Studio, tmp_path: Path, keys: str) -> None:
    said = manage(used.data_dir, "backup", tmp_path / "b.tar", *filter(None, [keys])).stdout
    assert stat.S_IMODE((tmp_path / "b.tar").stat().st_mode) == 0o600
    assert ("mode 0600" in said) is bool(keys)


def test_a_file_that_is_there_is_never_written_over(used: Studio, tmp_path: Path) -> None:
    file = tmp_path / "b.tar"
    file.write_text("mine")
    assert "--force" in refused(used.data_dir, "backup", file)
    assert file.read_text() == "mine"
    assert manage(used.data_dir, "backup", file, "--force").returncode == 0
    assert tarfile.is_tarfile(file)


def test_what_a_killed_backup_left_is_cleared_away_a_day_later(
    used: Studio, tmp_path: Path
) -> None:
    for name, hours in (("old", 25), ("under-way", 1)):
        folder = tmp_path / f"b.tar.unfinished-{name}"
        folder.mkdir()
        for path in (folder / "backup.tar", folder):
            path.touch()
            os.utime(path, (time.time() - hours * 3600,) * 2)
    manage(used.data_dir, "backup", tmp_path / "b.tar")
    assert full_of(tmp_path) == ["b.tar", "b.tar.unfinished-under-way"]


@pytest.mark.parametrize(
    ("place", "says"), [(".", "is a folder"), ("no/b.tar", "No such file"), ("f/b.tar", "Not a")]
)
def test_a_place_that_cannot_be_written_is_named(
    used: Studio, tmp_path: Path, place: str, says: str
) -> None:
    (tmp_path / "f").touch()
    said = refused(used.data_dir, "backup", tmp_path / place)
    assert says in said
    assert said.endswith("No backup was made.\n")


def test_a_full_disk_leaves_nothing_behind(used: Studio, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "100k") as disk:
        said = refused(used.data_dir, "backup", disk / "b.tar")
        assert full_of(disk) == []
    assert said.endswith("No backup was made.\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="This test needs /dev/full.")
def test_an_output_that_is_full_is_said(used: Studio) -> None:
    with Path("/dev/full").open("wb") as full:
        process = begun(used.data_dir, "backup", "-", stdout=full)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 1
    assert b"No space left on device. No backup was made." in said


def test_a_backup_goes_through_a_pipe_both_ways(used: Studio, tmp_path: Path) -> None:
    data, said = piped(used.data_dir, "backup", "-", "--with-keys")
    assert b"1 picture, " in said
    out, _ = piped(tmp_path / "new", "restore", "-", data=data)
    assert b"Restored as of" in out
    for path in (used.data_dir / "media").rglob("*.*"):
        copy = tmp_path / "new" / path.relative_to(used.data_dir)
        assert sha256(copy) == sha256(path)


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("command", ["backup", "check_store", "rotate_keys"])
def test_where_there_is_no_studio_there_is_nothing_to_do(tmp_path: Path, command: str) -> None:
    arguments = [tmp_path / "b.tar"] if command == "backup" else []
    said = refused(tmp_path / "data", command, *arguments)
    assert "There is no studio's database here yet" in said
    assert not (tmp_path / "data" / "studio.sqlite3").exists()


def test_a_database_that_is_none_is_said(tmp_path: Path) -> None:
    (tmp_path / "studio.sqlite3").write_bytes(b"no database" * 999)
    said = refused(tmp_path, "backup", tmp_path / "b.tar")
    assert said == (
        "CommandError: The database says: file is not a database. No backup was made.\n"
    )


def test_a_database_that_does_not_answer_is_named(tmp_path: Path) -> None:
    url = "postgresql://nobody@127.0.0.1:9/studio?connect_timeout=1"
    said = refused(tmp_path, "backup", tmp_path / "b.tar", DATABASE_URL=url)
    assert "DATABASE_URL" in said


def test_nothing_is_restored_under_a_running_studio(used: Studio, tmp_path: Path) -> None:
    manage(used.data_dir, "backup", tmp_path / "b.tar")
    said = refused(used.data_dir, "restore", tmp_path / "b.tar")
    assert "A studio is running on the data folder" in said


def test_a_backup_that_is_not_there_is_named(tmp_path: Path) -> None:
    said = refused(tmp_path / "data", "restore", tmp_path / "none.tar")
    assert "none.tar" in said
    assert said.endswith("Nothing was changed.\n")


def test_a_disk_that_is_full_restores_nothing(used: Studio, tmp_path: Path) -> None:
    manage(used.data_dir, "backup", tmp_path / "b.tar")
    with small_disk(tmp_path / "disk", "200k") as disk:
        said = refused(disk / "data", "restore", tmp_path / "b.tar")
        assert full_of(disk / "data") == ["fields.key", "secret.key", "studio.lock"]
    assert "No space left on device" in said
    assert said.endswith("Nothing was changed.\n")


def held_restore(target: Path) -> "subprocess.Popen[bytes]":
    """A restore in the middle of its work, waiting for a pipe."""
    process = begun(target, "restore", "-")
    assert wait_for(lambda: list(target.glob(".*-restoring-*")))
    return process


def test_a_restore_that_was_killed_can_be_run_again(used: Studio, tmp_path: Path) -> None:
    data, _ = piped(used.data_dir, "backup", "-", "--with-keys")
    target = tmp_path / "new"
    process = held_restore(target)
    process.kill()
    process.communicate()
    piped(target, "restore", "-", data=data)
    assert list(target.glob(".*-restoring-*")) == []


def test_a_restore_that_is_asked_to_end_leaves_nothing(tmp_path: Path) -> None:
    process = held_restore(tmp_path)
    process.terminate()
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert said == b"CommandError: Interrupted. Nothing was changed.\n"
    assert list(tmp_path.glob(".*-restoring-*")) == []
