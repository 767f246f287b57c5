"""A ZIP written in one pass and in constant memory, which every unpacker reads."""

import io
import shutil
import struct
import subprocess
import zipfile
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelless_web.records.export.zip import Member, Packed, Writer

MOMENT: Final = datetime(2026, 11, 25, 14, 30, 5, tzinfo=UTC)
GIB: Final = 1024**3
UNZIP: Final = shutil.which("unzip")


def written(members: dict[str, bytes]) -> bytes:
    """A ZIP with these stored members."""
    with Writer() as writer:
        pieces = [b"".join(writer.add_bytes(name, MOMENT, data)) for name, data in members.items()]
        return b"".join((*pieces, *writer.end()))


def read(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as found:
        assert found.testzip() is None
        return {name: found.read(name) for name in found.namelist()}


NAMES: Final = st.text(st.characters(codec="utf-8", exclude_characters="\0\\"), min_size=1)


@given(st.dictionaries(NAMES, st.binary(max_size=100), max_size=5))
def test_what_goes_in_comes_out(members: dict[str, bytes]) -> None:
    assert read(written(members)) == members


def test_a_header_says_size_and_checksum_before_the_bytes() -> None:
    header = written({"a.png": b"bytes"})
    assert int.from_bytes(header[14:18], "little") == zlib.crc32(b"bytes")
    assert (header[18:22], header[22:26]) == (b"\5\0\0\0", b"\5\0\0\0")


def test_a_member_has_its_time_and_can_be_read_by_everybody() -> None:
    with zipfile.ZipFile(io.BytesIO(written({"a": b""}))) as found:
        (info,) = found.infolist()
    # To two seconds, as the form has it.
    assert info.date_time == (2026, 11, 25, 14, 30, 4)
    assert info.external_attr >> 16 == 0o100644


@given(st.lists(st.binary(max_size=300), max_size=6))
def test_deflated_pieces_come_out_whole(pieces: list[bytes]) -> None:
    with Writer() as writer, Packed() as packed:
        for piece in pieces:
            packed.write(piece)
        data = b"".join((*packed.add_to(writer, "manifest", MOMENT), *writer.end()))
    assert read(data) == {"manifest": b"".join(pieces)}


def test_more_members_than_a_plain_zip_can_count() -> None:
    names = [f"{number}" for number in range(66_000)]
    data = written(dict.fromkeys(names, b""))
    with zipfile.ZipFile(io.BytesIO(data)) as found:
        assert found.namelist() == names
    # Python reads on without it; others believe the number.
    locator = data[-42:-22]
    assert locator[:4] == b"PK\6\7"
    (end,) = struct.unpack("<Q", locator[8:16])
    assert struct.unpack("<2Q", data[end + 24 : end + 40]) == (66_000, 66_000)


def zeros(size: int) -> Iterator[bytes]:
    block = bytes(64 * 1024 * 1024)
    for _ in range(size // len(block)):
        yield block


@pytest.mark.slow
def test_a_member_and_an_archive_beyond_four_gibibytes(tmp_path: Path) -> None:
    size = 4 * GIB + 64 * 1024 * 1024
    crc = 0
    for block in zeros(size):
        crc = zlib.crc32(block, crc)
    place = tmp_path / "large.zip"
    with Writer() as writer, place.open("wb") as file:
        for piece in writer.add(Member("large", MOMENT, crc, size, size), zeros(size)):
            # A hole instead of zeros: nothing lies on the disk.
            file.write(piece) if any(piece[:64]) else file.seek(len(piece), io.SEEK_CUR)
        for piece in (*writer.add_bytes("behind it", MOMENT, b"small"), *writer.end()):
            file.write(piece)
    with zipfile.ZipFile(place) as found:
        assert [info.file_size for info in found.infolist()] == [size, 5]
        assert found.testzip() is None
        assert found.read("behind it") == b"small"


@pytest.mark.skipif(not UNZIP, reason="There is no unzip.")
def test_unzip_finds_no_fault(tmp_path: Path) -> None:
    place = tmp_path / "some.zip"
    place.write_bytes(written({"pictures/лиса_a-fox.png": b"x" * 1000, "README.txt": b"read"}))
    assert subprocess.run([UNZIP or "", "-t", place], check=False).returncode == 0
