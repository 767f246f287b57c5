"""Files appear whole under their name, or not at all."""

import errno
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile

from modelless_web.records.media import AtomicStorage


@pytest.fixture
def storage(tmp_path: Path) -> AtomicStorage:
    return AtomicStorage(location=tmp_path)


class Breaking(ContentFile):  # type: ignore[type-arg]
    """Bytes of which the disk takes only a part."""

    def chunks(self, chunk_size: int | None = None) -> Iterator[Any]:
        yield b"half"
        raise OSError(errno.ENOSPC, "No space left on device")


def test_what_was_saved_is_there_byte_for_byte(storage: AtomicStorage, tmp_path: Path) -> None:
    assert storage.save("a/b/c.png", ContentFile(b"bytes")) == "a/b/c.png"
    assert (tmp_path / "a/b/c.png").read_bytes() == b"bytes"


def test_a_full_disk_leaves_nothing_behind(storage: AtomicStorage, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No space"):
        storage.save("a/c.png", Breaking(b""))
    assert list((tmp_path / "a").iterdir()) == []


def test_a_full_disk_damages_nothing_that_was_there(storage: AtomicStorage, tmp_path: Path) -> None:
    storage.save("c.png", ContentFile(b"whole"))
    with pytest.raises(OSError, match="No space"):
        storage.save("c.png", Breaking(b""))
    assert (tmp_path / "c.png").read_bytes() == b"whole"


def test_a_damaged_file_is_replaced(storage: AtomicStorage, tmp_path: Path) -> None:
    (tmp_path / "c.png").write_bytes(b"ha")
    storage.save("c.png", ContentFile(b"half no more"))
    assert (tmp_path / "c.png").read_bytes() == b"half no more"
