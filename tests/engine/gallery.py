"""A gateway whose answers link pictures that it serves itself."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.engine.asking import delta, end


@dataclass
class File:
    """What is answered to one request for a picture."""

    body: bytes = b""
    status: int = 200
    location: str = ""


@dataclass
class Gallery:
    """A running one: it says ``text`` to every prompt; of a file's answers the last one stays."""

    url: str
    text: str = ""
    files: dict[str, list[File]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    @property
    def origin(self) -> str:
        return self.url.removesuffix("/v1")

    def hang(self, *answers: File, path: str = "/castle.png") -> str:
        """Hang up a picture and say its link; return the link."""
        self.files[path] = list(answers)
        self.text += f"![a castle]({self.origin}{path})\n\n"
        return self.origin + path


@contextmanager
def gallery() -> Iterator[Gallery]:
    """Open a gallery until the block is left."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self._answer("text/event-stream", File(delta(shown.text) + end()))

        def do_GET(self) -> None:
            shown.asked.append(self.path)
            shown.headers.append({name.lower(): value for name, value in self.headers.items()})
            files = shown.files.get(self.path, [File(status=404)])
            self._answer("image/png", files.pop(0) if len(files) > 1 else files[0])

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

        def _answer(self, kind: str, file: File) -> None:
            self.send_response(file.status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(file.body)))
            if file.location:
                self.send_header("Location", file.location)
            with suppress(ConnectionError):  # whoever asked has died
                self.end_headers()
                self.wfile.write(file.body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    shown = Gallery(f"http://127.0.0.1:{server.server_port}/v1")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield shown
    server.shutdown()
    thread.join()
    server.server_close()
