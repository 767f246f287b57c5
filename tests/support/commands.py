"""``manage.py`` commands as processes, as an operator runs them."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

import pytest

from tests.support.studio import PROJECT, clean_environ

LONGEST: Final = 120


def manage(
    data_dir: Path, *arguments: object, **environ: str
) -> "subprocess.CompletedProcess[str]":
    """Run a command on a data folder until it ends."""
    process = begun(data_dir, *arguments, environ=environ)
    out, err = process.communicate(timeout=LONGEST)
    return subprocess.CompletedProcess(process.args, process.returncode, out.decode(), err.decode())


def refused(data_dir: Path, *arguments: object, **environ: str) -> str:
    """Run a command that must not do what it is asked to; return its one sentence."""
    ended = manage(data_dir, *arguments, **environ)
    assert ended.returncode == 1, ended
    assert "Traceback" not in ended.stderr, ended.stderr
    return ended.stderr


def piped(data_dir: Path, *arguments: object, data: bytes = b"") -> tuple[bytes, bytes]:
    """Run a command with ``data`` as its input; return what it wrote as output and as errors."""
    process = begun(data_dir, *arguments)
    out, err = process.communicate(data, timeout=LONGEST)
    assert process.returncode == 0, err
    return out, err


def begun(
    data_dir: Path,
    *arguments: object,
    stdout: int | IO[bytes] = subprocess.PIPE,
    environ: Mapping[str, str] | None = None,
) -> "subprocess.Popen[bytes]":
    """A command that runs, with a pipe to its input."""
    return subprocess.Popen(
        [sys.executable, "manage.py", *map(str, arguments)],
        cwd=PROJECT,
        env=clean_environ() | {"MODELLESS_DATA_DIR": str(data_dir)} | dict(environ or {}),
        stdin=subprocess.PIPE,
        stdout=stdout,
        stderr=subprocess.PIPE,
    )


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """A disk of its own with little room, such as ``100k``; skips where none can be made."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("A small disk can be made by root alone.")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)
