"""The media store: bytes as they came, and thumbnails."""

import hashlib
import io
import random
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from PIL import Image

from modelless_web.practice.painter import draw
from modelless_web.records.likeness import distance, likeness
from modelless_web.records.models import Picture
from modelless_web.records.store import Kept, NotAPictureError, keep, look_again
from tests.studio.factories import a_generation, a_picture
from tests.support import factories

pytestmark = pytest.mark.usefixtures("media")


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


@pytest.mark.parametrize("size", [(1, 1), (10_000, 1), (1, 10_000), (1, 20_000), (600, 20_000)])
def test_every_shape_has_thumbnails(media: Path, size: tuple[int, int]) -> None:
    kept = keep(drawn(size=size))
    assert (kept.width, kept.height) == size
    with Image.open(media / place(kept).thumbnail_name(640)) as thumbnail:
        assert max(thumbnail.size) <= 16_383


@pytest.mark.parametrize(
    ("mode", "kind", "ink"),
    [
        ("1", "PNG", 1),
        ("L", "PNG", 200),
        ("LA", "PNG", (200, 90)),
        ("P", "PNG", 7),
        ("P", "GIF", 7),
        ("RGBA", "PNG", (9, 9, 9, 0)),
        ("RGBA", "WEBP", (9, 9, 9, 0)),
        ("I;16", "PNG", 30_000),
        ("CMYK", "JPEG", (0, 90, 90, 0)),
    ],
)
def test_every_mode_has_thumbnails(mode: str, kind: str, ink: Any) -> None:
    buffer = io.BytesIO()
    Image.new(mode, (3_000, 2_700), ink).save(buffer, kind)
    assert keep(buffer.getvalue()).width == 3_000


def test_sixteen_bits_of_grey_are_not_shown_white() -> None:
    buffer = io.BytesIO()
    Image.new("I;16", (50, 40), 30_000).save(buffer, "PNG")
    assert keep(buffer.getvalue()).colour == "#757575"


def test_the_damaged_inside_of_a_picture_is_noticed_or_borne() -> None:
    whole = {kind: drawn(kind) for kind in ("PNG", "JPEG", "WEBP", "GIF", "AVIF")}
    chance = random.Random(7)
    for _ in range(300):
        data = bytearray(whole[chance.choice(sorted(whole))])
        for _ in range(chance.randint(1, 6)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        with suppress(NotAPictureError):
            keep(bytes(data[: chance.randint(1, 2 * len(data))]))


def test_one_frame_too_many_is_too_many() -> None:
    frames = [Image.new("L", (8, 8), shade) for shade in range(201)]
    buffer = io.BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:])
    with pytest.raises(NotAPictureError, match="200 frames"):
        keep(buffer.getvalue())


def test_a_picture_of_many_pixels_is_refused_by_its_head() -> None:
    head = bytearray(drawn("PNG", size=(8, 8)))
    head[16:24] = (60_000).to_bytes(4) + (60_000).to_bytes(4)
    head[29:33] = zlib.crc32(head[12:29]).to_bytes(4)
    with pytest.raises(NotAPictureError, match="50 megapixels"):
        keep(bytes(head))


def test_what_is_kept_is_looked_at() -> None:
    data = draw("a coast at dusk 300x200")
    with Image.open(io.BytesIO(data)) as image:
        assert keep(data).likeness == likeness(image)


@pytest.mark.django_db
def test_pictures_from_before_are_looked_at_later(media: Path) -> None:
    row = a_generation(factories.guest())
    seen = a_picture(row, draw("a coast at dusk 300x200"))
    Picture.objects.update(likeness=None)
    assert look_again() == 1
    later = Picture.objects.get()
    assert later.likeness is not None
    assert distance(later.likeness, seen.likeness or 0) <= 2
    assert look_again() == 0


@pytest.mark.django_db
def test_a_picture_whose_thumbnail_is_gone_is_looked_at_once(media: Path) -> None:
    picture = a_picture(a_generation(factories.guest()), likeness=None)
    default_storage.delete(picture.thumbnail_name(320))
    assert [look_again(), look_again()] == [1, 0]
