"""A new key for the keys at rest: at every moment, every row can be read."""

import os
import stat
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet, InvalidToken
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction

from modelless_web.records import rotation
from modelless_web.records.models import Gateway
from modelless_web.records.secrets import key_file
from tests.support import factories

pytestmark = pytest.mark.django_db
KEY = "sk-tests-0123456789abcdef"


@pytest.fixture(autouse=True)
def file(settings: Any, tmp_path: Path) -> Path:
    """A key file of its own."""
    settings.FIELD_KEY_FILE = tmp_path / "fields.key"
    settings.FIELD_KEY_FILE.write_bytes(Fernet.generate_key() + b"\n")
    return tmp_path / "fields.key"


def opens(key: str) -> bool:
    """Whether a key alone opens every row."""
    with connection.cursor() as cursor:
        cursor.execute("select key from records_gateway where key <> ''")
        tokens = [str(row[0]) for row in cursor.fetchall()]
    try:
        return [Fernet(key).decrypt(token).decode() for token in tokens] == [KEY] * len(tokens)
    except InvalidToken:
        return False


def read() -> set[str]:
    return set(Gateway.objects.values_list("key", flat=True))


def test_every_step_leaves_every_row_readable(file: Path) -> None:
    factories.gateway()
    factories.gateway()
    old = file.read_text().strip()
    for step in (rotation.add_key, rotation.lock_anew, rotation.drop_old_keys):
        step()
        assert read() == {KEY}
    assert file.read_text().split() != [old]
    assert not opens(old)


def test_after_a_rotation_the_newest_key_alone_opens_every_row(file: Path) -> None:
    factories.gateway()
    rotation.add_key()
    assert rotation.lock_anew() == 1
    newest, old = file.read_text().split()
    assert opens(newest)
    assert not opens(old)


def test_what_is_written_meanwhile_is_locked_with_the_new_key(file: Path) -> None:
    rotation.add_key()
    factories.gateway()
    assert opens(file.read_text().split()[0])
    assert rotation.lock_anew() == 0


def test_a_rotation_that_was_cut_off_is_finished_by_the_next(file: Path) -> None:
    factories.gateway()
    rotation.add_key()
    rotation.add_key()
    rotation.lock_anew()
    assert rotation.drop_old_keys() == 2
    assert read() == {KEY}


def test_a_failure_while_locking_leaves_every_row_as_it_was(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    factories.gateway()
    factories.gateway()
    old = file.read_text().strip()
    rotation.add_key()
    monkeypatch.setattr(rotation, "_opens", failing_after(3))
    with pytest.raises(OSError, match="cut off"), transaction.atomic():
        rotation.lock_anew()
    assert opens(old)


def failing_after(calls: int) -> Any:
    real = rotation._opens
    left = [calls]

    def opens(*args: Any) -> bool:
        left[0] -= 1
        if left[0] < 0:
            raise OSError("cut off")
        return real(*args)

    return opens


def test_the_file_stays_for_its_owner_alone(file: Path) -> None:
    rotation.add_key()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    rotation.drop_old_keys()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["fields.key"]


def test_a_file_that_several_studios_share_by_a_link_stays_one(
    file: Path, settings: Any, tmp_path: Path
) -> None:
    settings.FIELD_KEY_FILE = tmp_path / "link"
    os.symlink(file, tmp_path / "link")
    rotation.add_key()
    assert (tmp_path / "link").is_symlink()
    assert len(file.read_text().split()) == 2


def test_what_no_key_opens_is_left_as_it_is_and_counted(file: Path) -> None:
    row = factories.gateway()
    file.write_bytes(Fernet.generate_key())
    factories.gateway()
    rotation.add_key()
    assert rotation.lock_anew() == 1
    assert rotation.unreadable() == [(Gateway, row.pk)]


def test_a_file_with_something_else_in_it_is_left_alone(file: Path) -> None:
    file.write_text("not a key\n")
    with pytest.raises(ImproperlyConfigured, match=r"fields\.key"):
        rotation.add_key()
    assert file.read_text() == "not a key\n"


def test_two_rotations_at_once_would_forget_a_key() -> None:
    with rotation.alone(), pytest.raises(rotation.BusyError), rotation.alone():
        raise AssertionError


def test_after_a_rotation_another_may_follow() -> None:
    for _ in range(2):
        with rotation.alone():
            assert key_file().exists()
