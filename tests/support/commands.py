"""``manage.py`` commands as processes, as an operator runs them."""

import subprocess
import sys
from pathlib import Path

from tests.support.studio import PROJECT, clean_environ


def manage(
    data_dir: Path, *arguments: object, **environ: str
) -> "subprocess.CompletedProcess[str]":
    """Run a command on a data folder until it ends."""
    return subprocess.run(
        [sys.executable, "manage.py", *map(str, arguments)],
        cwd=PROJECT,
        env=clean_environ() | {"MODELLESS_DATA_DIR": str(data_dir)} | environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def refused(data_dir: Path, *arguments: object, **environ: str) -> str:
    """Run a command that must not do what it is asked to; return its one sentence."""
    ended = manage(data_dir, *arguments, **environ)
    assert ended.returncode == 1, ended
    assert "Traceback" not in ended.stderr
    return ended.stderr
