"""The file of a backup: read strictly, in one pass, or not at all."""

import io
import shutil
import subprocess
import tarfile
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelless_web.backup.archive import DamagedError, RefusedError, Writer, read

MEMBERS = {
    "about.json": b"{}",
    "database/studio.sqlite3": bytes(range(256)) * 5,
    "keys/fields.key": b"a key\n",
    "media/originals/ab/abcd.png": b"\x89PNG" + bytes(600),
    "media/thumbnails/320/ab/abcd.webp": b"",
}


def archive(members: dict[str, bytes] | None = None) -> bytes:
    """A backup with these members."""
    stream = io.BytesIO()
    writer = Writer(stream)
    for name, data in (MEMBERS if members is None else members).items():
        writer.add_bytes(name, data)
    writer.close()
    assert writer.size == len(stream.getvalue())
    return stream.getvalue()


def unpacked(data: bytes) -> dict[str, bytes]:
    return {member.name: b"".join(member.pieces) for member in read(io.BytesIO(data))}


WHOLE = archive()


def test_what_was_added_is_read_back() -> None:
    assert unpacked(WHOLE) == MEMBERS


def test_members_that_nobody_looks_at_are_checked_all_the_same() -> None:
    assert [member.name for member in read(io.BytesIO(WHOLE))] == list(MEMBERS)
    damaged = WHOLE.replace(b"\x89PNG", b"\x89PNH")
    with pytest.raises(DamagedError):
        list(read(io.BytesIO(damaged)))


@pytest.mark.skipif(not shutil.which("sha256sum"), reason="This test needs tar and sha256sum.")
def test_it_can_be_unpacked_and_checked_without_the_studio(tmp_path: Path) -> None:
    subprocess.run(["tar", "xf", "-"], input=WHOLE, cwd=tmp_path, check=True)
    subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=tmp_path, check=True)
    assert (tmp_path / "keys/fields.key").read_bytes() == MEMBERS["keys/fields.key"]


@given(st.integers(0, len(WHOLE) - 1), st.integers(1, 255))
@settings(max_examples=400)
def test_any_byte_that_differs_is_noticed(place: int, difference: int) -> None:
    damaged = bytearray(WHOLE)
    damaged[place] ^= difference
    with pytest.raises(DamagedError):
        unpacked(bytes(damaged))


@given(st.integers(0, len(WHOLE) - 1))
@settings(max_examples=400)
def test_a_cut_anywhere_is_noticed(length: int) -> None:
    with pytest.raises(DamagedError):
        unpacked(WHOLE[:length])


def test_what_comes_after_the_end_is_noticed() -> None:
    with pytest.raises(DamagedError, match="end"):
        unpacked(WHOLE + b"x")


@pytest.mark.parametrize("name", MEMBERS.keys() - {"media/thumbnails/320/ab/abcd.webp"})
def test_a_damaged_member_is_named(name: str) -> None:
    place = WHOLE.index(name.encode()) + 512
    damaged = bytearray(WHOLE)
    damaged[place] ^= 1
    with pytest.raises(DamagedError, match=name):
        unpacked(bytes(damaged))


def test_a_member_that_was_taken_out_is_missed() -> None:
    start = WHOLE.index(b"keys/fields.key")
    with pytest.raises(DamagedError):
        unpacked(WHOLE[:start] + WHOLE[start + 1024 :])


def test_a_file_that_shrinks_while_it_is_read_is_no_backup() -> None:
    with pytest.raises(RefusedError, match=r"about\.json"):
        Writer(io.BytesIO()).add("about.json", io.BytesIO(b"12"), 3)


def test_a_large_store_needs_no_more_memory_than_a_small_one() -> None:
    """Members are handed on in pieces: the largest is what counts."""
    megabyte = bytes(1024 * 1024)

    class Endless(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            return megabyte[:size]

    class Hole(io.RawIOBase):
        def write(self, data: Any) -> int:
            return len(data)

    tracemalloc.start()
    Writer(Hole()).add("media/a.png", Endless(), 200 * len(megabyte))  # type: ignore[arg-type]
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 8 * len(megabyte)


def hostile(name: str = "media/a.png", kind: bytes = tarfile.REGTYPE, **values: object) -> bytes:
    """A header that a tar program could write and we never would."""
    info = tarfile.TarInfo(name)
    info.type, info.mode = kind, 0o600
    for key, value in values.items():
        setattr(info, key, value)
    return info.tobuf(tarfile.GNU_FORMAT) + bytes(4096)


def test_a_size_below_nothing_is_not_read() -> None:
    with pytest.raises(DamagedError, match="holds something that no backup holds"):
        unpacked(hostile(size=-1))


@pytest.mark.parametrize(
    "data",
    [
        hostile("/etc/passwd"),
        hostile("../secret.key"),
        hostile("media/../../secret.key"),
        hostile("media/./a.png"),
        hostile("media//a.png"),
        hostile("media/.hidden"),
        hostile("media/a\\b"),
        hostile("media/a\nb"),
        hostile("keys/other.key"),
        hostile("database/../x.csv"),
        hostile("database/a b.csv"),
        hostile("database/x.py"),
        hostile("studio.sqlite3"),
        hostile(""),
        hostile("media/" + "a" * 200),
        hostile(kind=tarfile.SYMTYPE, linkname="/etc/passwd"),
        hostile(kind=tarfile.LNKTYPE, linkname="/etc/passwd"),
        hostile(kind=tarfile.REGTYPE, linkname="/etc/passwd"),
        hostile(kind=tarfile.CHRTYPE),
        hostile(kind=tarfile.BLKTYPE),
        hostile(kind=tarfile.FIFOTYPE),
        hostile(kind=tarfile.DIRTYPE),
        hostile(kind=tarfile.AREGTYPE),
        hostile(kind=tarfile.GNUTYPE_SPARSE, size=1 << 40),
        hostile(kind=tarfile.GNUTYPE_LONGNAME, size=1 << 40),
        hostile(kind=tarfile.XHDTYPE, size=1 << 40),
        hostile(mode=0o4755),
        hostile(uid=1),
        hostile(uname="root"),
        hostile(size=1 << 62),
        b"",
        bytes(512),
        bytes(10240),
        b"PK\x03\x04" + bytes(600),
        b"\x1f\x8b" + bytes(600),
        "Café".encode() * 200,
        b"\xff" * 1024,
    ],
)
def test_nothing_but_a_backup_is_read(data: bytes) -> None:
    with pytest.raises(DamagedError) as refused:
        unpacked(data)
    assert str(refused.value).endswith("Nothing was changed.")
    assert "\n" not in str(refused.value)
