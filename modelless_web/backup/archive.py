"""The file of a backup: a plain tar that holds the checksums of its members, as its last one.

``tar xf`` and ``sha256sum --check SHA256SUMS`` read it without the studio. We read it strictly:
each header must be the very one that we would write, so a link, a device, a path out of the
folder, a sparse or compressed member has no way to be said, and what is unpacked is never more
than what was read. Both ways go in one pass and constant memory.
"""

import hashlib
import io
import re
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Final

ABOUT: Final = "about.json"
SUMS: Final = "SHA256SUMS"
BLOCK: Final = tarfile.BLOCKSIZE
PIECE: Final = 1024 * 1024
END: Final = bytes(2 * BLOCK)
NAME: Final = re.compile(
    r"about\.json|SHA256SUMS|keys/(fields|secret)\.key"
    r"|database/[a-z0-9_]+\.(sqlite3|csv)|media(/[A-Za-z0-9][A-Za-z0-9._-]*)+"
)


type Tell = Callable[[int, int], None]


class RefusedError(Exception):
    """Something that is not done; the message is the sentence for the operator."""


class DamagedError(RefusedError):
    """The bytes are not a whole backup."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The backup can't be used: {reason}. Nothing was changed.")


@dataclass(frozen=True, slots=True)
class Member:
    """One file in a backup; ``pieces`` gives its bytes once, before the next member is taken."""

    name: str
    size: int
    pieces: Iterator[bytes]


class Writer:
    """Writes members to a stream that need not be seekable. ``size`` counts the bytes."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.size = 0
        self._stream = stream
        self._sums = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close

    def add(self, name: str, source: IO[bytes], size: int) -> None:
        """Add the next ``size`` bytes of ``source``. Raises RefusedError if there are fewer."""
        digest = hashlib.sha256()
        self._write(_header(name, size))
        try:
            for piece in _hashed(_pieces(source, size), digest):
                self._write(piece)
        except DamagedError as error:
            raise RefusedError(f"{name} grew shorter while it was read; try again.") from error
        self._write(_padding(size))
        self._sums.write(_line(digest.hexdigest(), name))

    def add_bytes(self, name: str, data: bytes) -> None:
        """Add a small member."""
        self.add(name, io.BytesIO(data), len(data))

    def close(self) -> None:
        """Write the checksums and the end; nothing can be added afterwards."""
        with self._sums as sums:
            size = sums.tell()
            sums.seek(0)
            self._write(_header(SUMS, size))
            for piece in _pieces(sums, size):
                self._write(piece)
        self._write(_padding(size) + END)

    def _write(self, data: bytes) -> None:
        self._stream.write(data)
        self.size += len(data)


def read(stream: IO[bytes]) -> Iterator[Member]:
    """Yield the members in their order; when the last was taken, every byte has been checked.

    Raises DamagedError, at the latest at the end: only then may what was read be trusted.
    """
    with tempfile.TemporaryFile() as sums:
        while True:
            name, size = _parsed(_exactly(stream, BLOCK))
            if name == SUMS:
                break
            digest = hashlib.sha256()
            pieces = _hashed(_pieces(stream, size), digest)
            yield Member(name, size, pieces)
            for _ in pieces:
                pass
            _skip_padding(stream, name, size)
            sums.write(_line(digest.hexdigest(), name))
        _compare(stream, size, sums)
    _skip_padding(stream, SUMS, size)
    if stream.read(len(END) + 1) != END:
        raise DamagedError("it does not end where it should")


def _compare(stream: IO[bytes], size: int, sums: IO[bytes]) -> None:
    """Compare the checksums in the file with those of the bytes that were read."""
    total = sums.tell()
    sums.seek(0)
    for line in sums:
        if _exactly(stream, len(line)) != line:
            name = line.split(b"  ")[1].decode().strip()
            raise DamagedError(f"{name} does not match its checksum")
    if size != total:
        raise DamagedError(f"{SUMS} is not the list of its members")


def _header(name: str, size: int) -> bytes:
    """The one way in which a member is announced: name and size are all that differs."""
    info = tarfile.TarInfo(name)
    info.size = size
    info.mode = 0o600
    return info.tobuf(tarfile.GNU_FORMAT, "ascii", "strict")


def _parsed(block: bytes) -> tuple[str, int]:
    try:
        info = tarfile.TarInfo.frombuf(block, "ascii", "strict")
        is_ours = bool(NAME.fullmatch(info.name)) and info.size >= 0
        is_ours = is_ours and _header(info.name, info.size) == block
    except (tarfile.HeaderError, ValueError) as error:
        raise DamagedError("it holds something that no backup holds") from error
    if not is_ours:
        raise DamagedError(f"it holds something that no backup holds ({info.name!r})")
    return info.name, info.size


def _hashed(pieces: Iterator[bytes], digest: "hashlib._Hash") -> Iterator[bytes]:
    for piece in pieces:
        digest.update(piece)
        yield piece


def _pieces(source: IO[bytes], size: int) -> Iterator[bytes]:
    while size:
        piece = source.read(min(size, PIECE))
        if not piece:
            raise DamagedError("it ends too early")
        size -= len(piece)
        yield piece


def _exactly(source: IO[bytes], size: int) -> bytes:
    return b"".join(_pieces(source, size))


def _padding(size: int) -> bytes:
    return bytes(-size % BLOCK)


def _skip_padding(stream: IO[bytes], name: str, size: int) -> None:
    if any(_exactly(stream, -size % BLOCK)):
        raise DamagedError(f"there is something behind {name}")


def _line(digest: str, name: str) -> bytes:
    return f"{digest}  {name}\n".encode()
