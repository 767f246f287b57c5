"""How the tests speak with the gateway, and how they read what it says."""

import json
from dataclasses import dataclass
from typing import Any

import httpx


def body(model: str, prompt: str = "a calm lake 96x64", **fields: object) -> dict[str, object]:
    """A chat request with one user message."""
    return {"model": model, "messages": [{"role": "user", "content": prompt}], **fields}


def ask(
    http: httpx.Client, model: str, prompt: str = "a calm lake 96x64", **fields: object
) -> httpx.Response:
    """Ask, and wait for the whole reply."""
    return http.post("chat/completions", json=body(model, prompt, **fields))


def text_of(reply: httpx.Response, index: int = 0) -> str:
    """The text of one choice of a reply that is no stream."""
    return str(reply.json()["choices"][index]["message"]["content"])


@dataclass
class Heard:
    """What was heard of a stream."""

    chunks: list[dict[str, Any]]
    damaged: int = 0
    done: bool = False
    broken: bool = False

    def text(self, index: int = 0, key: str = "content") -> str:
        """All of one choice's text."""
        return "".join(
            choice["delta"].get(key, "")
            for chunk in self.chunks
            for choice in chunk.get("choices", [])
            if choice["index"] == index
        )

    def finishes(self) -> list[str]:
        """The finish reasons, in the order in which they came."""
        return [
            choice["finish_reason"]
            for chunk in self.chunks
            for choice in chunk.get("choices", [])
            if choice["finish_reason"]
        ]


def listen(
    http: httpx.Client, model: str, prompt: str = "a calm lake 96x64", **fields: object
) -> Heard:
    """Ask for a stream and hear it to its end, whatever end that is."""
    heard = Heard([])
    asked = body(model, prompt, **{"stream": True, **fields})
    try:
        with http.stream("POST", "chat/completions", json=asked) as reply:
            for line in reply.iter_lines():
                note(heard, line)
    except httpx.RemoteProtocolError:
        heard.broken = True
    return heard


def note(heard: Heard, line: str) -> None:
    """Take one line of a stream in."""
    if not line.startswith("data: "):
        return
    if line == "data: [DONE]":
        heard.done = True
        return
    try:
        heard.chunks.append(json.loads(line[6:]))
    except ValueError:
        heard.damaged += 1
