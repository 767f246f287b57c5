"""A gateway that a test holds by the hand: it says the next word when the test tells it to."""

import base64
import json
import queue
import threading
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

PATIENCE: Final = 30.0
MODELS: Final = ("flux-scripted", "gpt-scripted", "o3-scripted", "gpt-image-1-scripted")
PAINTER, WRITER, REASONER, EDITOR = MODELS


class Talk:
    """One request that came, and the answer to it as far as it has been said."""

    def __init__(self, handler: "Handler", body: dict[str, Any]) -> None:
        self.body = body
        self.is_over = threading.Event()
        self._handler = handler
        self._has_begun = False

    @property
    def said(self) -> list[tuple[str, str]]:
        """The conversation that was sent: role and words."""
        return [(message["role"], message["content"]) for message in self.body["messages"]]

    def say(self, text: str, index: int = 0) -> None:
        """Stream some words of one choice."""
        self.send({"choices": [{"index": index, "delta": {"content": text}}]})

    def send(self, chunk: dict[str, Any]) -> None:
        """Stream one object."""
        self.write(f"data: {json.dumps({'id': 'chatcmpl-1', **chunk})}\n\n".encode())

    def write(self, data: bytes) -> None:
        """Stream bytes as they are."""
        if not self._has_begun:
            self._handler.send_response(200)
            self._handler.send_header("Content-Type", "text/event-stream")
            self._handler.end_headers()
            self._has_begun = True
        self._handler.wfile.write(data)

    def finish(self, *texts: str) -> None:
        """Say the last words of each choice and end properly."""
        for index, text in enumerate(texts):
            self.say(text, index)
        for index in range(self.body.get("n", 1)):
            self.send({"choices": [{"index": index, "delta": {}, "finish_reason": "stop"}]})
        self.write(b"data: [DONE]\n\n")
        self.hang_up()

    def paint(self, png: bytes) -> None:
        """Answer as the images API does where nothing streams, with one picture."""
        told = {"created": 1, "data": [{"b64_json": base64.b64encode(png).decode()}]}
        self._handler.answer(200, "application/json", json.dumps(told).encode())
        self.hang_up()

    def hang_up(self) -> None:
        """End the connection, wherever the answer stands."""
        self.is_over.set()

    def is_left(self) -> bool:
        """Whether the studio has closed the connection, within 30 seconds."""
        self._handler.connection.settimeout(PATIENCE)
        try:
            return not self._handler.connection.recv(1)
        except ConnectionError:
            return True


class Handler(BaseHTTPRequestHandler):
    """Lists the models, serves the pictures, and hands every prompt to the test."""

    server: "Gateway"

    def do_GET(self) -> None:
        if self.path.startswith("/pictures/"):
            found = self.server.pictures.get(self.path)
            self.answer(200 if found else 404, "image/png", found or b"no such picture")
        else:
            listed = [{"id": name, "object": "model"} for name in MODELS]
            self.answer(200, "application/json", json.dumps({"data": listed}).encode())

    def do_POST(self) -> None:
        data = self.rfile.read(int(self.headers["Content-Length"]))
        kind = self.headers["Content-Type"]
        talk = Talk(self, form(kind, data) if kind.startswith("multipart/") else json.loads(data))
        self.server.open.append(talk)
        self.server.asked.put(talk)
        talk.is_over.wait()
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the test's own failure tells more."""

    def answer(self, status: int, kind: str, body: bytes) -> None:
        """Say all of it at once."""
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def form(kind: str, data: bytes) -> dict[str, Any]:
    """The fields of a form with files: each file as its bytes, everything else as text."""
    whole = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + data)
    read: dict[str, Any] = {}
    for part in whole.walk():
        if part.is_multipart():
            continue
        name = part.get_param("name", header="content-disposition")
        value = part.get_payload(decode=True)
        assert isinstance(value, bytes)
        read[str(name)] = value if part.get_filename() else value.decode()
    return read


class Gateway(ThreadingHTTPServer):
    """Serves on a free loopback port, in threads of its own."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.pictures: dict[str, bytes] = {}
        self.asked: queue.Queue[Talk] = queue.Queue()
        self.open: list[Talk] = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def talk(self) -> Talk:
        """The next request; an error if none comes within 30 seconds."""
        return self.asked.get(timeout=PATIENCE)

    def hang(self, name: str, png: bytes) -> str:
        """Put up a picture and return its address."""
        self.pictures[f"/pictures/{name}.png"] = png
        return f"{self.origin}/pictures/{name}.png"

    def forget(self) -> None:
        """End whatever is still open, and forget what nobody took."""
        for talk in self.open:
            talk.hang_up()
        self.open.clear()
        while not self.asked.empty():
            self.asked.get()
