"""Where the media lie on a disk: whole under their name, or not there at all."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from django.core.files.storage import FileSystemStorage

UNFINISHED: Final = ".part"


class AtomicStorage(FileSystemStorage):
    """Django's storage in a folder, but that a file appears in one step, and replaces another.

    Killed in the middle or out of space, it leaves nothing under the final name and nothing that
    was there before is touched.
    """

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        """Names say what the bytes are: the same name is the same file."""
        return name

    def _save(self, name: str, content: Any) -> str:
        place = Path(self.path(name))
        place.parent.mkdir(parents=True, exist_ok=True)
        descriptor, unfinished = tempfile.mkstemp(UNFINISHED, ".", place.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                for block in content.chunks():
                    file.write(block)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(unfinished, self.file_permissions_mode or 0o644)
            os.replace(unfinished, place)
            _write_down(place.parent)
        except BaseException:
            with suppress(OSError):
                os.unlink(unfinished)
            raise
        return name


def _write_down(folder: Path) -> None:
    """Have the disk keep a folder's names: a name, too, can be lost when the power goes."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
