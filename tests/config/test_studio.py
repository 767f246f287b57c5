"""``manage.py studio`` and ``make run`` as somebody in a terminal meets them."""

import os
import re
import shutil
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import StartStudio
from tests.support.disks import remount, small_disk
from tests.support.locks import locked
from tests.support.studio import PROJECT, Studio, clean_environ, wait_for


def refused(data_dir: Path, **environ: str) -> str:
    """Start a studio that must not start; return the one sentence that it says."""
    ended = subprocess.run(
        [sys.executable, "manage.py", "studio"],
        cwd=PROJECT,
        env=clean_environ()
        | {"MODELLESS_DATA_DIR": str(data_dir), "MODELLESS_PORT": "0"}
        | environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    assert ended.stdout == ""
    return ended.stderr


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that ended and was not yet asked for its status does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        said = refused(tmp_path, MODELLESS_PORT=port)
    assert port in said
    assert "MODELLESS_PORT" in said


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    folder = tmp_path / "file" / "data"
    said = refused(folder)
    assert str(folder) in said
    assert "MODELLESS_DATA_DIR" in said


def test_nonsense_in_the_environment_is_named(tmp_path: Path) -> None:
    assert "MODELLESS_ACCESS" in refused(tmp_path, MODELLESS_ACCESS="everybody")


def test_a_database_that_does_not_answer_is_named(tmp_path: Path) -> None:
    url = "postgresql://nobody@127.0.0.1:9/studio?connect_timeout=1"
    assert "DATABASE_URL" in refused(tmp_path, DATABASE_URL=url)


def test_a_database_that_another_program_holds_is_named(tmp_path: Path) -> None:
    with locked(tmp_path / "studio.sqlite3"):
        said = refused(tmp_path)
    assert "The database is busy: database is locked. The studio did not start" in said


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "studio.sqlite3").write_bytes(b"no database" * 999)
    said = refused(tmp_path)
    assert "The database says: file is not a database. The studio did not start" in said


def test_a_database_of_a_newer_version_is_left_alone(start_studio: StartStudio) -> None:
    studio = start_studio()
    studio.stop()
    with sqlite3.connect(studio.data_dir / "studio.sqlite3") as ledger:
        ledger.execute(
            "INSERT INTO django_migrations (app, name, applied)"
            " VALUES ('records', '9999_from_tomorrow', '2100-01-01')"
        )
    ledger.close()
    said = refused(studio.data_dir)
    assert "is of a newer version of the studio (records.9999_from_tomorrow is unknown" in said
    assert "Nothing was changed." in said


def test_a_disk_that_became_read_only_is_named(start_studio: StartStudio, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "60m"):
        folder = tmp_path / "disk" / "data"
        start_studio(folder).stop()
        remount(tmp_path / "disk", "ro")
        said = refused(folder)
    assert f"The data folder {folder} can't be written (Read-only file system)" in said


def test_a_full_disk_is_named(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk"):
        folder = tmp_path / "disk" / "data"
        said = refused(folder)
    assert "The studio did not start" in said


def test_a_second_studio_on_one_folder_is_refused(studio: Studio) -> None:
    said = refused(studio.data_dir)
    assert str(studio.data_dir) in said
    assert "MODELLESS_DATA_DIR" in said


def test_the_owners_link_is_printed_until_there_is_an_owner(studio: Studio) -> None:
    assert re.search(r"Open this once to make the owner's account: http://\S+", studio.log)


@pytest.mark.parametrize("name", ["secret.key", "fields.key"])
def test_keys_are_for_their_owner_alone(studio: Studio, name: str) -> None:
    assert stat.S_IMODE((studio.data_dir / name).stat().st_mode) == 0o600


def test_the_practice_gateway_ends_with_a_studio_that_is_killed(start_studio: StartStudio) -> None:
    studio = start_studio()
    (practice,) = studio.children()
    studio.kill()
    assert wait_for(lambda: not is_alive(practice))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "Ctrl-C"])
def test_a_studio_with_open_pages_ends_when_it_is_asked_to(
    start_studio: StartStudio, number: int
) -> None:
    studio = start_studio()
    with studio.visitor() as visitor:
        visitor.open("/")
        with visitor.live() as live:
            assert live.hears("")
            assert studio.stop(number) == 0
            assert live.ends()
    assert "Traceback" not in studio.log


def ended_within(data_dir: Path, preparation: str) -> "subprocess.CompletedProcess[str]":
    """A start whose static files are prepared by a statement that has a signal come."""
    start = f"""
import django, os, weakref
django.setup()
from django.core.management import call_command
from modelless_web.config import prepare

def come(number):
    os.kill(os.getpid(), number)

prepare.static_files = lambda: {preparation}
call_command("studio")
"""
    environ = {"MODELLESS_DATA_DIR": str(data_dir), "MODELLESS_PORT": "0"}
    environ["DJANGO_SETTINGS_MODULE"] = "modelless_web.config.settings"
    return subprocess.run(
        [sys.executable, "-c", start],
        cwd=PROJECT,
        env=clean_environ() | environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "Ctrl-C"])
def test_a_start_that_is_ended_leaves_quietly(tmp_path: Path, number: int) -> None:
    # Within exec, as when dataclasses are imported: there Python tells an interrupt apart.
    ended = ended_within(tmp_path, f"exec('come({number})', globals())")
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


def test_a_signal_that_the_start_loses_is_heard_all_the_same(tmp_path: Path) -> None:
    # Python goes on after whatever is raised in a callback of its memory.
    number = int(signal.SIGTERM)
    ended = ended_within(tmp_path, f"weakref.finalize(type('Gone', (), {{}})(), come, {number})")
    assert ended.returncode == 0
    assert "SystemExit" in ended.stderr


def test_a_restart_keeps_what_was_made(start_studio: StartStudio) -> None:
    before = start_studio(PRACTICE_PACE="0")
    with before.visitor() as visitor:
        pk = visitor.generate("A list of lakes")
        assert wait_for(lambda: visitor.status(pk) == "succeeded")
        cookies = visitor.http.cookies
        before.stop()
        after = start_studio(before.data_dir)
        with after.visitor() as again:
            again.http.cookies = cookies
            assert again.status(pk) == "succeeded"


def test_a_killed_studio_says_afterwards_what_it_interrupted(start_studio: StartStudio) -> None:
    before = start_studio()
    with before.visitor() as visitor:
        pk = visitor.generate("Anything", "practice-stall")
        path = f"/generations/{pk}/card/"
        assert wait_for(lambda: "a long shore" in visitor.http.get(path).text)
        cookies = visitor.http.cookies
    before.kill()
    with start_studio(before.data_dir).visitor() as again:
        again.http.cookies = cookies
        assert again.status(pk) == "interrupted"
        assert "a long shore" in again.http.get(path).text


def fake_python(folder: Path) -> Path:
    """A Python that says it is 3.11."""
    path = folder / "python3.11"
    path.write_text("#!/bin/sh\nexit 1\n")
    path.chmod(0o755)
    return path


@pytest.mark.skipif(not shutil.which("make"), reason="These tests need make.")
def test_an_old_python_is_refused_with_a_sentence(tmp_path: Path) -> None:
    for name in ("Makefile", "requirements"):
        (tmp_path / name).symlink_to(PROJECT / name)
    ended = subprocess.run(
        ["make", "run", f"PYTHON={fake_python(tmp_path)}"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode != 0
    assert "needs Python 3.12 or newer" in ended.stderr
    assert not (tmp_path / ".venv").exists()
