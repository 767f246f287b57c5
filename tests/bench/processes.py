"""The processes of a bench: started, asked how they do, and ended by their id."""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from tests.support.studio import clean_environ

PROJECT: Final = Path(__file__).resolve().parents[2]
PATIENCE: Final = 60.0
TICKS: Final = os.sysconf("SC_CLK_TCK")
ADDRESS: Final = re.compile(r"(http://127\.0\.0\.1:\d+)\S*")


@dataclass(slots=True)
class Running:
    """A process that serves; ``url`` has no slash at its end."""

    process: "subprocess.Popen[str]"
    url: str
    printed_after: float
    data_dir: Path = field(default_factory=Path)

    def cpu(self) -> float:
        """Seconds of processor time so far, user and system, all threads."""
        return cpu_of(self.process.pid)

    def memory(self) -> float:
        """Resident memory in MiB."""
        return memory_of(self.process.pid)

    def children(self) -> list[int]:
        """The ids of its child processes."""
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in path.read_text().split()]


def cpu_of(pid: int) -> float:
    """Seconds of processor time of a process, user and system."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory_of(pid: int) -> float:
    """Resident memory of a process in MiB."""
    status = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else 0.0


@contextmanager
def serving(
    arguments: Sequence[str], environ: Mapping[str, str] | None = None
) -> Iterator[Running]:
    """Run ``python <arguments>`` until the block is left; it must print its address first."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=PROJECT,
        env=clean_environ() | dict(environ or {}),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Running(process, _address(process), time.perf_counter() - began)
    finally:
        end(process)


def end(process: "subprocess.Popen[str]") -> None:
    """End a process that we started: kindly, and after 15 seconds firmly."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout:
        process.stdout.close()


@contextmanager
def upstream() -> Iterator[Running]:
    """Run the scripted gateway."""
    with serving(["-m", "tests.bench.upstream"]) as running:
        yield running


@contextmanager
def bare_page(gateway: Running) -> Iterator[Running]:
    """Run the page without a studio."""
    with serving(["-m", "tests.bench.bare", gateway.url]) as running:
        yield running


@contextmanager
def studio(gateway: Running, data_dir: Path | None = None) -> Iterator[Running]:
    """Run the real studio on ``gateway``, in an empty folder if none is given."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        data = data_dir or Path(folder)
        environ = {
            "MODELLESS_BASE_URL": f"{gateway.url}/v1",
            "MODELLESS_API_KEY": "bench",
            "MODELLESS_PORT": "0",
            "MODELLESS_DATA_DIR": str(data),
        }
        with serving(["manage.py", "studio"], environ) as running:
            running.data_dir = data
            yield running


def answers(url: str, patience: float = PATIENCE) -> float:
    """Wait until an address answers with success or 404; return the seconds that took."""
    began = time.perf_counter()
    while time.perf_counter() - began < patience:
        try:
            if fetch(url)[0] in {200, 404}:
                return time.perf_counter() - began
        except (OSError, HTTPException):
            pass
        time.sleep(0.01)
    raise TimeoutError(f"{url} did not answer within {patience:.0f} s.")


def fetch(url: str) -> tuple[int, bytes]:
    """Return status and body of an address on this machine."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.netloc, timeout=5)
    try:
        connection.request("GET", parts.path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def _address(process: "subprocess.Popen[str]") -> str:
    for line in process.stdout or ():
        found = ADDRESS.search(line)
        if found:
            return found[1]
    raise RuntimeError(f"{process.args!r} ended without an address.")
