"""The data folder belongs to one process at a time: a studio, or a restore."""

import fcntl
from typing import IO

from django.conf import settings
from django.core.management.base import CommandError

from modelless_web.config.environment import unwritable


def lock_data_folder(otherwise: str) -> IO[str]:
    """Hold the data folder until the file that is returned is closed.

    Raises CommandError if it can't be written or a studio holds it; ``otherwise`` then says what
    to do.
    """
    folder = settings.DATA_DIR
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "studio.lock").open("w")
    except OSError as error:
        raise CommandError(unwritable(folder, error)) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        raise CommandError(
            f"A studio is running on the data folder {folder}; {otherwise}"
        ) from error
    return lock
