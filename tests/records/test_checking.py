"""What is wrong in the media store, file by file."""

import io
import os
import time
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from PIL import Image

from modelless_web.records import checking
from modelless_web.records.checking import Finding, check_pictures, find_left_over
from modelless_web.records.models import Picture
from modelless_web.records.store import keep
from tests.support import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]


def stored(colour: str = "red") -> Picture:
    """A picture in the store, and the row that names it."""
    buffer = io.BytesIO()
    Image.new("RGB", (700, 40), colour).save(buffer, "PNG")
    kept = keep(buffer.getvalue())
    return factories.picture(
        factories.generation(),
        state=Picture.State.STORED,
        sha256=kept.sha256,
        media_type=kept.media_type,
    )


def findings(*, mend: bool = False) -> dict[str, Finding]:
    """What is wrong, by the names of the files."""
    found = [*check_pictures(mend=mend), *find_left_over()]
    return {one.name: one.finding for one in found if one.finding}


def aged(path: Path) -> Path:
    """A file that has been there for a day."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        path.write_bytes(b"x")
    yesterday = time.time() - 86_400
    os.utime(path, (yesterday, yesterday))
    return path


def test_a_store_that_is_right_has_nothing_to_say() -> None:
    stored()
    stored("blue")
    assert findings() == {}


def test_a_store_without_pictures_has_nothing_to_say(media: Path) -> None:
    media.rmdir()
    assert findings() == {}


def test_every_file_is_looked_at_once(media: Path) -> None:
    for _ in range(3):
        stored()
    assert [one.finding for one in check_pictures(mend=False)] == [None]


def test_a_file_that_is_gone_is_missing() -> None:
    name = stored().original_name
    default_storage.delete(name)
    assert findings() == {name: Finding.MISSING}


@pytest.mark.parametrize("damage", ["a bit", "its end", "everything"])
def test_a_file_with_other_bytes_is_damaged(media: Path, damage: str) -> None:
    name = stored().original_name
    data = bytearray((media / name).read_bytes())
    if damage == "a bit":
        data[-1] ^= 1
    (media / name).write_bytes(data[: {"its end": -5, "everything": 0}.get(damage)])
    assert findings() == {name: Finding.DAMAGED}


@pytest.mark.parametrize("damage", ["gone", "cut", "empty", "another file"])
def test_a_thumbnail_that_is_not_right_is_made_anew(media: Path, damage: str) -> None:
    name = stored().thumbnail_name(640)
    whole = (media / name).read_bytes()
    if damage == "gone":
        (media / name).unlink()
    else:
        (media / name).write_bytes({"cut": whole[:-1], "empty": b""}.get(damage, b"GIF89a" * 9))
    assert findings() == {name: Finding.NO_THUMBNAIL}
    assert findings(mend=True) == {name: Finding.MENDED}
    assert findings() == {}
    assert (media / name).read_bytes() == whole


def test_nothing_is_mended_from_a_damaged_picture(media: Path) -> None:
    picture, other = stored(), stored("blue")
    (media / picture.original_name).write_bytes((media / other.original_name).read_bytes())
    (media / picture.thumbnail_name(320)).unlink()
    assert findings(mend=True) == {
        picture.original_name: Finding.DAMAGED,
        picture.thumbnail_name(320): Finding.NO_THUMBNAIL,
    }


@pytest.mark.parametrize(
    "name",
    [
        f"originals/00/{'0' * 64}.png",
        f"thumbnails/320/00/{'0' * 64}.webp",
        "originals/ab/half-written.tmp",
        "README",
    ],
)
def test_a_file_that_no_row_names_is_left_over(media: Path, name: str) -> None:
    stored()
    aged(media / name)
    assert findings() == {name: Finding.LEFT_OVER}


def test_a_file_on_its_way_to_a_row_is_not_left_over(media: Path) -> None:
    (media / "originals").mkdir()
    (media / "originals" / "just now.png").write_bytes(b"x")
    assert findings() == {}


def test_a_file_is_left_over_when_its_row_is_gone(media: Path) -> None:
    picture = stored()
    aged(media / picture.original_name)
    picture.delete()
    assert findings() == {picture.original_name: Finding.LEFT_OVER}


def test_more_pictures_than_a_page_holds_are_all_looked_at(
    media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "PAGE", 2)
    for colour in ("red", "blue", "green", "red", "red", "red", "black", "white"):
        stored(colour)
    left = [aged(media / "originals" / f"{number}.png").name for number in range(5)]
    assert [one.finding for one in check_pictures(mend=False)] == [None] * 5
    assert len(findings()) == len(left)
