"""An export as a ZIP: the pictures under names that sort, a manifest of everything, a word."""

import hashlib
import sqlite3
from collections.abc import Generator, Iterator
from datetime import datetime
from typing import Final, Self

from django.core.files.storage import default_storage
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.text import slugify

from modelless_web.records.export.columns import Record, along, record
from modelless_web.records.export.json_lines import line
from modelless_web.records.export.rows import generations
from modelless_web.records.export.zip import Packed, Writer
from modelless_web.records.models import Generation, Picture, Reference
from modelless_web.records.models.stored import StoredImage

MANIFEST: Final = "manifest.jsonl"
LONGEST_WORDS: Final = 40
MOST_NAMED: Final = 100


class AbsentError(Exception):
    """A picture that is not in the ZIP; the message says why."""


def archive(rows: QuerySet[Generation]) -> Generator[bytes]:
    """Yield the bytes of the ZIP; nothing, now and then, so that whoever reads can look up.

    A picture that is not here, or not what it was, breaks nothing: manifest and README say so.
    """
    began, readme = timezone.now(), _Readme()
    with Writer() as writer, Packed() as manifest, _Along(readme) as kept:
        for row in generations(rows):
            told = record(row)
            readme.generations += 1
            for picture, entry in zip(row.pictures.all(), told["pictures"], strict=True):
                try:
                    data, entry["file"] = original(picture), name(row, picture)
                except AbsentError as absent:
                    entry["file"], entry["absent"] = None, str(absent)
                    readme.miss(name(row, picture), str(absent))
                else:
                    readme.pictures += 1
                    yield from writer.add_bytes(entry["file"], row.queued_at, data)
            for reference, entry in zip(along(row), told["references"], strict=True):
                yield from kept.add(writer, reference, entry)
            manifest.write(line(told))
            yield b""
        yield from manifest.add_to(writer, MANIFEST, began)
        yield from writer.add_bytes("README.txt", began, readme.text(began).encode())
        yield from writer.end()


def original(picture: Picture) -> bytes:
    """Return the picture's bytes, which are what their checksum says. Raises AbsentError."""
    if picture.is_lost:
        raise AbsentError(f"lost upstream: {picture.trouble}".rstrip(": "))
    if not picture.is_stored:
        raise AbsentError("not saved yet")
    return stored(picture)


def stored(image: StoredImage) -> bytes:
    """Return the bytes that are in the store, if they are what their checksum says.

    Raises AbsentError.
    """
    try:
        with default_storage.open(image.original_name) as file:
            data: bytes = file.read()
    except FileNotFoundError as error:
        raise AbsentError("missing from the store") from error
    except OSError as error:
        raise AbsentError(f"unreadable in the store: {error.strerror}") from error
    if hashlib.sha256(data).hexdigest() != image.sha256:
        raise AbsentError("damaged in the store: it does not match its checksum")
    return data


def name(row: Generation, picture: Picture) -> str:
    """A name that sorts by time, says something, is unique, and is one on every system."""
    words = slugify(row.prompt[:200], allow_unicode=True)[:LONGEST_WORDS].strip("-_")
    ending = picture.media_type.removeprefix("image/") or "none"
    parts = (f"{row.queued_at:%Y-%m-%d_%H-%M-%S}", words, str(picture.pk))
    return f"pictures/{'_'.join(part for part in parts if part)}.{ending}"


def counted(number: int, what: str) -> str:
    """``1 picture``, ``4,312 pictures``."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


class _Readme:
    """Counts what is in a ZIP, and says it in three sentences."""

    def __init__(self) -> None:
        self.generations = self.pictures = self.references = self.absent = 0
        self._named: list[str] = []

    def miss(self, picture: str, reason: str) -> None:
        """Note a picture that is not there; the first hundred by name."""
        self.absent += 1
        if len(self._named) < MOST_NAMED:
            self._named.append(f"{picture}: {reason}")

    def text(self, began: datetime) -> str:
        given = f" and {counted(self.references, 'reference picture')}" if self.references else ""
        sentences = (
            f"This is what Modelless Studio kept at {began:%Y-%m-%d %H:%M} UTC:"
            f" {counted(self.generations, 'generation')} with"
            f" {counted(self.pictures, 'picture')}{given}.",
            f"{MANIFEST} holds one line of JSON for each generation, with everything that was"
            " asked and answered, and of each picture its file and its SHA-256; only the"
            " signatures of links were left out.",
            f"Not here, each for its reason: {counted(self.absent, 'picture')}."
            if self.absent
            else "Every picture is here.",
        )
        more = self.absent - len(self._named)
        ending = [f"and {more:,} more, see {MANIFEST}"] if more else []
        return "\r\n".join((*sentences, *self._named, *ending)) + "\r\n"


class _Along:
    """The pictures that went along, each once, however many generations it went along with.

    Which those are stands in a table on disk: there is no end to how many there may be.
    """

    def __init__(self, readme: _Readme) -> None:
        self._readme = readme
        # The steps of an export are taken by one thread or another, never by two at once.
        self._tried = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._tried.execute("CREATE TABLE tried (sha256 TEXT PRIMARY KEY, absent TEXT)")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._tried.close()

    def add(self, writer: Writer, reference: Reference, entry: Record) -> Iterator[bytes]:
        """Write its bytes unless they are there, and into its entry where, or why not."""
        file = f"references/{reference.sha256}.{reference.media_type.removeprefix('image/')}"
        asked = "SELECT absent FROM tried WHERE sha256 = ?"
        tried = self._tried.execute(asked, [reference.sha256]).fetchone()
        if tried:
            (absent,) = tried
        else:
            absent = yield from self._write(writer, reference, file)
            self._tried.execute("INSERT INTO tried VALUES (?, ?)", [reference.sha256, absent])
        entry |= {"file": None, "absent": absent} if absent else {"file": file}

    def _write(
        self, writer: Writer, reference: Reference, file: str
    ) -> Generator[bytes, None, str]:
        """Write its bytes; return why they are absent, or nothing."""
        try:
            data = stored(reference)
        except AbsentError as absent:
            self._readme.miss(file, str(absent))
            return str(absent)
        self._readme.references += 1
        yield from writer.add_bytes(file, reference.made_at, data)
        return ""
