"""The gateway of the benches: streams as many words as the prompt asks for, at its pace.

A process of its own, so that its work is not counted as the studio's. A prompt says
``bench deltas=50 pace=20 wait=0 tag=a1`` (milliseconds); every word carries its tag, its number
and the moment at which it was written: ``a1.7@1700000000123.456;`` in Unix milliseconds.
"""

import asyncio
import json
import re
import time
from dataclasses import dataclass, field
from typing import Any, Final, cast

import uvloop

ORDER: Final = re.compile(r"bench deltas=(\d+) pace=([\d.]+) wait=([\d.]+) tag=(\w+)")
STREAM_HEAD: Final = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
)
MODEL: Final = "stable-diffusion"
ID: Final = "chatcmpl-bench"


@dataclass(slots=True)
class Story:
    """One stream: what was asked for, and what was written when (Unix milliseconds)."""

    deltas: int
    pace: float
    wait: float
    tag: str
    asked: float
    first: float = 0.0
    last: float = 0.0
    times: int = 1
    words: list[str] = field(default_factory=list)

    def told(self) -> dict[str, Any]:
        """The stream as the log shows it."""
        text = "".join(self.words)
        times = {"asked": self.asked, "first": self.first, "last": self.last}
        return {**times, "times": self.times, "text": text}


class Gateway(asyncio.Protocol):
    """One connection from the studio; requests come one after another."""

    log: Final[dict[str, Story]] = {}

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._inbox = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are not of asyncio's class, so nothing is asked of them here.
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._transport = None

    def data_received(self, data: bytes) -> None:
        self._inbox += data
        head, blank, rest = self._inbox.partition(b"\r\n\r\n")
        length = re.search(rb"content-length: *(\d+)", head.lower())
        size = int(length[1]) if length else 0
        if blank and len(rest) >= size:
            self._inbox = rest[size:]
            self._answer(head.split(b" ", 2)[1].decode(), rest[:size])

    def _answer(self, path: str, body: bytes) -> None:
        if path == "/bench/log":
            self._reply({tag: story.told() for tag, story in self.log.items()})
            self.log.clear()
        elif path.endswith("/models"):
            self._reply({"object": "list", "data": [{"id": MODEL, "object": "model"}]})
        elif path.endswith("/chat/completions"):
            self._begin(json.loads(body)["messages"][-1]["content"])
        else:
            self._reply({"error": {"message": "There is nothing here."}}, b"404 Not Found")

    def _reply(self, value: Any, status: bytes = b"200 OK") -> None:
        body = json.dumps(value).encode()
        head = b"HTTP/1.1 %b\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        self._write(head % (status, len(body)) + body)

    def _begin(self, prompt: str) -> None:
        order = ORDER.search(prompt)
        deltas, pace, wait, tag = order.groups() if order else ("5", "20", "0", "none")
        story = Story(int(deltas), float(pace) / 1000, float(wait) / 1000, tag, now())
        if tag in self.log:
            story.times = self.log[tag].times + 1
        self.log[tag] = story
        self._write(STREAM_HEAD)
        begin = self._loop.time() + story.wait
        self._loop.call_at(begin, self._step, story, begin, 0)

    def _step(self, story: Story, begin: float, number: int) -> None:
        if self._transport is None:
            return
        if number == story.deltas:
            self._end(story)
            return
        story.last = now()
        story.first = story.first or story.last
        word = f"{' ' if number else ''}{story.tag}.{number}@{story.last:.3f};"
        story.words.append(word)
        self._event({"choices": [{"index": 0, "delta": {"content": word}, "finish_reason": None}]})
        number += 1
        self._loop.call_at(begin + number * story.pace, self._step, story, begin, number)

    def _end(self, story: Story) -> None:
        self._event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
        usage = {"prompt_tokens": 9, "completion_tokens": story.deltas}
        self._event({"choices": [], "usage": usage | {"total_tokens": story.deltas + 9}})
        self._chunk(b"data: [DONE]\n\n")
        self._write(b"0\r\n\r\n")

    def _event(self, part: dict[str, Any]) -> None:
        event = {"id": ID, "object": "chat.completion.chunk", "created": 1, "model": MODEL} | part
        self._chunk(b"data: " + json.dumps(event).encode() + b"\n\n")

    def _chunk(self, data: bytes) -> None:
        self._write(b"%x\r\n%b\r\n" % (len(data), data))

    def _write(self, data: bytes) -> None:
        if self._transport is not None:
            self._transport.write(data)


def now() -> float:
    """This moment in Unix milliseconds."""
    return time.time_ns() / 1e6


async def main() -> None:
    """Serve on a free loopback port and print the base address."""
    server = await asyncio.get_running_loop().create_server(Gateway, "127.0.0.1", 0, backlog=2048)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main())
