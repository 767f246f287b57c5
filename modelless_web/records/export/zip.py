"""A ZIP written in one pass and in constant memory (APPNOTE 6.3.10, sections 4.3 and 4.5.3).

Each member is whole before its header is written, so that the header says size and CRC, which
every unpacker understands, also one that reads as it comes. The list of the members, which
stands at the end, waits on disk. Python's own writer and the libraries around it keep that list
in memory, and write sizes behind the bytes where the stream can't be wound back.
"""

import struct
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self

STORED: Final = 0
DEFLATED: Final = 8
LARGE: Final = 0xFFFF_FFFF
MANY: Final = 0xFFFF
PLAIN_VERSION: Final = 20
LARGE_VERSION: Final = 45
UTF8: Final = 1 << 11
UNIX: Final = 3 << 8
# A plain file that its owner may change and everybody may read.
MODE: Final = 0o100644 << 16
PIECE: Final = 64 * 1024

LOCAL: Final = struct.Struct("<4s5H3L2H")
CENTRAL: Final = struct.Struct("<4s6H3L5H2L")
END: Final = struct.Struct("<4s4H2LH")
LARGE_END: Final = struct.Struct("<4sQ2H2L4Q")
LOCATOR: Final = struct.Struct("<4sLQL")


@dataclass(frozen=True, slots=True)
class Member:
    """A file in the ZIP: ``size`` bytes, ``packed`` of them as they are written."""

    name: str
    time: datetime
    crc: int
    size: int
    packed: int
    method: int = STORED


class Writer:
    """Yields the bytes of a ZIP; ``offset`` is how many there were so far."""

    def __init__(self, offset: int = 0) -> None:
        self.offset = offset
        self._count = 0
        self._list = tempfile.TemporaryFile()  # noqa: SIM115 - closed on the way out

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._list.close()

    def add(self, member: Member, blocks: Iterable[bytes]) -> Iterator[bytes]:
        """Write a member, whose packed bytes are the blocks."""
        self._list.write(_central(member, self.offset))
        self._count += 1
        header = _local(member)
        self.offset += len(header) + member.packed
        yield header
        yield from blocks

    def add_bytes(self, name: str, time: datetime, data: bytes) -> Iterator[bytes]:
        """Write a member that is in memory, as it is."""
        member = Member(name, time, zlib.crc32(data), len(data), len(data))
        return self.add(member, [data])

    def end(self) -> Iterator[bytes]:
        """Write the list and what comes after it."""
        size = self._list.tell()
        self._list.seek(0)
        while piece := self._list.read(PIECE):
            yield piece
        yield _end(self._count, size, self.offset)


class Packed:
    """Bytes that are deflated to disk until they can become a member."""

    def __init__(self) -> None:
        self._size = self._crc = 0
        self._deflate = zlib.compressobj(wbits=-zlib.MAX_WBITS)
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed on the way out

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def write(self, data: bytes) -> None:
        self._size += len(data)
        self._crc = zlib.crc32(data, self._crc)
        self._file.write(self._deflate.compress(data))

    def add_to(self, writer: Writer, name: str, time: datetime) -> Iterator[bytes]:
        """Write all of it as a member; nothing can be added afterwards."""
        self._file.write(self._deflate.flush())
        member = Member(name, time, self._crc, self._size, self._file.tell(), DEFLATED)
        self._file.seek(0)
        return writer.add(member, iter(lambda: self._file.read(PIECE), b""))


def _local(member: Member) -> bytes:
    """The header before a member; where a size is large, both are in the extra field."""
    is_large = max(member.size, member.packed) >= LARGE
    sizes = (LARGE, LARGE) if is_large else (member.packed, member.size)
    extra = _extra(member.size, member.packed) if is_large else b""
    name, common = member.name.encode(), _common(member, is_large=is_large)
    return LOCAL.pack(b"PK\3\4", *common, *sizes, len(name), len(extra)) + name + extra


def _central(member: Member, offset: int) -> bytes:
    """The entry in the list; only the numbers that are large are in the extra field."""
    numbers = (member.size, member.packed, offset)
    large = [number for number in numbers if number >= LARGE]
    size, packed, start = (min(number, LARGE) for number in numbers)
    extra = _extra(*large) if large else b""
    name, common = member.name.encode(), _common(member, is_large=bool(large))
    lengths = (len(name), len(extra), 0, 0, 0)
    head = CENTRAL.pack(b"PK\1\2", UNIX | common[0], *common, packed, size, *lengths, MODE, start)
    return head + name + extra


def _common(member: Member, *, is_large: bool) -> tuple[int, ...]:
    """Version needed, flags, method, time, date, CRC: the same in both headers."""
    time = member.time
    return (
        LARGE_VERSION if is_large else PLAIN_VERSION,
        UTF8,
        member.method,
        time.hour << 11 | time.minute << 5 | time.second // 2,
        (time.year - 1980) << 9 | time.month << 5 | time.day,
        member.crc,
    )


def _extra(*numbers: int) -> bytes:
    return struct.pack(f"<2H{len(numbers)}Q", 1, 8 * len(numbers), *numbers)


def _end(count: int, size: int, offset: int) -> bytes:
    """The last record, and before it the two for large archives where one is needed."""
    few = min(count, MANY)
    last = END.pack(b"PK\5\6", 0, 0, few, few, min(size, LARGE), min(offset, LARGE), 0)
    if count < MANY and size < LARGE and offset < LARGE:
        return last
    versions = (UNIX | LARGE_VERSION, LARGE_VERSION)
    numbers = (count, count, size, offset)
    large = LARGE_END.pack(b"PK\6\6", LARGE_END.size - 12, *versions, 0, 0, *numbers)
    return large + LOCATOR.pack(b"PK\6\7", 0, offset + size, 1) + last
