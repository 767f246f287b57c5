"""The media store: pictures by what they are, byte for byte as received, with thumbnails."""

import hashlib
import io
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import ExifTags, Image, ImageOps

from modelless_web.records.likeness import TOO_PLAIN, likeness
from modelless_web.records.models.pictures import Picture
from modelless_web.records.models.stored import FORMATS, THUMBNAIL_WIDTHS

logger = logging.getLogger(__name__)

MOST_PIXELS: Final = 50_000_000
MOST_FRAMES: Final = 200
THUMBNAIL_QUALITY: Final = 80
# What WebP can hold (RFC 9649, section 2.7.1.1, less one pixel).
LONGEST_SIDE: Final = 16_383
# Large enough to be scaled down once more, so that what is left out at first is not seen.
ENOUGH: Final = 2 * max(THUMBNAIL_WIDTHS)
LOOKED_AT_ONCE: Final = 50
ON_ITS_SIDE: Final = frozenset({5, 6, 7, 8})

# Pillow refuses what is larger than twice its limit, and warns of what is larger than once.
Image.MAX_IMAGE_PIXELS = MOST_PIXELS // 2
warnings.simplefilter("ignore", Image.DecompressionBombWarning)


class NotAPictureError(ValueError):
    """The bytes are no raster picture that we keep; the message says why.

    ``is_final``: they are one, but too large, and would be the next time, too.
    """

    def __init__(self, reason: str, *, is_final: bool = False) -> None:
        super().__init__(reason)
        self.is_final = is_final


class StoreError(OSError):
    """The store can't be written now; the message says why."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What the bytes of a stored picture turned out to be."""

    sha256: str
    media_type: str
    size: int
    width: int
    height: int
    colour: str
    likeness: int


def keep(data: bytes) -> Kept:
    """Check, store and thumbnail one picture; the same bytes are stored once.

    Takes up to a second of CPU for a large one. Raises NotAPictureError or StoreError.
    """
    kept, thumbnails = _looked_at(data)
    name = Picture(sha256=kept.sha256, media_type=kept.media_type)
    try:
        for width, thumbnail in thumbnails.items():
            _save(name.thumbnail_name(width), thumbnail)
        _save(name.original_name, data, is_exact=True)
    except Exception as error:
        # Whatever a storage raises: each kind of them has errors of its own.
        raise StoreError(getattr(error, "strerror", None) or str(error)) from error
    return kept


def sketched(data: bytes) -> tuple[bytes, int, int]:
    """A picture that is not to be kept, small, as WebP, and its full width and height in pixels.

    Raises NotAPictureError.
    """
    kept, pieces = _looked_at(data)
    return pieces[max(pieces)], kept.width, kept.height


def is_kept(kept: Kept) -> bool:
    """Whether the bytes are still there; True where the store can't be asked."""
    picture = Picture(sha256=kept.sha256, media_type=kept.media_type)
    try:
        return default_storage.exists(picture.original_name)
    except Exception:
        logger.exception("The store could not be asked for a picture.")
        return True


def look_again() -> int:
    """Give some of the stored pictures that have no likeness theirs; return how many.

    From the small thumbnail; where that can't be read, it is as if the picture were plain.
    """
    rows = Picture.objects.filter(state=Picture.State.STORED, likeness=None)
    some = list(rows.order_by("pk").only("sha256")[:LOOKED_AT_ONCE])
    for row in some:
        Picture.objects.filter(pk=row.pk).update(likeness=_likeness_of(row))
    return len(some)


def _likeness_of(picture: Picture) -> int:
    try:
        with default_storage.open(picture.thumbnail_name(THUMBNAIL_WIDTHS[0])) as file:
            return likeness(in_colour(Image.open(file, formats=("WEBP",))))
    except Exception:
        logger.exception("A thumbnail could not be read.")
        return TOO_PLAIN


def _looked_at(data: bytes) -> tuple[Kept, dict[int, bytes]]:
    """What the bytes are, and their thumbnails by width."""
    with opened(data) as image:
        width, height = image.size
        if image.getexif().get(ExifTags.Base.Orientation) in ON_ITS_SIDE:
            width, height = height, width
        media_type = f"image/{FORMATS[image.format or '']}"
        thumbnails = _thumbnails(image)
        small = thumbnails[THUMBNAIL_WIDTHS[0]]
        colour = small.convert("RGB").resize((1, 1)).tobytes().hex()
        look = likeness(small)
        pieces = {size: _webp(thumbnail) for size, thumbnail in thumbnails.items()}
    sha256 = hashlib.sha256(data).hexdigest()
    return Kept(sha256, media_type, len(data), width, height, f"#{colour}", look), pieces


@contextmanager
def opened(data: bytes) -> Iterator[Image.Image]:
    """Open a picture of a kind that we keep; what fails in the block is the picture's fault.

    Raises NotAPictureError.
    """
    try:
        with Image.open(io.BytesIO(data), formats=tuple(FORMATS)) as image:
            if getattr(image, "n_frames", 1) > MOST_FRAMES:
                raise NotAPictureError(f"it has more than {MOST_FRAMES} frames", is_final=True)
            yield image
    except (NotAPictureError, MemoryError):
        raise
    except Image.DecompressionBombError as error:
        most = MOST_PIXELS // 1_000_000
        raise NotAPictureError(f"it has more than {most} megapixels", is_final=True) from error
    except Exception as error:
        raise NotAPictureError("the bytes are not a PNG, JPEG, WebP, GIF or AVIF") from error


def _thumbnails(image: Image.Image) -> dict[int, Image.Image]:
    """Scale to each width, never up; the widest first, so that each makes the next."""
    current = in_colour(ImageOps.exif_transpose(_reduced(image)))
    made = {}
    for width in sorted(THUMBNAIL_WIDTHS, reverse=True):
        current = made[width] = _within(current, width)
    return made


def _reduced(image: Image.Image) -> Image.Image:
    """Decode, and get rid of most of the pixels before anything makes a copy of them."""
    image.draft(None, (ENOUGH, ENOUGH))
    image.load()
    if image.mode in {"1", "P", "PA", "I", "I;16", "I;16B"}:
        image = in_colour(image)
    factor = min(image.size) // ENOUGH
    return image.reduce(factor) if factor > 1 else image


def in_colour(image: Image.Image) -> Image.Image:
    """Return it with eight bits of red, green and blue, and of alpha where it has transparency."""
    if image.mode.startswith("I"):
        # Sixteen bits of grey.
        image = image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    mode = "RGBA" if image.has_transparency_data else "RGB"
    return image if image.mode == mode else image.convert(mode)


def _within(image: Image.Image, width: int) -> Image.Image:
    scale = min(width / image.width, LONGEST_SIDE / image.height)
    if scale >= 1:
        return image
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def _webp(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=THUMBNAIL_QUALITY, method=3)
    return buffer.getvalue()


def _save(name: str, data: bytes, *, is_exact: bool = False) -> None:
    """Save unless it is there; an exact file that is there with another length is damaged."""
    is_there = default_storage.exists(name)
    if not is_there or (is_exact and default_storage.size(name) != len(data)):
        default_storage.save(name, ContentFile(data))
