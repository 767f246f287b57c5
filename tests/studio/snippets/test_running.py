"""Snippets as somebody runs them: what a gateway receives is the very request of the ledger."""

import asyncio
import html
import json
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from modelless_web.studio.snippets.languages import LANGUAGES
from tests.studio.pages import HTMX
from tests.studio.snippets.samples import NASTY, PLAIN, body, request_of
from tests.studio.snippets.tools import LIBCURL, needs, needs_libcurl
from tests.support.studio import Visitor
from tests.support.upstream import Step, Upstream, head, reply, upstream

KEY: Final = "sk-from-the-environment"
ANSWER: Final = b'{"answer": "Here it is: \xe2\x9c\x93"}'
PIECES: Final = [b'data: {"piece": %d}\n\n' % number for number in range(3)]
STREAM: Final[list[Step]] = [
    head(),
    PIECES[0],
    0.05,
    PIECES[1],
    0.05,
    PIECES[2],
    b"data: [DONE]\n\n",
]
# How a file of that name is run, in the folder where it lies.
COMMANDS: Final = {
    "shell": ("request.sh", "sh request.sh"),
    "javascript": ("request.mjs", "node request.mjs"),
    "java": ("Main.java", "java -Dfile.encoding=UTF-8 Main.java"),
    "go": ("request.go", "go run request.go"),
    "php": ("request.php", "php request.php"),
    "python": ("request.py", f"{sys.executable} request.py"),
    "c": ("request.c", f"gcc -Wall -Werror request.c {LIBCURL} -o request && ./request"),
    "ruby": ("request.rb", "ruby request.rb"),
}
RUNNERS: Final = [
    pytest.param("shell", marks=needs("sh", "curl")),
    pytest.param("javascript", marks=needs("node")),
    pytest.param("java", marks=needs("java")),
    pytest.param("go", marks=needs("go")),
    pytest.param("php", marks=needs("php")),
    pytest.param("python"),
    pytest.param("c", marks=[needs("gcc"), needs_libcurl]),
    pytest.param("ruby", marks=needs("ruby")),
]
each_language = pytest.mark.parametrize("slug", RUNNERS)
pytestmark = pytest.mark.slow


async def run(folder: Path, slug: str, text: str) -> bytes:
    """What a snippet prints, run as it is, with the key in its environment."""
    name, command = COMMANDS[slug]
    (folder / name).write_text(text, encoding="utf-8")
    environ = {"PATH": os.environ["PATH"], "HOME": str(folder), "MODELLESS_API_KEY": KEY}
    process = await asyncio.create_subprocess_shell(
        command, cwd=folder, env=environ, stdout=-1, stderr=-1
    )
    printed, complaints = await asyncio.wait_for(process.communicate(), 120)
    assert process.returncode == 0, complaints.decode()
    return printed


def received(gateway: Upstream) -> tuple[str, Mapping[str, str], Any]:
    """The one request that came: its first line, its headers, its JSON."""
    (request,) = gateway.requests
    top, _, sent = request.partition(b"\r\n\r\n")
    first, *lines = top.decode().split("\r\n")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
    return first, headers, json.loads(sent)


async def comes_through(folder: Path, slug: str, document: dict[str, Any]) -> bytes:
    """Run a snippet, check what the gateway received, and return what was printed."""
    script = STREAM if document["stream"] else reply(ANSWER)
    async with upstream(script) as gateway:
        request = request_of(document, gateway.url)
        printed = await run(folder, slug, LANGUAGES[slug].write(request))
        first, headers, sent = received(gateway)
    assert first == "POST /v1/chat/completions HTTP/1.1"
    assert sent == document
    wanted = {name.lower(): value for name, value in request.call.headers.items()}
    wanted["authorization"] = f"Bearer {KEY}"
    assert {name: headers[name] for name in wanted} == wanted
    return printed


@each_language
async def test_a_snippet_sends_the_very_request_and_prints_the_answer(
    tmp_path: Path, slug: str
) -> None:
    assert ANSWER in await comes_through(tmp_path, slug, PLAIN)


@each_language
async def test_a_snippet_sends_any_prompt_and_prints_the_stream(tmp_path: Path, slug: str) -> None:
    printed = await comes_through(tmp_path, slug, NASTY)
    lines = [piece.strip() for piece in PIECES]
    assert [line for line in printed.splitlines() if line in lines] == lines


@each_language
async def test_the_longest_prompts_come_through(tmp_path: Path, slug: str) -> None:
    document = body("漢字 😀 " * 6_400, "\\\"' \n" * 6_400, stream=False)
    assert ANSWER in await comes_through(tmp_path, slug, document)


@each_language
async def test_what_a_page_shows_runs_against_practice(
    visitor: Visitor, tmp_path: Path, slug: str
) -> None:
    pk = visitor.generate("A short essay about light")
    address = f"/generations/{pk}/code/?language={slug}"
    fragment = visitor.http.get(address, headers=HTMX).text
    (shown,) = re.findall("<pre[^>]*>(.*)</pre>", fragment, re.DOTALL)
    printed = await run(tmp_path, slug, html.unescape(shown))
    assert printed.count(b"chat.completion.chunk") > 1
    assert printed.split()[-2:] == [b"data:", b"[DONE]"]


async def test_the_raw_request_is_one_that_a_gateway_understands() -> None:
    async with upstream(reply(ANSWER)) as gateway:
        text = LANGUAGES["http"].write(request_of(NASTY, gateway.url))
        top, _, sent = text.replace("{{MODELLESS_API_KEY}}", KEY).partition("\n\n")
        reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
        writer.write(top.replace("\n", "\r\n").encode() + b"\r\n\r\n" + sent.encode())
        assert b"200 OK" in await reader.readuntil(b"\r\n\r\n")
        writer.close()
        first, headers, document = received(gateway)
    assert first == "POST /v1/chat/completions HTTP/1.1"
    assert headers["authorization"] == f"Bearer {KEY}"
    assert document == NASTY
