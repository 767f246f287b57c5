"""API keys at rest: encrypted in the row, readable only with the key file beside the database."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models

from modelless_web.records.files import replacing


def key_file() -> Path:
    """Where the keys lie, one a line, the newest first; several studios may share it by a link."""
    path: Path = settings.FIELD_KEY_FILE
    return path.resolve()


def box() -> MultiFernet:
    """Return the box that locks with the newest key and opens with any.

    A key file that was replaced, as by a rotation, is read again by whoever runs meanwhile.
    Raises ImproperlyConfigured if there is something else than keys in it.
    """
    state = settings.FIELD_KEY_FILE.stat()
    return _box(settings.FIELD_KEY_FILE, state.st_ino, state.st_mtime_ns)


@lru_cache(maxsize=4)
def _box(path: Path, _inode: int, _modified: int) -> MultiFernet:
    try:
        return MultiFernet([Fernet(key) for key in path.read_text().split()])
    except ValueError as error:
        raise ImproperlyConfigured(
            f"The key file {path} holds something that is no key; bring it back from a backup."
        ) from error


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]
    """Text that is stored as a Fernet token and read as plain text.

    Reading raises cryptography.fernet.InvalidToken when no key opens it: a
    ciphertext must never pass for a key.
    """

    def get_prep_value(self, value: Any) -> Any:
        return box().encrypt(str(value).encode()).decode() if value else ""

    def from_db_value(self, value: str | None, expression: object, connection: object) -> str:
        return box().decrypt(value.encode()).decode() if value else ""


def replace(path: Path, text: str) -> None:
    """Put a secret file in place in one step, for its owner alone."""
    with replacing(path, 0o600) as file:
        file.write(text.encode())
