"""What an event stream showed: every message read as a page would, without a page."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Final

CARD: Final = re.compile(
    r'<article id="generation-(?P<card>[0-9a-f-]{36})"[^>]*data-status=.*?</article>'
    r'|<span hx-swap-oob="beforeend:#text-(?P<piece>[0-9a-f-]{36})-0">(?P<text>.*?)</span>',
    re.DOTALL,
)
RUNNING: Final = re.compile(r'<div id="text-[0-9a-f-]{36}-0"[^>]*>(.*?)</div>', re.DOTALL)
FINAL: Final = re.compile(r'<div class="prose">(.*?)</div>', re.DOTALL)
TAG: Final = re.compile(r"tag=(\w+)")
WORD: Final = re.compile(r"\w+\.\d+@[\d.]+;")


@dataclass(slots=True)
class Sight:
    """One generation as it was seen: the text while it ran, and that of its final card."""

    id: str = ""
    tag: str = ""
    running: str = ""
    final: str = ""


def sights(raw: bytes) -> dict[str, Sight]:
    """Read a whole chunked event stream; return what it showed, by tag."""
    seen: dict[str, Sight] = {}
    for html in _messages(_unchunked(raw)):
        for part in CARD.finditer(html):
            if part["piece"]:
                seen.setdefault(part["piece"], Sight()).running += unescape(part["text"])
            else:
                _look_at(part, seen.setdefault(part["card"], Sight(part["card"])))
    return {sight.tag: sight for sight in seen.values()}


def words_in(text: str) -> list[str]:
    """The stamped words of a text, in order."""
    return WORD.findall(text)


def _look_at(part: re.Match[str], sight: Sight) -> None:
    html = part[0]
    tag = TAG.search(html)
    sight.tag = tag[1] if tag else ""
    running, final = RUNNING.search(html), FINAL.search(html)
    if running:
        sight.running = unescape(running[1])
    if final:
        sight.final = unescape(final[1])


def _messages(text: str) -> Iterator[str]:
    for message in text.split("\n\n"):
        lines = (line.removeprefix("data: ") for line in message.split("\n") if line[:1] == "d")
        yield "\n".join(lines)


def _unchunked(raw: bytes) -> str:
    body, place = bytearray(), 0
    while True:
        end = raw.find(b"\r\n", place)
        if end < 0:
            return body.decode("utf-8", "replace")
        size = int(raw[place:end], 16)
        body += raw[end + 2 : end + 2 + size]
        place = end + 2 + size + 2
