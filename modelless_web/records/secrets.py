"""API keys at rest: encrypted in the row, readable only with the key file beside the database."""

from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import models


def box() -> MultiFernet:
    """Return the box that locks with the newest key and opens with any."""
    return MultiFernet([Fernet(key) for key in settings.FIELD_KEYS])


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]
    """Text that is stored as a Fernet token and read as plain text.

    Reading raises cryptography.fernet.InvalidToken when no key opens it: a
    ciphertext must never pass for a key.
    """

    def get_prep_value(self, value: Any) -> Any:
        return box().encrypt(str(value).encode()).decode() if value else ""

    def from_db_value(self, value: str | None, expression: object, connection: object) -> str:
        return box().decrypt(value.encode()).decode() if value else ""
