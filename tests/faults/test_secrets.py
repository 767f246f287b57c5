"""A gateway that quotes its key in every way it can: the key is found nowhere afterwards."""

import base64
import json
import re
import sqlite3
import threading
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.conftest import StartStudio
from tests.faults.ground import MODEL
from tests.support.recordings import stream
from tests.support.studio import SUBMISSION, Studio, Visitor, wait_for

KEY = "sk-VerySecret+Key/0123456789abcdefTAIL"
BASE64 = base64.b64encode(KEY.encode()).decode().rstrip("=")
# The tail is shown on purpose, so that an operator can tell two keys apart.
FORMS = [KEY.encode(), KEY[3:30].encode(), quote(KEY, safe="").encode(), BASE64[4:30].encode()]
PROMPTS = ("error", "html", "redirect", "text", "escaped", "pieces")
TAG = re.compile(r"<[^>]*>|\n")
DELTA = re.compile(r'"content": ?"((?:[^"\\\\]|\\\\.)*)"')
PASSWORD = "correct horse battery staple"
OWNER = re.compile(r"owner's account: \S+?(/account/owner/\S+)")


class Indiscreet(BaseHTTPRequestHandler):
    """Answers what the prompt asks for, and quotes the key that it was sent."""

    def do_GET(self) -> None:
        quoted = self.headers.get("Authorization", "")
        item = {"id": "stable-diffusion", "key": quoted, "model_name": quoted, "quota_type": 1}
        prices = {"group_ratio": {"default": 1, quoted: 1}}
        self._answer(200, json.dumps({"data": [{**item, "model_price": 1}], **prices}))

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        key = self.headers["Authorization"].removeprefix("Bearer ")
        coded = base64.b64encode(key.encode()).decode()
        links = f"![a](https://127.0.0.1/a.png?token={quote(key, safe='')})"
        match body["messages"][-1]["content"]:
            case "error":
                self._answer(401, json.dumps({"error": {"message": f"Bad key {key}", "code": key}}))
            case "html":
                self._answer(502, f"<html>Authorization: Bearer {key}</html>", kind="text/html")
            case "redirect":
                self._answer(302, "", Location=f"https://elsewhere.example/?key={key}")
            case "text":
                self._answer(200, stream(f"Your key is {key}, as Base64 {coded}. {links}").decode())
            case "pieces":
                self._answer(200, stream("Your key, in pieces, is ", *key, ".").decode())
            case "escaped":
                escaped = "".join(f"\\u{ord(c):04x}" for c in key)
                text = stream("HERE").decode().replace("HERE", escaped)
                self._answer(200, text, **{"X-Key": key, "X-Oneapi-Request-Id": key})

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def _answer(self, status: int, body: str, kind: str = "text/plain", **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body.encode())))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        # In two pieces, so that the network cuts a key in the middle.
        data = body.encode()
        self.wfile.write(data[: len(data) // 2])
        self.wfile.flush()
        self.wfile.write(data[len(data) // 2 :])


@contextmanager
def indiscreet() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Indiscreet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def sent(visitor: Visitor, prompt: str) -> str:
    visitor.open("/")
    model, once = MODEL.search(visitor.page), SUBMISSION.search(visitor.page)
    assert model
    assert once
    reply = visitor.post(
        "/generations/", prompt=prompt, model=model[1], stream="on", submission=once[1]
    )
    return reply.url.path


def pages_of(visitor: Visitor, made: list[str]) -> dict[str, bytes]:
    """Every page that shows something of what came, in the studio and in admin."""
    pks = [path.strip("/").rpartition("/")[2] for path in made]
    paths = ["/", "/history/", "/history/?view=list", "/models/", *made]
    paths += [f"/generations/{pk}/{rest}" for pk in pks for rest in ("card/", "raw/sent")]
    paths += [f"/generations/{pk}/raw/received" for pk in pks]
    paths += [f"/admin/records/generation/{pk}/change/" for pk in pks]
    kinds = ("generation", "gateway", "model", "picture", "errorgroup", "user")
    paths += [f"/admin/records/{kind}/" for kind in kinds]
    paths += ["/admin/", "/admin/records/gateway/1/change/", "/admin/records/gateway/2/change/"]
    return {path: visitor.open(path).content for path in paths}


def stored(data_dir: Path) -> dict[str, bytes]:
    """Every file of the data folder, and the packed columns unpacked."""
    found = {str(path): path.read_bytes() for path in data_dir.rglob("*") if path.is_file()}
    with closing(sqlite3.connect(data_dir / "studio.sqlite3")) as ledger:
        rows = ledger.execute("SELECT sent_zlib, received_zlib FROM records_transcript").fetchall()
    for number, row in enumerate(rows):
        found |= {f"transcript {number} {n}": zlib.decompress(c) for n, c in enumerate(row) if c}
    return found


def spelled(data: bytes) -> str:
    """What the deltas of a stream spell together, if it is one."""
    return "".join(
        json.loads(f'"{said}"') for said in DELTA.findall(data.decode("utf-8", "replace"))
    )


def processes(studio: Studio) -> dict[str, bytes]:
    pids = [studio.process.pid, *studio.children()]
    return {f"process {pid}": Path(f"/proc/{pid}/cmdline").read_bytes() for pid in pids}


@pytest.mark.slow
def test_the_key_is_nowhere(start_studio: StartStudio) -> None:
    with indiscreet() as url:
        studio = start_studio(MODELLESS_BASE_URL=url, MODELLESS_API_KEY=KEY)
        link = wait_for(lambda: OWNER.search(studio.log))
        assert link
        with studio.visitor() as visitor:
            visitor.open(link[1])
            visitor.post(link[1], username="owner", password1=PASSWORD, password2=PASSWORD)
            with visitor.live() as live:
                made = [sent(visitor, p) for p in PROMPTS]
                assert live.hears("in pieces")
            pks = [path.strip("/").rpartition("/")[2] for path in made]
            final = {"succeeded", "failed"}
            assert wait_for(lambda: {visitor.status(pk) for pk in pks} <= final)
            session = visitor.http.cookies["sessionid"]
            seen = pages_of(visitor, made) | {"live": TAG.sub("", live.heard).encode()}
        assert b"***" in seen[made[0]]
        assert b"in pieces, is sk-***." in seen[made[PROMPTS.index("pieces")]]
        running = processes(studio)
        studio.stop()
    places = seen | running | stored(studio.data_dir) | {"log": studio.log.encode()}
    assert [name for name, data in places.items() if any(form in data for form in FORMS)] == []
    assert [name for name, data in places.items() if KEY[3:] in spelled(data)] == []
    secrets = [PASSWORD.encode(), session.encode()]
    assert not any(secret in studio.log.encode() for secret in secrets)


def test_a_key_in_pieces_would_be_put_together() -> None:
    assert KEY[3:] in spelled(stream("It is ", *KEY))


def test_the_places_that_are_searched_would_show_it(tmp_path: Path) -> None:
    packed = zlib.compress(f"x {KEY} y".encode())
    with closing(sqlite3.connect(tmp_path / "studio.sqlite3")) as ledger:
        ledger.execute("CREATE TABLE records_transcript (sent_zlib BLOB, received_zlib BLOB)")
        ledger.execute("INSERT INTO records_transcript VALUES (?, NULL)", [packed])
        ledger.commit()
    found = [name for name, data in stored(tmp_path).items() if FORMS[0] in data]
    assert found == ["transcript 0 0"]
