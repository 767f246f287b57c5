"""API keys at rest."""

from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet, InvalidToken
from django.db import connection

from modelless_web.records.models import Gateway
from tests.support import factories

pytestmark = pytest.mark.django_db
KEY = "sk-tests-0123456789abcdef"


def stored(gateway: Gateway) -> str:
    """The column as anybody with the database file reads it."""
    with connection.cursor() as cursor:
        cursor.execute("select key from records_gateway where id = %s", [gateway.pk])
        return str(cursor.fetchone()[0])


def keys(folder: Path, *older: str) -> Path:
    """A key file with a new key, and older ones behind it."""
    path = folder / "fields.key"
    path.write_text("\n".join([Fernet.generate_key().decode(), *older]))
    return path


def test_a_key_is_not_in_the_database() -> None:
    assert KEY not in stored(factories.gateway())


def test_a_key_is_read_as_it_was_given() -> None:
    assert Gateway.objects.get(pk=factories.gateway().pk).key == KEY


def test_only_the_last_characters_of_a_key_stay_readable() -> None:
    assert factories.gateway().key_tail == "cdef"


def test_a_short_key_shows_nothing_of_itself() -> None:
    gateway = Gateway()
    gateway.set_key("sk-short")
    assert gateway.key_tail == ""


def test_a_key_that_no_key_file_opens_is_never_taken_for_a_key(
    settings: Any, tmp_path: Path
) -> None:
    pk = factories.gateway().pk
    settings.FIELD_KEY_FILE = keys(tmp_path)
    with pytest.raises(InvalidToken):
        Gateway.objects.get(pk=pk)


def test_an_older_key_file_still_opens_after_a_rotation(settings: Any, tmp_path: Path) -> None:
    pk = factories.gateway().pk
    settings.FIELD_KEY_FILE = keys(tmp_path, *settings.FIELD_KEY_FILE.read_text().split())
    assert Gateway.objects.get(pk=pk).key == KEY
