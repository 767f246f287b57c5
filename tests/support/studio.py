"""The running studio as a process, and a visitor who uses it as a browser without scripts does."""

import html
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Self

import httpx

PROJECT: Final = Path(__file__).resolve().parents[2]
PATIENCE: Final = 30.0
ADDRESS: Final = re.compile(r"Modelless Studio is at (http://\S+?)/?$", re.MULTILINE)
SUBMISSION: Final = re.compile(r'name="submission" value="([^"]+)"')
TOKEN: Final = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
OPTION: Final = re.compile(r'<option value="(\d+)"[^>]*>([^<]+)</option>')
LIVE: Final = re.compile(r'sse-connect="([^"]+)"')
CARD: Final = re.compile(r'id="generation-([0-9a-f-]{36})"')


class Studio:
    """``manage.py studio`` in a process of its own; ``log`` is all it has printed so far."""

    def __init__(self, data_dir: Path, environ: Mapping[str, str] | None = None) -> None:
        self.data_dir = data_dir
        self.log = ""
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "studio"],
            cwd=PROJECT,
            env=clean_environ() | {"MODELLESS_PORT": "0", "MODELLESS_DATA_DIR": str(data_dir)}
            | dict(environ or {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )  # fmt: skip
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        self.url = self._address()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Ask it to end and return its exit status; firm after 30 seconds."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            status = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        self._listener.join(5)
        return status

    def kill(self) -> None:
        """End it without a chance to say goodbye."""
        self.process.kill()
        self.process.wait()

    def children(self) -> list[int]:
        """The ids of its child processes."""
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in path.read_text().split()]

    def visitor(self) -> "Visitor":
        """Somebody with a browser of their own."""
        return Visitor(self.url)

    def _listen(self) -> None:
        for line in self.process.stdout or ():
            self.log += line

    def _address(self) -> str:
        found = wait_for(lambda: ADDRESS.search(self.log) or self.process.poll() is not None)
        if not isinstance(found, re.Match):
            self._listener.join(5)
            raise RuntimeError(f"The studio did not start:\n{self.log}")
        return found[1]


class Visitor:
    """A browser without scripts: keeps cookies, and sends forms as the pages hold them."""

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(base_url=url, timeout=PATIENCE, trust_env=False)
        self.page = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def open(self, path: str) -> httpx.Response:
        """Open a page and stay on it."""
        reply = self.http.get(path, follow_redirects=True)
        self.page = reply.text
        return reply

    def post(self, path: str, **fields: str) -> httpx.Response:
        """Send a form of the open page; redirects are followed."""
        token = TOKEN.search(self.page)
        data = {"csrfmiddlewaretoken": token[1] if token else "", **fields}
        reply = self.http.post(
            path, data=data, headers={"Origin": str(self.http.base_url)}, follow_redirects=True
        )
        if "text/html" in reply.headers.get("content-type", ""):
            self.page = reply.text
        return reply

    def models(self) -> dict[str, str]:
        """The models that the composer offers: name to the value of its option."""
        return {html.unescape(name): value for value, name in OPTION.findall(self.page)}

    def generate(self, prompt: str, model: str = "practice-writer", **fields: str) -> str:
        """Fill in the composer and press Generate; return the generation's id."""
        self.open("/")
        wait_for(lambda: model in self.models() or not self.open("/"))
        submission = SUBMISSION.search(self.page)
        values = {"prompt": prompt, "model": self.models()[model], "stream": "on"}
        values["submission"] = submission[1] if submission else ""
        reply = self.post("/generations/", **(values | fields))
        return reply.url.path.strip("/").rpartition("/")[2]

    def status(self, generation: str) -> str:
        """Where a generation stands, as its card says."""
        card = self.http.get(f"/generations/{generation}/card/").text
        found = re.search(r'data-status="([a-z]+)"', card)
        return found[1] if found else ""

    @contextmanager
    def live(self) -> Iterator["Listening"]:
        """Listen to the open page's event stream until the block is left."""
        found = LIVE.search(self.page)
        address = html.unescape(found[1]) if found else "/live/"
        with self.http.stream("GET", address) as reply:
            yield Listening(reply)


class Listening:
    """An open event stream; what it said is the text of its messages, joined."""

    def __init__(self, reply: httpx.Response) -> None:
        self.reply = reply
        self.heard = ""
        self.is_over = False
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def hears(self, words: str) -> bool:
        """Whether the words come within 30 seconds."""
        return bool(wait_for(lambda: words in self.heard))

    def ends(self) -> bool:
        """Whether the stream ends within 30 seconds."""
        return bool(wait_for(lambda: self.is_over))

    def _listen(self) -> None:
        try:
            for line in self.reply.iter_lines():
                if line.startswith("data: "):
                    self.heard += line.removeprefix("data: ") + "\n"
        except httpx.HTTPError:
            pass
        finally:
            self.is_over = True


def wait_for[T](condition: Callable[[], T], patience: float = PATIENCE) -> T:
    """Ask until the answer is true; return the last answer, whatever it is by then."""
    end = time.monotonic() + patience
    answer = condition()
    while not answer and time.monotonic() < end:
        time.sleep(0.02)
        answer = condition()
    return answer


def clean_environ() -> dict[str, str]:
    """The environment for a child: nothing in it that the studio reads."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("MODELLESS_", "TESTS_"))
        and name not in {"DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE"}
    }
