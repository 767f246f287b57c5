"""What the upkeep commands share: one sentence for a failure, and progress on a terminal."""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError
from django.db import DatabaseError

from modelless_web.backup.archive import RefusedError
from modelless_web.studio.views.hindered import cause_of


@contextmanager
def plain_failures(afterwards: str) -> Iterator[None]:
    """Turn what can be foreseen into one sentence and exit status 1; ``afterwards`` ends it."""
    # A polite end is as good as Ctrl-C: what was half done is taken back.
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with in_a_sentence(afterwards):
            yield
    except KeyboardInterrupt as interrupt:
        raise CommandError(f"Interrupted. {afterwards}", returncode=130) from interrupt
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def in_a_sentence(afterwards: str) -> Iterator[None]:
    """Turn what a disk or a database may say into a CommandError that ``afterwards`` ends."""
    try:
        yield
    except (RefusedError, ImproperlyConfigured) as error:
        raise CommandError(str(error)) from error
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        raise CommandError(f"{error.strerror or error}{where}. {afterwards}") from error
    except DatabaseError as error:
        reason = " ".join(str(error).split())
        what = cause_of(error) or "says"
        raise CommandError(f"The database {what}: {reason}. {afterwards}") from error


def progress(of_what: str) -> Callable[[int, int], None]:
    """Return what shows ``3 of 100`` on a terminal's error output, and is silent elsewhere."""
    if not sys.stderr.isatty():
        return lambda _done, _total: None

    def tell(done: int, total: int) -> None:
        end = "\n" if done == total else ""
        print(f"\r{done:,} of {total:,} {of_what}", end=end, file=sys.stderr, flush=True)

    return tell
