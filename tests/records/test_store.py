"""The media store: bytes as they came, and thumbnails."""

import hashlib
import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from modelless_web.records.models import Picture
from modelless_web.records.store import Kept, NotAPictureError, keep


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    """An empty media folder."""
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path},
        }
    }
    return tmp_path


def drawn(kind: str = "PNG", size: tuple[int, int] = (800, 400), **options: Any) -> bytes:
    """A picture's bytes."""
    buffer = io.BytesIO()
    Image.new("RGB", size, "#2060a0").save(buffer, kind, **options)
    return buffer.getvalue()


def place(kept: Kept) -> Picture:
    """The picture's names in the store."""
    return Picture(sha256=kept.sha256, media_type=kept.media_type)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "AVIF"])
def test_the_original_is_kept_byte_for_byte(media: Path, kind: str) -> None:
    data = drawn(kind)
    kept = keep(data)
    assert (media / place(kept).original_name).read_bytes() == data
    assert kept.sha256 == hashlib.sha256(data).hexdigest()


def test_what_a_picture_is_comes_from_its_bytes() -> None:
    kept = keep(drawn("PNG"))
    assert (kept.media_type, kept.width, kept.height) == ("image/png", 800, 400)
    assert kept.colour == "#2060a0"


@pytest.mark.parametrize(("width", "size"), [(320, (320, 160)), (640, (640, 320))])
def test_thumbnails_are_webp_of_their_width(media: Path, width: int, size: tuple[int, int]) -> None:
    with Image.open(media / place(keep(drawn())).thumbnail_name(width)) as thumbnail:
        assert (thumbnail.format, thumbnail.size) == ("WEBP", size)


def test_a_small_picture_is_never_scaled_up(media: Path) -> None:
    with Image.open(media / place(keep(drawn(size=(50, 20)))).thumbnail_name(640)) as thumbnail:
        assert thumbnail.size == (50, 20)


def test_the_same_bytes_are_stored_once(media: Path) -> None:
    keep(drawn())
    before = sorted(media.rglob("*"))
    keep(drawn())
    assert sorted(media.rglob("*")) == before


def test_a_picture_on_its_side_is_shown_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    kept = keep(drawn("JPEG", exif=exif))
    assert (kept.width, kept.height) == (400, 800)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<!doctype html><h1>Please sign in</h1>",
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        drawn()[:200],
        drawn("BMP"),
    ],
    ids=["nothing", "html", "svg", "cut off", "a format we do not keep"],
)
def test_what_is_no_picture_is_not_kept(media: Path, data: bytes) -> None:
    with pytest.raises(NotAPictureError):
        keep(data)
    assert list(media.iterdir()) == []


def test_a_picture_that_would_fill_the_memory_is_not_opened() -> None:
    with pytest.raises(NotAPictureError):
        keep(drawn(size=(8_000, 7_000)))
