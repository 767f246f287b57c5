"""Pictures that go along with a prompt: checked and scaled, kept, and made ready to be sent."""

import io
from datetime import datetime, timedelta
from threading import BoundedSemaphore
from typing import Final

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from PIL import Image, ImageOps

from modelless_web.gateway.attachments import Attachment, Wanted
from modelless_web.records.models import Discarded, Draft, Picture, Reference, User
from modelless_web.records.retention import discard
from modelless_web.records.store import NotAPictureError, in_colour, is_kept, keep, opened

MOST_BYTES: Final = 30 * 1024 * 1024
# What models look at is scaled down to this or less anyway.
LONGEST: Final = 2048
QUALITY: Final = 92
# Pixels keep their exact colours up to here; a mask may have no more (gateway reference, 4.4).
MOST_EXACT: Final = 4_000_000
OPAQUE: Final = 255
# The largest that dall-e-2 draws.
SQUARE: Final = 1024
KEPT_UNUSED: Final = timedelta(days=30)
AT_ONCE: Final = 200
# Memory: pixels times four for each that is being decoded.
_decoding = BoundedSemaphore(2)


class MissingError(Exception):
    """A picture that a request names is not there any more."""


def take(
    owner: User, data: bytes, *, source_url: str = "", expires_at: datetime | None = None
) -> Reference:
    """Keep a picture for somebody to give along; the same one twice is one row.

    Takes up to a second of CPU for a large one. Raises NotAPictureError or StoreError.
    """
    if len(data) > MOST_BYTES:
        most = MOST_BYTES // 1024**2
        raise NotAPictureError(f"it has more than {most} MB", is_final=True)
    with _decoding:
        made = prepared(data)
        kept = keep(made)
    with transaction.atomic():
        Discarded.objects.filter(sha256=kept.sha256).delete()
        row = Reference.objects.visible_to(owner).filter(sha256=kept.sha256).first()
        row = row or Reference(owner=owner, sha256=kept.sha256, media_type=kept.media_type)
        row.size, row.width, row.height = kept.size, kept.width, kept.height
        row.colour, row.used_at = kept.colour, timezone.now()
        if source_url:
            row.source_url, row.expires_at = source_url, expires_at
        row.save()
    while not is_kept(kept):
        # Somebody deleted the same picture for good at this very moment.
        keep(made)
    return row


def take_again(owner: User, picture: Picture) -> Reference:
    """Keep a picture that an answer brought. Raises as ``take``, also for one that is not here."""
    gone = NotAPictureError("it is not here", is_final=True)
    if not picture.is_stored:
        raise gone
    try:
        with default_storage.open(picture.original_name) as file:
            data = file.read()
    except FileNotFoundError as error:
        raise gone from error
    return take(owner, data, source_url=picture.source_url, expires_at=picture.expires_at)


def take_mask(owner: User, data: bytes) -> Reference:
    """Keep a mask: what is transparent in it is to be painted anew.

    Raises NotAPictureError, also if nothing is, or StoreError.
    """
    with opened(data) as image:
        pixels = in_colour(image)
        if pixels.mode != "RGBA" or pixels.getchannel("A").getextrema()[0] == OPAQUE:
            raise NotAPictureError("nothing of it is transparent, so nothing would be changed")
    return take(owner, data)


def prepared(data: bytes) -> bytes:
    """Return the first frame upright, at most 2048 px, without metadata. Raises NotAPictureError.

    PNG for what has exact pixels or a transparency, as long as that is small; else JPEG.
    """
    with opened(data) as image:
        is_exact = image.format in {"PNG", "GIF"}
        image.draft(None, (LONGEST, LONGEST))
        pixels = in_colour(image)
        pixels.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS, reducing_gap=3.0)
        upright = ImageOps.exif_transpose(pixels)
        exact = _png(upright) if is_exact or upright.mode == "RGBA" else b""
        if exact and (upright.mode == "RGBA" or len(exact) <= MOST_EXACT):
            return exact
        return _saved(upright, "JPEG", quality=QUALITY)


def load(owner: int, wanted: Wanted) -> dict[str, Attachment]:
    """Read the bytes of what a request of ``owner`` names, as its model takes them.

    Raises MissingError where one is gone, and whatever the store raises.
    """
    rows = Reference.objects.filter(owner=owner).named(wanted.names)
    found = {row.name: row for row in rows}
    if len(found) < len(wanted.names):
        raise MissingError
    return {name: _attachment(found[name], wanted) for name in wanted.names}


def forget() -> int:
    """Let go of some that nothing has used for thirty days; return how many went."""
    old = Reference.objects.filter(used_at__lt=timezone.now() - KEPT_UNUSED, generations=None)
    rows = list(old.order_by("used_at")[:AT_ONCE])
    gone = [row for row in rows if not _is_in_a_draft(row)]
    with transaction.atomic():
        stale = Reference.objects.filter(pk__in=[row.pk for row in gone], generations=None)
        count, _ = stale.delete()
        discard({row.sha256: row.media_type for row in gone})
    kept = [row.pk for row in rows if row not in gone]
    Reference.objects.filter(pk__in=kept).update(used_at=timezone.now())
    return count


def _is_in_a_draft(row: Reference) -> bool:
    drafts = Draft.objects.filter(owner=row.owner_id)
    return drafts.filter(fields__references__icontains=str(row.pk)).exists() or (
        drafts.filter(fields__mask=str(row.pk)).exists()
    )


def _attachment(row: Reference, wanted: Wanted) -> Attachment:
    try:
        with default_storage.open(row.original_name) as file:
            data = file.read()
    except FileNotFoundError as error:
        raise MissingError from error
    if wanted.as_square_png:
        return Attachment("image/png", _square(data))
    return Attachment(row.media_type, data)


def _square(data: bytes) -> bytes:
    """Cut to the square in the middle, as PNG of at most 1024 px."""
    with opened(data) as image:
        side = min(*image.size, SQUARE)
        return _png(ImageOps.fit(image, (side, side), Image.Resampling.LANCZOS))


def _png(image: Image.Image) -> bytes:
    return _saved(image, "PNG")


def _saved(image: Image.Image, form: str, **options: int) -> bytes:
    file = io.BytesIO()
    # What a file says beside its pixels, such as where it was taken, is for nobody else.
    image.info.clear()
    image.getexif().clear()
    image.save(file, form, **options)
    return file.getvalue()
