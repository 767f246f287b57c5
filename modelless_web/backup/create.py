"""Making a backup while the studio runs: first the database as of one moment, then its pictures.

Pictures never change once they are stored, so those that the copied rows name are the right ones
however long it takes. Thumbnails come along: they are a few percent of the size, and to draw them
all anew would keep a restored studio busy for hours.
"""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.files.storage import default_storage

from modelless_web.backup import database
from modelless_web.backup.about import About
from modelless_web.backup.archive import ABOUT, Tell, Writer
from modelless_web.records.models import Picture
from modelless_web.records.models.stored import THUMBNAIL_WIDTHS
from modelless_web.records.named import stored
from modelless_web.records.secrets import key_file


@dataclass(frozen=True, slots=True)
class Made:
    """What went into a backup: its own description, bytes, and originals that were not there."""

    about: About
    size: int
    missing: list[str]


def create(stream: IO[bytes], *, workshop: Path, with_keys: bool, tell: Tell) -> Made:
    """Write a backup to ``stream``; ``workshop`` is a folder with room for the database.

    ``tell`` hears how many pictures of how many are in. Raises RefusedError, OSError, or Django's
    DatabaseError.
    """
    database.refuse_if_none()
    writer = Writer(stream)
    with tempfile.TemporaryFile("w+", dir=workshop) as names:
        copies = workshop / "database"
        copies.mkdir()
        with database.snapshot(copies):
            about = About.of_database(has_keys=with_keys)
            names.writelines(f"{picture}\n" for picture in _pictures())
        writer.add_bytes(ABOUT, about.dump())
        if with_keys:
            writer.add_bytes("keys/fields.key", key_file().read_bytes())
            writer.add_bytes("keys/secret.key", settings.SECRET_KEY.encode() + b"\n")
        for path in sorted(copies.iterdir()):
            with path.open("rb") as file:
                writer.add(f"database/{path.name}", file, path.stat().st_size)
            path.unlink()
        names.seek(0)
        missing = _add_pictures(writer, names, about.pictures, tell)
    writer.close()
    return Made(about, writer.size, missing)


def _pictures() -> Iterator[str]:
    """The hash and the type of every stored picture, those that people gave among them."""
    for sha256, media_type in stored().iterator():
        yield f"{sha256} {media_type}"


def _add_pictures(writer: Writer, names: IO[str], total: int, tell: Tell) -> list[str]:
    missing = []
    for number, line in enumerate(names, 1):
        sha256, media_type = line.split()
        picture = Picture(sha256=sha256, media_type=media_type)
        if not _add_file(writer, picture.original_name):
            missing.append(picture.original_name)
        for width in THUMBNAIL_WIDTHS:
            _add_file(writer, picture.thumbnail_name(width))
        tell(number, total)
    return missing


def _add_file(writer: Writer, name: str) -> bool:
    """Add a file of the media store, if it is there."""
    try:
        file = default_storage.open(name)
    except FileNotFoundError:
        return False
    with file:
        writer.add(f"media/{name}", file, file.size)
    return True
