"""Restoring a backup into an empty install: unpacked beside it and checked, then put in place.

The database comes last, and nothing counts as restored before it. Whatever fails on the way, the
install is as it was.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from django.conf import settings
from django.core.files.storage import default_storage

from modelless_web.backup import database
from modelless_web.backup.about import About
from modelless_web.backup.archive import ABOUT, DamagedError, Member, RefusedError, Tell, read
from modelless_web.engine import ledger
from modelless_web.records.models import Gateway
from modelless_web.records.rotation import unreadable
from modelless_web.records.secrets import key_file, replace

LONGEST_ABOUT: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored, and the gateways whose keys no key file opens."""

    about: About
    keyless: list[str]


def restore(stream: IO[bytes], *, tell: Tell) -> Restored:
    """Restore the backup in ``stream``; ``tell`` hears how many pictures of how many are out.

    No studio may run on the data folder meanwhile. Raises RefusedError, OSError, or Django's
    DatabaseError; then nothing has changed.
    """
    database.refuse_if_any()
    media = Path(default_storage.path("")).resolve()
    if media.exists() and any(media.iterdir()):
        raise RefusedError(
            f"There is something in {media} already; {database.EMPTY} Nothing was changed."
        )
    with ExitStack() as gone_afterwards:
        homes = {"media": media, "database": database.home(), "keys": key_file()}
        rooms = {
            name: gone_afterwards.enter_context(_beside(home)) / name
            for name, home in homes.items()
        }
        about = _unpack(stream, rooms, tell)
        with ExitStack() as undo:
            with database.loaded(rooms["database"], about.migrations):
                if about.has_keys:
                    _place_keys(rooms["keys"], undo)
                keyless = _settle()
                _place_pictures(rooms["media"], media, undo)
                # One for all the files: they survive a power cut before the database names them.
                os.sync()
            undo.pop_all()
        os.sync()
    return Restored(about, keyless)


@contextmanager
def _beside(home: Path) -> Iterator[Path]:
    """A folder on the disk of ``home``, from where things are put in place by their names alone."""
    prefix = f".{home.name}-restoring-"
    home.parent.mkdir(parents=True, exist_ok=True)
    for killed in home.parent.glob(f"{prefix}*"):
        shutil.rmtree(killed)
    with tempfile.TemporaryDirectory(prefix=prefix, dir=home.parent) as folder:
        yield Path(folder)


def _unpack(stream: IO[bytes], rooms: dict[str, Path], tell: Tell) -> About:
    """Write out every member, and check the whole; only the folders of ``rooms`` are touched."""
    for folder in rooms.values():
        folder.mkdir()
    members = read(stream)
    about = _about(members)
    originals = 0
    for member in members:
        room, _, rest = member.name.partition("/")
        if room not in rooms:
            raise DamagedError(f"{room} is in it twice")
        _write_out(member, rooms[room] / rest)
        if rest.startswith("originals/"):
            originals += 1
            tell(originals, about.pictures)
    if not any(rooms["database"].iterdir()) or about.has_keys != any(rooms["keys"].iterdir()):
        raise DamagedError("it does not hold what it says")
    return about


def _about(members: Iterator[Member]) -> About:
    """Read the first member, so that what can't be taken is refused before it is unpacked."""
    first = next(members, None)
    if first is None or first.name != ABOUT or first.size > LONGEST_ABOUT:
        raise DamagedError(f"{ABOUT} does not come first")
    about = About.parse(b"".join(first.pieces))
    about.refuse_if_foreign()
    return about


def _write_out(member: Member, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("xb") as file:
            file.writelines(member.pieces)
    except FileExistsError as error:
        raise DamagedError(f"{member.name} is in it twice") from error


def _place_keys(folder: Path, undo: ExitStack) -> None:
    """Take over the keys; field keys that are here already are kept behind them."""
    secret = (settings.DATA_DIR / "secret.key").resolve()
    for path in (key_file(), secret):
        if path.exists():
            undo.callback(replace, path, path.read_text())
        else:
            undo.callback(path.unlink, missing_ok=True)
    kept = key_file().read_text().split() if key_file().exists() else []
    restored = (folder / "fields.key").read_text().split()
    replace(key_file(), "\n".join(dict.fromkeys([*restored, *kept])) + "\n")
    replace(secret, (folder / "secret.key").read_text())


def _place_pictures(pictures: Path, media: Path, undo: ExitStack) -> None:
    if media.exists():
        undo.callback(media.mkdir)
    os.replace(pictures, media)
    undo.callback(os.replace, media, pictures)


def _settle() -> list[str]:
    """End what was open, and forget keys that can't be read; return the names of their gateways.

    The studio that was backed up has gone on with what was open, so it may have been charged: a
    restored one never sends it a second time.
    """
    ledger.interrupt(expired_only=False)
    ledger.interrupt_waiting()
    keyless = Gateway.objects.filter(
        pk__in=[pk for model, pk in unreadable() if model is Gateway]
    ).defer("key")
    names = [gateway.name for gateway in keyless]
    keyless.update(key="", key_tail="")
    return names
