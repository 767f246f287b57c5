"""Whether the media store holds what the records say: missing, damaged and left-over files.

Rows and names are taken in pages, files in pieces, so a store of any size needs the same memory.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import PurePath
from typing import Final

from django.core.files.storage import default_storage
from django.utils import timezone

from modelless_web.records.models import Picture
from modelless_web.records.models.stored import THUMBNAIL_WIDTHS, StoredImage
from modelless_web.records.named import named, stored
from modelless_web.records.store import NotAPictureError, keep

PAGE: Final = 500
# A picture is in the store a moment before its row names it.
IN_HAND: Final = timedelta(hours=1)


class Finding(StrEnum):
    """What may be wrong with a file."""

    MISSING = "missing"
    DAMAGED = "damaged"
    NO_THUMBNAIL = "no thumbnail"
    MENDED = "mended"
    LEFT_OVER = "left over"

    @property
    def is_wrong(self) -> bool:
        """Whether somebody misses something; what is left over only takes room."""
        return self in {Finding.MISSING, Finding.DAMAGED, Finding.NO_THUMBNAIL}


@dataclass(frozen=True, slots=True)
class Found:
    """One file and what is wrong with it; None if nothing is."""

    name: str
    finding: Finding | None


def check_pictures(*, mend: bool) -> Iterator[Found]:
    """Look at the original and the thumbnails of every stored picture, in the order of hashes.

    With ``mend`` thumbnails that are not right are made anew. Raises OSError where the store
    can't be read.
    """
    for picture in _stored():
        name = picture.original_name
        finding = _original(picture)
        yield Found(name, finding)
        bad = [thumbnail for thumbnail in _thumbnails(picture) if not _is_whole_webp(thumbnail)]
        is_mended = bool(bad) and mend and finding is None and _mend(name, bad)
        for thumbnail in bad:
            yield Found(thumbnail, Finding.MENDED if is_mended else Finding.NO_THUMBNAIL)


def find_left_over() -> Iterator[Found]:
    """Name every file that no row names, but for those that may be on their way to one."""
    for folder, names in _folders(""):
        for start in range(0, len(names), PAGE):
            page = names[start : start + PAGE]
            for name in sorted(set(page) - _named(page)):
                path = f"{folder}{name}"
                if _is_old(path):
                    yield Found(path, Finding.LEFT_OVER)


def _stored() -> Iterator[StoredImage]:
    """One picture for each file; the same bytes may belong to many rows."""
    last = ""
    while page := list(stored(after=last)[:PAGE]):
        for sha256, media_type in page:
            if sha256 != last:
                last = sha256
                yield Picture(sha256=sha256, media_type=media_type)


def _original(picture: StoredImage) -> Finding | None:
    try:
        with default_storage.open(picture.original_name) as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return Finding.MISSING
    return None if digest == picture.sha256 else Finding.DAMAGED


def _thumbnails(picture: StoredImage) -> list[str]:
    return [picture.thumbnail_name(width) for width in THUMBNAIL_WIDTHS]


def _is_whole_webp(name: str) -> bool:
    """Whether the file is a WebP of the length that its header says (RFC 9649, section 2.4)."""
    try:
        with default_storage.open(name) as file:
            head, size = file.read(12), file.size
    except FileNotFoundError:
        return False
    return (
        head[:4] == b"RIFF"
        and head[8:] == b"WEBP"
        and int.from_bytes(head[4:8], "little") + 8 == size
    )


def _mend(original: str, thumbnails: list[str]) -> bool:
    """Make thumbnails anew from an original that is right; return whether it could be done."""
    with default_storage.open(original) as file:
        data = file.read()
    for thumbnail in thumbnails:
        default_storage.delete(thumbnail)
    try:
        keep(data)
    except NotAPictureError:
        return False
    return True


def _folders(folder: str) -> Iterator[tuple[str, list[str]]]:
    """Every folder of the store with the names of its files, in order."""
    if not default_storage.exists(folder):
        return
    below, names = default_storage.listdir(folder)
    yield folder, sorted(names)
    for name in sorted(below):
        yield from _folders(f"{folder}{name}/")


def _named(names: list[str]) -> set[str]:
    """Those of the names that a row stands behind."""
    known = named({PurePath(name).stem for name in names})
    return {name for name in names if PurePath(name).stem in known}


def _is_old(name: str) -> bool:
    try:
        return timezone.now() - default_storage.get_modified_time(name) > IN_HAND
    except FileNotFoundError:
        return False
