"""A gateway whose every word is hostile, as far as HTTP and JSON can carry it."""

import base64
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from tests.browser.hostile.words import Words
from tests.studio.factories import png
from tests.support.recordings import chunk

WORDS: Final = Words(are_hostile=True)
FAIL: Final = "fail"


class Hostile(BaseHTTPRequestHandler):
    """Lists hostile models, and answers the prompt that ends in a number with that attempt."""

    server: "HostileGateway"

    def do_GET(self) -> None:
        if self.server.is_broken:
            self._answer(500, {"error": {"message": WORDS.all("list-trouble")}})
            return
        named = zip(WORDS.each("offer"), WORDS.each("offer-description"), strict=True)
        listed = [{"id": name, "description": described} for name, described in named]
        self._answer(200, {"data": listed})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        *_, wish, number = body["messages"][-1]["content"].split()
        if wish == FAIL:
            self._fail(int(number))
        else:
            self._stream(int(number))

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def _fail(self, number: int) -> None:
        names = ("message", "code", "type", "param")
        error = {name: WORDS.one(f"wire-{name}", number) for name in names}
        self._answer(400, {"error": error}, WORDS.one("wire-request-id", number))

    def _stream(self, number: int) -> None:
        said = {name: WORDS.one(f"wire-{name}", number) for name in ("text", "alt", "thought")}
        data = base64.b64encode(png()).decode()
        picture = f"\n\n![{said['alt']}](data:image/png;base64,{data})\n"
        self._begin(200, "text/event-stream")
        for delta in (
            {"reasoning_content": said["thought"]},
            {"content": said["text"]},
            {"content": picture},
        ):
            self.wfile.write(chunk(delta, model=WORDS.one("wire-echo", number)))
        self.wfile.write(chunk({}, WORDS.one("wire-finish", number)) + b"data: [DONE]\n\n")

    def _answer(self, status: int, reply: Any, request_id: str = "") -> None:
        self._begin(status, "application/json", request_id)
        self.wfile.write(json.dumps(reply).encode())

    def _begin(self, status: int, kind: str, request_id: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        if request_id:
            self.send_header("X-Request-Id", request_id.encode("ascii", "replace").decode())
        self.end_headers()


class HostileGateway(ThreadingHTTPServer):
    """Serves on a free loopback port; ``is_broken`` makes its list of models an error."""

    daemon_threads = True
    is_broken = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Hostile)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"
