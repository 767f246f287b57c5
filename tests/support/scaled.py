"""Run a command with PostgreSQL and Redis beside it, for as long as it takes.

``python -m tests.support.scaled pytest tests/records tests/engine`` runs those tests on the
scaled form of the studio; without it they run on SQLite and the in-process queue.
"""

import os
import signal
import subprocess
import sys

from tests.support.servers import MissingProgramError, postgresql, redis


def main(command: list[str]) -> int:
    """Run the command; give its exit status, or 0 with a sentence where a server is missing."""
    # A polite end of this process ends the servers too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with postgresql() as database, redis() as queue:
            names = {"TESTS_DATABASE_URL": database, "TESTS_REDIS_URL": queue}
            return subprocess.call([sys.executable, "-m", *command], env=os.environ | names)
    except MissingProgramError as missing:
        print(f"Skipped on PostgreSQL and Redis. {missing}", file=sys.stderr)
        return 1 if os.environ.get("CI") else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
