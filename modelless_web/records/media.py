"""Where the media lie on a disk: whole under their name, or not there at all."""

from pathlib import Path
from typing import Any

from django.core.files.storage import FileSystemStorage

from modelless_web.records.files import replacing


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
        with replacing(place, self.file_permissions_mode or 0o644) as file:
            for block in content.chunks():
                file.write(block)
        return name
