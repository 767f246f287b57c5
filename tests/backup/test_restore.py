"""Restoring: into an empty install, whole, or not at all."""

import io
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.db import connection

from modelless_web.backup import restore as restoring
from modelless_web.backup.archive import RefusedError, Writer, read
from modelless_web.backup.restore import Restored, restore
from modelless_web.records.models import Generation, Picture, Status
from tests.support.backups import rewritten, with_about

from .conftest import KEY, Install, keys_read

type Backup = Callable[..., bytes]


def restored(data: bytes) -> Restored:
    return restore(io.BytesIO(data), tell=lambda _done, _total: None)


def tree(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Everything in a folder: names, modes and bytes."""
    return {
        str(path.relative_to(folder)): (
            path.stat().st_mode,
            path.read_bytes() if path.is_file() else b"",
        )
        for path in sorted(folder.rglob("*"))
    }


def refused(data: bytes, folder: Path) -> str:
    """Restore what must not be; return the sentence. The install is then as it was."""
    before = tree(folder)
    with pytest.raises(RefusedError) as error:
        restored(data)
    assert tree(folder) == before
    return str(error.value)


def flipped(data: bytes, member: str) -> bytes:
    """A backup with one bit of one member wrong."""
    damaged = bytearray(data)
    damaged[data.index(member.encode()) + 512 + 20] ^= 1
    return bytes(damaged)


def test_pictures_come_back_byte_for_byte(backup: Backup, install: Install, tmp_path: Path) -> None:
    data = backup()
    with install("new") as folder:
        restored(data)
        assert tree(folder / "media") == tree(tmp_path / "old" / "media")
        assert Picture.objects.count() == 2


def test_keys_come_back_when_they_were_in_it(backup: Backup, install: Install) -> None:
    data = backup()
    with install("new") as folder:
        assert restored(data).keyless == []
        assert keys_read() == {KEY}
        for name in ("fields.key", "secret.key"):
            assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600


def test_a_key_that_was_here_before_still_opens(backup: Backup, install: Install) -> None:
    data = backup()
    with install("new") as folder:
        here = (folder / "fields.key").read_text().strip()
        restored(data)
        assert here in (folder / "fields.key").read_text().split()


def test_without_keys_gateways_are_named_and_ask_for_theirs(
    backup: Backup, install: Install
) -> None:
    data = backup(with_keys=False)
    with install("new"):
        assert len(restored(data).keyless) == 2
        assert keys_read() == {""}


def test_without_keys_a_key_file_that_was_brought_along_will_do(
    backup: Backup, install: Install, tmp_path: Path
) -> None:
    data = backup(with_keys=False)
    with install("new") as folder:
        (folder / "fields.key").write_bytes((tmp_path / "old" / "fields.key").read_bytes())
        assert restored(data).keyless == []
        assert keys_read() == {KEY}


def test_nothing_of_the_unpacking_stays_behind(backup: Backup, install: Install) -> None:
    data = backup()
    with install("new") as folder:
        restored(data)
        connection.close()
        names = {path.name for path in folder.iterdir()}
    assert names == {"studio.sqlite3", "media", "fields.key", "secret.key"}


def test_what_waited_is_never_sent_by_the_copy(backup: Backup, install: Install) -> None:
    data = backup()
    with install("new"):
        restored(data)
        assert set(Generation.objects.values_list("status", "maybe_charged")) == {
            (Status.INTERRUPTED, True)
        }


@pytest.mark.parametrize("place", ["database", "media", "log"])
def test_an_install_that_is_not_empty_is_left_alone(
    backup: Backup, install: Install, place: str
) -> None:
    data = backup()
    with install("new") as folder:
        names = {"database": "studio.sqlite3", "media": "media/x", "log": "studio.sqlite3-wal"}
        (folder / "media").mkdir()
        (folder / names[place]).write_bytes(b"mine")
        assert "already; restore into an empty install" in refused(data, folder)


@pytest.mark.parametrize(
    "member",
    [
        "about.json",
        "database/studio.sqlite3",
        "keys/fields.key",
        "keys/secret.key",
        "media/originals/",
        "media/thumbnails/320/",
        "media/thumbnails/640/",
        "SHA256SUMS",
    ],
)
def test_one_wrong_bit_anywhere_changes_nothing(
    backup: Backup, install: Install, member: str
) -> None:
    data = flipped(backup(), member)
    with install("new") as folder:
        assert refused(data, folder).endswith("Nothing was changed.")


@pytest.mark.parametrize("part", [0, 0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999])
def test_a_cut_anywhere_changes_nothing(backup: Backup, install: Install, part: float) -> None:
    data = backup()
    with install("new") as folder:
        assert "can't be used" in refused(data[: int(len(data) * part)], folder)


def test_a_newer_schema_is_refused_with_a_sentence(backup: Backup, install: Install) -> None:
    data = with_about(backup(), migrations=[["records", "9999_from_tomorrow"]])
    with install("new") as folder:
        said = refused(data, folder)
    assert "records.9999_from_tomorrow" in said
    assert "update the studio first" in said


def test_a_newer_format_is_refused_with_a_sentence(backup: Backup, install: Install) -> None:
    data = with_about(backup(), format=2, something="new")
    with install("new") as folder:
        assert "update the studio first" in refused(data, folder)


@pytest.mark.parametrize(
    "values",
    [
        {"format": "one"},
        {"made_at": None},
        {"migrations": 3},
        {"more": 1},
        {"has_keys": False},
        {"people": "many"},
        {"database": "oracle"},
    ],
)
def test_a_backup_that_contradicts_itself_is_refused(
    backup: Backup, install: Install, values: dict[str, Any]
) -> None:
    data = with_about(backup(), **values)
    with install("new") as folder:
        refused(data, folder)


def test_a_backup_from_another_database_is_refused(backup: Backup, install: Install) -> None:
    data = with_about(backup(), database="postgresql")
    with install("new") as folder:
        assert "was made on PostgreSQL, and this install uses SQLite" in refused(data, folder)


@pytest.mark.parametrize("name", ["keys/secret.key", "about.json"])
def test_a_member_that_is_there_twice_is_refused(
    backup: Backup, install: Install, name: str
) -> None:
    stream = io.BytesIO()
    writer = Writer(stream)
    for member in read(io.BytesIO(backup())):
        content = b"".join(member.pieces)
        for _ in range(2 if member.name == name else 1):
            writer.add_bytes(member.name, content)
    writer.close()
    with install("new") as folder:
        assert "twice" in refused(stream.getvalue(), folder)


@pytest.mark.parametrize("name", ["database/studio.sqlite3", "keys/fields.key"])
def test_a_backup_that_lacks_a_part_is_refused(backup: Backup, install: Install, name: str) -> None:
    def without(member: str, content: bytes) -> bytes | None:
        return None if member == name else content

    data = rewritten(backup(), without)
    with install("new") as folder:
        before = tree(folder)
        with pytest.raises((RefusedError, OSError)):
            restored(data)
        assert tree(folder) == before


def test_an_older_schema_is_brought_forward(backup: Backup, install: Install) -> None:
    def older(name: str, content: bytes) -> bytes:
        is_database = name == "database/studio.sqlite3"
        return without_last_migration(content) if is_database else content

    data = rewritten(backup(), older)
    with install("new"):
        restored(data)
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM django_migrations WHERE app = 'sessions'")
            assert cursor.fetchone() == (1,)
        assert "django_session" in connection.introspection.table_names()


def test_a_store_that_is_a_link_stays_one(backup: Backup, install: Install, tmp_path: Path) -> None:
    data = backup()
    with install("new") as folder:
        (tmp_path / "shared").mkdir()
        (folder / "media").symlink_to(tmp_path / "shared")
        restored(data)
        assert (folder / "media").is_symlink()
        assert tree(tmp_path / "shared") == tree(tmp_path / "old" / "media")


def without_last_migration(database: bytes) -> bytes:
    """The database as it was before it knew of sessions."""
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(":memory:")) as copy:
        copy.deserialize(database)
        copy.execute("PRAGMA journal_mode=DELETE")
        copy.execute("DROP TABLE django_session")
        copy.execute("DELETE FROM django_migrations WHERE app = 'sessions'")
        copy.commit()
        return copy.serialize()


@pytest.mark.parametrize("step", ["_place_keys", "_place_pictures", "_settle", "os.replace"])
def test_a_failure_half_way_leaves_the_install_as_it_was(
    backup: Backup, install: Install, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk fails after each step; the last is where the database takes its place."""
    data = backup()
    with install("new") as folder:
        (folder / "media").mkdir()
        before = tree(folder)
        fail_after(step, monkeypatch, folder / "studio.sqlite3")
        with pytest.raises(OSError, match="full"):
            restored(data)
        assert tree(folder) == before


def fail_after(step: str, monkeypatch: pytest.MonkeyPatch, database: Path) -> None:
    if step == "os.replace":
        replace = os.replace

        def fail_for_the_database(source: Any, target: Any) -> None:
            if Path(target) == database.resolve():
                raise OSError("full")
            replace(source, target)

        monkeypatch.setattr(os, "replace", fail_for_the_database)
        return
    work = getattr(restoring, step)

    def do_and_fail(*args: Any) -> None:
        work(*args)
        raise OSError("full")

    monkeypatch.setattr(restoring, step, do_and_fail)


def test_a_fresh_key_is_no_key_of_the_old_one(backup: Backup, install: Install) -> None:
    data = backup(with_keys=False)
    with install("new") as folder:
        (folder / "fields.key").write_bytes(Fernet.generate_key())
        assert len(restored(data).keyless) == 2
