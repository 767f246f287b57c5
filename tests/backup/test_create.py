"""What is in a backup."""

import hashlib
import io
from collections.abc import Callable
from pathlib import Path

from modelless_web.backup.archive import read
from modelless_web.backup.create import create
from tests.support.backups import about

from .conftest import Install

type Backup = Callable[..., bytes]


def names(data: bytes) -> list[str]:
    return [member.name for member in read(io.BytesIO(data))]


def test_it_says_what_it_is_before_anything_else(backup: Backup) -> None:
    data = backup()
    assert names(data)[0] == "about.json"
    said = about(data)
    assert [said[name] for name in ("generations", "pictures", "people")] == [2, 2, 0]
    assert ["records", "0001_initial"] in said["migrations"]


def test_originals_and_thumbnails_are_in_it(backup: Backup) -> None:
    rooms = [name.split("/")[1] for name in names(backup()) if name.startswith("media/")]
    assert sorted(rooms) == ["originals"] * 2 + ["thumbnails"] * 4


def test_the_digest_of_every_member_is_in_the_list(backup: Backup) -> None:
    data = backup()
    for member in read(io.BytesIO(data)):
        digest = hashlib.sha256(b"".join(member.pieces)).hexdigest()
        assert f"{digest}  {member.name}\n".encode() in data


def test_keys_are_not_in_a_backup_that_was_asked_for_without(
    backup: Backup, tmp_path: Path
) -> None:
    data = backup(with_keys=False)
    assert b"keys/" not in data
    assert (tmp_path / "old" / "fields.key").read_bytes() not in data


def test_a_picture_that_is_not_there_is_named_and_the_rest_is_kept(
    backup: Backup, install: Install, tmp_path: Path
) -> None:
    backup()
    gone, *_ = sorted((tmp_path / "old" / "media" / "originals").rglob("*.png"))
    gone.unlink()
    again, stream = tmp_path / "again", io.BytesIO()
    again.mkdir()
    with install("old"):
        made = create(stream, workshop=again, with_keys=False, tell=lambda _done, _total: None)
    assert [Path(name).name for name in made.missing] == [gone.name]
    assert len([name for name in names(stream.getvalue()) if "originals" in name]) == 1


def test_progress_is_told_picture_by_picture(
    backup: Backup, install: Install, tmp_path: Path
) -> None:
    backup()
    told: list[tuple[int, int]] = []
    (tmp_path / "again").mkdir()
    with install("old"):
        create(
            io.BytesIO(),
            workshop=tmp_path / "again",
            with_keys=False,
            tell=lambda done, total: told.append((done, total)),
        )
    assert told == [(1, 2), (2, 2)]
