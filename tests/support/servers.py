"""Throwaway PostgreSQL and Redis: made for a test run, on loopback, ended by their ids."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

PATIENCE: Final = 30.0
UNSAFE_AND_FAST: Final = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class MissingProgramError(Exception):
    """A server is not installed; the message says how to get it."""


def program(name: str, package: str) -> str:
    """Where a server's program is. Raises MissingProgramError."""
    # Debian keeps PostgreSQL's out of the PATH, one folder for each version.
    beside = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    found = str(beside[0]) if beside else shutil.which(name)
    if found is None:
        raise MissingProgramError(f"These tests need {name}: apt-get install {package}")
    return found


@contextmanager
def postgresql() -> Iterator[str]:
    """Run a PostgreSQL with an empty database until the block is left; give its URL."""
    initdb, postgres = program("initdb", "postgresql"), program("postgres", "postgresql")
    port = free_port()
    with _folder("modelless-postgresql-") as folder:
        data = folder / "data"
        _run_once(
            [initdb, "-D", str(data), "-U", "tests", "--auth=trust", "-E", "UTF8", "--no-sync"],
            folder,
        )
        options = ["-D", str(data), "-h", "127.0.0.1", "-p", str(port), "-k", str(folder)]
        for setting in UNSAFE_AND_FAST:
            options += ["-c", setting]
        # SIGINT is its quick goodbye: open connections are closed, nothing is waited for.
        with _server([postgres, *options], folder, signal.SIGINT):
            url = f"postgresql://tests@127.0.0.1:{port}/postgres"
            _until(lambda: _accepts(url), "PostgreSQL")
            yield url


@contextmanager
def redis(port: int = 0) -> Iterator[str]:
    """Run a Redis that keeps nothing until the block is left; give its URL."""
    server = program("redis-server", "redis-server")
    port = port or free_port()
    with _folder("modelless-redis-") as folder:
        options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        with _server([server, *options, "--dir", str(folder)], folder, signal.SIGTERM):
            _until(lambda: _listens(port), "Redis")
            yield f"redis://127.0.0.1:{port}/0"


def free_port() -> int:
    """A loopback port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _somebody() -> pwd.struct_passwd | None:
    """Who runs the servers: PostgreSQL refuses to be root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    return names.get("postgres") or names["nobody"]


@contextmanager
def _folder(prefix: str) -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix=prefix, dir="/tmp"))
    somebody = _somebody()
    if somebody:
        os.chown(path, somebody.pw_uid, somebody.pw_gid)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def _start(command: Sequence[str], folder: Path) -> "subprocess.Popen[bytes]":
    somebody = _somebody()
    return subprocess.Popen(
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        user=somebody.pw_uid if somebody else None,
        group=somebody.pw_gid if somebody else None,
        # Ctrl-C is for the tests; they end the server when they are through with it.
        start_new_session=True,
    )


def _run_once(command: Sequence[str], folder: Path) -> None:
    status = _start(command, folder).wait(PATIENCE)
    if status:
        raise RuntimeError(f"{command[0]} ended with status {status}.")


@contextmanager
def _server(command: Sequence[str], folder: Path, goodbye: signal.Signals) -> Iterator[None]:
    process = _start(command, folder)
    try:
        yield
    finally:
        process.send_signal(goodbye)
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _until(is_ready: Callable[[], bool], name: str) -> None:
    end = time.monotonic() + PATIENCE
    while not is_ready():
        if time.monotonic() > end:
            raise RuntimeError(f"{name} did not start.")
        time.sleep(0.05)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _accepts(url: str) -> bool:
    import psycopg

    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True
