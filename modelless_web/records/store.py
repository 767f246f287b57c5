"""The media store: pictures by what they are, byte for byte as received, with thumbnails."""

import hashlib
import io
import warnings
from dataclasses import dataclass
from typing import Final

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image, ImageOps

from modelless_web.records.models.pictures import THUMBNAIL_WIDTHS, Picture

FORMATS: Final = {"PNG": "png", "JPEG": "jpeg", "WEBP": "webp", "GIF": "gif", "AVIF": "avif"}
MOST_PIXELS: Final = 50_000_000
MOST_FRAMES: Final = 200
THUMBNAIL_QUALITY: Final = 80


class NotAPictureError(ValueError):
    """The bytes are no raster picture that we keep; the message says why."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What the bytes of a stored picture turned out to be."""

    sha256: str
    media_type: str
    size: int
    width: int
    height: int
    colour: str


def keep(data: bytes) -> Kept:
    """Check, store and thumbnail one picture; the same bytes are stored once.

    Takes up to a second of CPU for a large one. Raises NotAPictureError, or OSError where the
    store can't be written.
    """
    with _opened(data) as image:
        width, height = ImageOps.exif_transpose(image).size if image.getexif() else image.size
        media_type = f"image/{FORMATS[image.format or '']}"
        thumbnails = _thumbnails(image)
    small = thumbnails[THUMBNAIL_WIDTHS[0]]
    kept = Kept(
        sha256=hashlib.sha256(data).hexdigest(),
        media_type=media_type,
        size=len(data),
        width=width,
        height=height,
        colour="#" + small.convert("RGB").resize((1, 1)).tobytes().hex(),
    )
    name = Picture(sha256=kept.sha256, media_type=kept.media_type)
    for thumbnail_width, thumbnail in thumbnails.items():
        _save(name.thumbnail_name(thumbnail_width), _webp(thumbnail))
    _save(name.original_name, data, is_exact=True)
    return kept


def _opened(data: bytes) -> Image.Image:
    try:
        with warnings.catch_warnings():
            # Pillow only warns up to twice the limit; for us the limit is the limit.
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data), formats=tuple(FORMATS))
            if image.width * image.height > MOST_PIXELS:
                raise NotAPictureError(f"it has more than {MOST_PIXELS // 1_000_000} megapixels")
            if getattr(image, "n_frames", 1) > MOST_FRAMES:
                raise NotAPictureError(f"it has more than {MOST_FRAMES} frames")
            image.load()
    except NotAPictureError:
        raise
    except Exception as error:
        raise NotAPictureError("the bytes are not a PNG, JPEG, WebP, GIF or AVIF") from error
    return image


def _thumbnails(image: Image.Image) -> dict[int, Image.Image]:
    """Scale to each width, never up; the widest first, so that each makes the next."""
    upright = ImageOps.exif_transpose(image)
    current = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    made = {}
    for width in sorted(THUMBNAIL_WIDTHS, reverse=True):
        if current.width > width:
            height = max(1, round(current.height * width / current.width))
            current = current.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=2.0)
        made[width] = current
    return made


def _webp(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=THUMBNAIL_QUALITY, method=3)
    return buffer.getvalue()


def _save(name: str, data: bytes, *, is_exact: bool = False) -> None:
    """Save unless it is there; an exact file that is there with another length is damaged."""
    is_there = default_storage.exists(name)
    if not is_there or (is_exact and default_storage.size(name) != len(data)):
        default_storage.save(name, ContentFile(data))
