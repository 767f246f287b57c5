"""Installs of the studio on folders of their own, each with a database, pictures and keys."""

import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.db import connection
from PIL import Image

from modelless_web.backup.create import create
from modelless_web.records.models import Gateway, Picture
from modelless_web.records.secrets import replace
from modelless_web.records.store import keep
from tests.support import factories

type Install = Callable[[str], AbstractContextManager[Path]]
KEY = "sk-tests-0123456789abcdef"


@pytest.fixture
def install(settings: Any, tmp_path: Path, transactional_db: None) -> Install:
    """Be the install in the folder of a name, until the block is left."""
    if connection.vendor != "sqlite":
        pytest.skip("These installs are on SQLite; tests/faults has the others.")

    @contextmanager
    def be(name: str) -> Iterator[Path]:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        settings.DATA_DIR = folder
        settings.FIELD_KEY_FILE = folder / "fields.key"
        if not settings.FIELD_KEY_FILE.exists():
            replace(settings.FIELD_KEY_FILE, Fernet.generate_key().decode())
        settings.STORAGES = settings.STORAGES | {
            "default": {
                "BACKEND": "django.core.files.storage.FileSystemStorage",
                "OPTIONS": {"location": folder / "media"},
            }
        }
        connection.close()
        before = connection.settings_dict["NAME"]
        connection.settings_dict["NAME"] = str(folder / "studio.sqlite3")
        try:
            yield folder
        finally:
            connection.close()
            connection.settings_dict["NAME"] = before

    return be


def drawn(colour: str) -> bytes:
    """A picture of one colour."""
    buffer = io.BytesIO()
    Image.new("RGB", (700, 40), colour).save(buffer, "PNG")
    return buffer.getvalue()


def picture(colour: str) -> Picture:
    """A stored picture of a generation of its own."""
    kept = keep(drawn(colour))
    return factories.picture(
        factories.generation(),
        state=Picture.State.STORED,
        sha256=kept.sha256,
        media_type=kept.media_type,
        size=kept.size,
    )


@pytest.fixture
def backup(install: Install, tmp_path: Path) -> Callable[..., bytes]:
    """Make a backup of an install with two pictures, keys and all unless told otherwise."""

    def make(*, with_keys: bool = True) -> bytes:
        with install("old"):
            if not (tmp_path / "old" / "studio.sqlite3").exists():
                call_command("migrate", verbosity=0)
                picture("red")
                picture("blue")
            return made(tmp_path / "workshop", with_keys=with_keys)

    return make


def made(workshop: Path, *, with_keys: bool = True) -> bytes:
    """The bytes of a backup of the install that we are."""
    workshop.mkdir()
    stream = io.BytesIO()
    create(stream, workshop=workshop, with_keys=with_keys, tell=lambda _done, _total: None)
    return stream.getvalue()


def keys_read() -> set[str]:
    """The gateways' keys as the install that we are reads them."""
    return set(Gateway.objects.values_list("key", flat=True))
