"""What travels over the wire: the request as it was asked, and the bytes of every answer.

The shapes are those of section 2 of the gateway reference.
"""

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any

type Scope = MutableMapping[str, Any]
type Event = MutableMapping[str, Any]
type Receive = Callable[[], Awaitable[Event]]
type Send = Callable[[Event], Awaitable[None]]
type Headers = Iterable[tuple[str, str]]

CREATED = 1_710_000_000  # a fixed date: the same question gets the same bytes
MOST_CHOICES = 128


class BadAskError(ValueError):
    """The request body cannot be understood; the message says why."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the conversation, its content flattened to plain text."""

    role: str
    text: str


@dataclass(frozen=True, slots=True)
class Ask:
    """One `POST /v1/chat/completions`, parsed leniently, as gateways do."""

    model: str
    messages: tuple[Message, ...]
    stream: bool = False
    include_usage: bool = False
    n: int = 1
    stop: tuple[str, ...] = ()
    max_tokens: int | None = None
    size: str = ""
    seed: str = ""
    pictures: tuple[bytes, ...] = ()

    @property
    def prompt(self) -> str:
        """The last user message: what is wanted now."""
        return self.said[-1] if self.said else ""

    @property
    def said(self) -> tuple[str, ...]:
        """Everything that the user said, oldest first."""
        return tuple(message.text for message in self.messages if message.role == "user")

    @property
    def instructions(self) -> str:
        """What the system (or developer) messages say."""
        wanted = ("system", "developer")
        return "\n".join(message.text for message in self.messages if message.role in wanted)

    @property
    def prompt_tokens(self) -> int:
        """The estimated size of the conversation, in tokens."""
        return sum(estimate_tokens(message.text) + 4 for message in self.messages)


def estimate_tokens(text: str) -> int:
    """A simple estimate of how many tokens a text has: one for every four bytes, rounded up."""
    return -(-len(text.encode("utf-8", "replace")) // 4)


def read_ask(body: bytes) -> Ask:
    """Parse a chat request. Raises BadAskError, with a sentence for the client."""
    try:
        fields = json.loads(body)
    except ValueError as error:
        raise BadAskError("Invalid request, the body is not JSON") from error
    if not isinstance(fields, dict):
        raise BadAskError("Invalid request, the body is not a JSON object")
    if not isinstance(fields.get("model"), str) or not fields["model"]:
        raise BadAskError("Invalid request, you must provide a model parameter")
    options = fields.get("stream_options")
    return Ask(
        model=fields["model"],
        messages=_read_messages(fields.get("messages")),
        stream=fields.get("stream") is True,
        include_usage=isinstance(options, dict) and options.get("include_usage") is True,
        n=_read_count(fields, "n", most=MOST_CHOICES) or 1,
        stop=_read_stop(fields.get("stop")),
        max_tokens=_read_count(fields, "max_tokens", "max_completion_tokens", most=1 << 30),
        size=fields["size"] if isinstance(fields.get("size"), str) else "",
        seed="" if fields.get("seed") is None else str(fields["seed"]),
        pictures=_read_pictures(fields["messages"][-1].get("content")),
    )


def _read_messages(value: object) -> tuple[Message, ...]:
    if not isinstance(value, list) or not value:
        raise BadAskError("field messages is required")
    if not all(isinstance(item, dict) for item in value):
        raise BadAskError("field messages must be a list of objects")
    return tuple(
        Message(str(item.get("role", "")), _flatten(item.get("content"))) for item in value
    )


def _flatten(content: object) -> str:
    """The text of a message whose content is a string or a list of parts."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    texts = (part.get("text") for part in content if isinstance(part, dict))
    return "\n".join(text for text in texts if isinstance(text, str))


def _read_pictures(content: object) -> tuple[bytes, ...]:
    """The pictures in a message's parts; what is no data URL is empty."""
    parts = content if isinstance(content, list) else []
    images = [part for part in parts if isinstance(part, dict) and part.get("type") == "image_url"]
    return tuple(_decode(image.get("image_url")) for image in images)


def _decode(image: object) -> bytes:
    url = image.get("url") if isinstance(image, dict) else None
    if not isinstance(url, str) or not url.startswith("data:"):
        return b""
    try:
        return base64.b64decode(url.partition(",")[2], validate=True)
    except ValueError:
        return b""


def _read_count(fields: Mapping[str, object], *names: str, most: int) -> int | None:
    for name in names:
        value = fields.get(name)
        if value is None:
            continue
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
            raise BadAskError(f"{name} is invalid")
        return value or None
    return None


def _read_stop(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list):
        return ()
    return tuple(word for word in value if isinstance(word, str) and word)


@dataclass(frozen=True, slots=True)
class Piece:
    """One delta of an answer, and how long to wait before it is sent (seconds at pace 1)."""

    delta: Mapping[str, object]
    pause: float = 0.0

    @property
    def text(self) -> str:
        """The visible text of this piece, if it has any."""
        content = self.delta.get("content", "")
        return content if isinstance(content, str) else ""

    def listed(self, name: str) -> list[object]:
        """What it has in a list: the parts of its content, or its images."""
        value = self.delta.get(name)
        return value if isinstance(value, list) else []


@dataclass(frozen=True, slots=True)
class Answer:
    """All that one choice says, and why it ends."""

    pieces: tuple[Piece, ...]
    finish: str = "stop"

    @property
    def text(self) -> str:
        """The whole visible text."""
        return "".join(piece.text for piece in self.pieces)

    def cut(self, ask: Ask) -> "Answer":
        """This answer as `stop` and `max_tokens` leave it."""
        text = self.text
        ends = [at for word in ask.stop if (at := text.find(word)) >= 0]
        stopped = self._keep(min(ends)) if ends else self
        if ask.max_tokens is None or estimate_tokens(stopped.text) <= ask.max_tokens:
            return stopped
        room = stopped.text.encode("utf-8", "replace")[: ask.max_tokens * 4]
        return stopped._keep(len(room.decode("utf-8", "ignore")), "length")

    def _keep(self, length: int, finish: str = "stop") -> "Answer":
        kept: list[Piece] = []
        for piece in self.pieces:
            if length <= 0:
                break
            text = piece.text[:length]
            length -= len(text)
            kept.append(Piece({**piece.delta, "content": text}, piece.pause) if text else piece)
        return Answer(tuple(kept), finish)


def usage(ask: Ask, answers: Iterable[Answer]) -> dict[str, int]:
    """The usage numbers of an ask and all its answers."""
    completion = sum(estimate_tokens(answer.text) for answer in answers)
    return {
        "prompt_tokens": ask.prompt_tokens,
        "completion_tokens": completion,
        "total_tokens": ask.prompt_tokens + completion,
    }


def chunk(
    ask: Ask, index: int, delta: Mapping[str, object], finish: str | None = None
) -> dict[str, object]:
    """One `chat.completion.chunk` for one choice."""
    choice = {"index": index, "delta": dict(delta), "finish_reason": finish}
    body = {**_envelope(ask, "chat.completion.chunk"), "choices": [choice]}
    return {**body, "usage": None} if ask.include_usage else body


def usage_chunk(ask: Ask, answers: Iterable[Answer]) -> dict[str, object]:
    """The last chunk of a stream that asked for usage: no choices, only numbers."""
    envelope = _envelope(ask, "chat.completion.chunk")
    return {**envelope, "choices": [], "usage": usage(ask, answers)}


def completion(ask: Ask, answers: list[Answer]) -> dict[str, object]:
    """The body of a reply that is not streamed."""
    choices = [
        {
            "index": index,
            "message": _message(answer),
            "finish_reason": answer.finish,
            "logprobs": None,
        }
        for index, answer in enumerate(answers)
    ]
    envelope = _envelope(ask, "chat.completion")
    return {**envelope, "choices": choices, "usage": usage(ask, answers)}


def _envelope(ask: Ask, kind: str) -> dict[str, object]:
    return {"id": "chatcmpl-practice", "object": kind, "created": CREATED, "model": ask.model}


def _message(answer: Answer) -> dict[str, object]:
    parts = [part for piece in answer.pieces for part in piece.listed("content")]
    content = [{"type": "text", "text": answer.text}, *parts] if parts else answer.text
    message: dict[str, object] = {"role": "assistant", "content": content}
    reasoning = "".join(str(piece.delta.get("reasoning_content", "")) for piece in answer.pieces)
    if reasoning:
        message["reasoning_content"] = reasoning
    images = [image for piece in answer.pieces for image in piece.listed("images")]
    return {**message, "images": images} if images else message


def error(
    message: str,
    kind: str = "new_api_error",
    *,
    param: str | None = "",
    code: str | int | None = "",
) -> dict[str, object]:
    """An error object of the relay's shape."""
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def encode(value: object) -> bytes:
    """Compact UTF-8 JSON. A lone surrogate of the prompt is escaped rather than refused."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":")).encode()


class Reply:
    """The way back to one client, over an ASGI `send`."""

    def __init__(self, send: Send, pace: float) -> None:
        """Pauses are multiplied by `pace`; 0 means no pauses at all."""
        self._send = send
        self._pace = pace

    async def pause(self, seconds: float) -> None:
        """Wait, as long as the pace says; always gives way to other answers."""
        await asyncio.sleep(seconds * self._pace)

    async def begin(self, status: int, content_type: str, headers: Headers = ()) -> None:
        """Send the status line and the headers."""
        pairs = [("content-type", content_type), *headers]
        encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in pairs]
        await self._send({"type": "http.response.start", "status": status, "headers": encoded})

    async def write(self, data: bytes) -> None:
        """Send some of the body."""
        await self._send({"type": "http.response.body", "body": data, "more_body": True})

    async def end(self) -> None:
        """Finish the body properly. A behaviour that never calls this breaks the connection off."""
        await self._send({"type": "http.response.body", "body": b""})

    async def whole(
        self, status: int, content_type: str, body: bytes, headers: Headers = ()
    ) -> None:
        """Send a complete reply."""
        length = ("content-length", str(len(body)))
        await self.begin(status, content_type, [length, *headers])
        await self._send({"type": "http.response.body", "body": body})

    async def json(self, status: int, value: object, headers: Headers = ()) -> None:
        """Send a complete JSON reply."""
        await self.whole(status, "application/json; charset=utf-8", encode(value), headers)

    async def begin_stream(self) -> None:
        """Start a stream of server-sent events, with the headers that gateways send."""
        headers = [("cache-control", "no-cache"), ("x-accel-buffering", "no")]
        await self.begin(200, "text/event-stream", headers)

    async def data(self, value: object) -> None:
        """Send one event of the stream."""
        await self.write(b"data: " + encode(value) + b"\n\n")

    async def done(self) -> None:
        """Say `[DONE]` and end the stream."""
        await self.write(b"data: [DONE]\n\n")
        await self.end()
