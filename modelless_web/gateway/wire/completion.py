"""The chunks of a chat completion, put together (gateway reference, sections 2.2, 2.3 and 8)."""

import json
from typing import Any

from modelless_web.gateway import limits
from modelless_web.gateway.classify import classify
from modelless_web.gateway.errors import GatewayError, Kind, tidy, tidy_json
from modelless_web.gateway.events import Event, Finished, Started

from .answer import Answer
from .usage import read_usage


class Completion:
    """Folds chunks, or one whole reply, into answers. Unknown keys are ignored."""

    def __init__(self, makes_pictures: bool, key: str = "") -> None:
        self.is_whole = False
        self.failure: GatewayError | None = None
        self._makes_pictures = makes_pictures
        self._key = key
        self._answers: dict[int, Answer] = {}
        self._id = ""
        self._model = ""
        self._created = 0
        self._usage: dict[str, Any] | None = None
        self._is_started = False
        # Content of one choice waits here until the block ends: the stages behind cost as much
        # for a whole block as for one delta.
        self._waiting: list[str] = []
        self._speaker: Answer | None = None

    @property
    def answers(self) -> dict[int, str]:
        """The shown text of each choice."""
        return {index: self._answers[index].shown for index in sorted(self._answers)}

    @property
    def finished(self) -> int:
        """How many choices have told their finish reason."""
        return sum(1 for answer in self._answers.values() if answer.finish_reason)

    @property
    def has_hidden(self) -> bool:
        """Whether the pieces of an answer spelled the key."""
        return any(answer.has_hidden for answer in self._answers.values())

    @property
    def has_content(self) -> bool:
        """Whether any word, thought or picture came."""
        return bool(self._waiting) or any(
            answer.has_words or answer.images or answer.calls for answer in self._answers.values()
        )

    @property
    def is_complete(self) -> bool:
        """Whether every choice is finished and not all are empty; ask only after `end`."""
        answers = self._answers.values()
        if any(answer.finish_reason == "error" for answer in answers):
            return False
        return all(self._is_finished(answer) for answer in answers) and not all(
            answer.is_empty for answer in answers
        )

    def is_piece(self, chunk: dict[str, Any]) -> bool:
        """Whether it is a chunk beyond doubt."""
        return "choices" in chunk and "error" not in chunk

    def take(self, chunk: dict[str, Any], events: list[Event]) -> None:
        """Take one chunk, or a whole reply."""
        if not self._is_started:
            self._start(chunk, events)
        choices = chunk.get("choices")
        if choices and type(choices) is list:
            for choice in choices:
                self._choice(choice, events)
        elif chunk.get("data"):
            self._images_reply(chunk["data"])
        usage = chunk.get("usage")
        if usage:
            self._count(usage)

    def flush(self, events: list[Event]) -> None:
        """Pass on the content that waits for the end of a block."""
        if self._waiting and self._speaker is not None:
            text = "".join(self._waiting)
            self._waiting.clear()
            self._speaker.say(text, events)

    def end(self, events: list[Event]) -> None:
        """Take the end of the reply: the pictures, then the usage, then the finished choices."""
        self.flush(events)
        answers = [self._answers[index] for index in sorted(self._answers)]
        for answer in answers:
            answer.end(events)
        if any(answer.has_too_many_pictures for answer in answers):
            words = f"The answer held more than {limits.PICTURES} pictures; the first are kept."
            self.failure = _shortfall(Kind.TRUNCATED, words)
        usage = read_usage(self._usage)
        if usage is not None:
            events.append(usage)
        for answer in answers:
            if self._is_finished(answer):
                events.append(Finished(answer.index, answer.finish_reason))

    def shortfall(self) -> GatewayError:
        """Say why an answer that ended in peace is still not one; ask only after `end`."""
        answers = self._answers.values()
        is_empty = all(answer.is_empty for answer in answers)
        reasons = {answer.finish_reason for answer in answers}
        if is_empty and any(answer.found.failed for answer in answers):
            return _shortfall(Kind.UPSTREAM, "A picture was announced, but its link was empty.")
        if "error" in reasons:
            return _shortfall(Kind.UPSTREAM, "The model stopped with an error.")
        if is_empty and "content_filter" in reasons:
            return _shortfall(Kind.MODERATION, "A content filter blocked the answer.")
        if not self.has_content or (is_empty and all(map(self._is_finished, answers))):
            return _shortfall(Kind.EMPTY, "The gateway ended the answer without any content.")
        return _shortfall(Kind.TRUNCATED, "The answer ended without saying that it is complete.")

    def response(self) -> dict[str, Any]:
        """Return everything as one chat.completion object."""
        return {
            "id": self._id,
            "object": "chat.completion",
            "created": self._created,
            "model": self._model,
            "choices": [
                {
                    "index": index,
                    "message": self._answers[index].message(),
                    "finish_reason": self._answers[index].finish_reason or None,
                }
                for index in sorted(self._answers)
            ],
            "usage": tidy_json(self._usage),
        }

    def _is_finished(self, answer: Answer) -> bool:
        return self.is_whole or bool(answer.finish_reason)

    def _start(self, chunk: dict[str, Any], events: list[Event]) -> None:
        self._id = _text(chunk.get("id"))
        self._model = _text(chunk.get("model")) or self._model
        created = chunk.get("created")
        self._created = created if isinstance(created, int) else 0
        if self._id:
            self._is_started = True
            events.append(Started(self._id, self._model))

    def _choice(self, choice: Any, events: list[Event]) -> None:
        if type(choice) is not dict:
            return
        index = choice.get("index")
        answer = self._answers.get(index) if type(index) is int else None
        answer = answer or self._answer(_index(index))
        if answer is None:
            return
        delta = choice.get("delta")
        if delta is None:
            delta = choice.get("message")
        if type(delta) is dict:
            content = delta.get("content")
            if len(delta) == 1 and type(content) is str:
                self._say(answer, content, events)
            else:
                self._delta(answer, delta, events)
        elif isinstance(choice.get("text"), str):
            self._say(answer, choice["text"], events)
        reason = choice.get("finish_reason") or choice.get("finishReason")
        if reason:
            answer.finish_reason = _text(reason).lower()
        if choice.get("error"):
            self.failure = _choice_error(choice["error"])

    def _answer(self, index: int) -> Answer | None:
        """Return the answer with this number, or None when there are too many."""
        if index >= limits.CHOICES:
            words = f"The answer held more than {limits.CHOICES} choices; the first are kept."
            self.failure = _shortfall(Kind.TRUNCATED, words)
            return None
        if index not in self._answers:
            self._answers[index] = Answer(index, self._makes_pictures, self._key)
        return self._answers[index]

    def _delta(self, answer: Answer, delta: dict[str, Any], events: list[Event]) -> None:
        reasoning = delta.get("reasoning_content") or delta.get("reasoning")
        if isinstance(reasoning, str) and reasoning:
            self.flush(events)
            answer.think(reasoning, events)
        content = delta.get("content") or delta.get("refusal")
        if isinstance(content, str):
            self._say(answer, content, events)
        elif isinstance(content, list):
            self._parts(answer, content, events)
        for key in ("images", "image"):
            images = delta.get(key)
            if images:
                answer.images.extend(images if isinstance(images, list) else [images])
        calls = delta.get("tool_calls")
        if isinstance(calls, list):
            answer.calls.extend(calls)

    def _parts(self, answer: Answer, parts: list[Any], events: list[Event]) -> None:
        for part in parts:
            if isinstance(part, str):
                self._say(answer, part, events)
            elif isinstance(part, dict) and isinstance(part.get("text"), str):
                self._say(answer, part["text"], events)
            elif isinstance(part, dict):
                answer.images.append(part)

    def _say(self, answer: Answer, text: str, events: list[Event]) -> None:
        if not text:
            return
        if self._speaker is not answer:
            self.flush(events)
            self._speaker = answer
        self._waiting.append(text)

    def _images_reply(self, items: Any) -> None:
        """Take the shape of the images API inside a chat reply (sample I)."""
        answer = self._answer(0)
        if answer and isinstance(items, list):
            answer.images.extend(items)

    def _count(self, usage: Any) -> None:
        if read_usage(usage) is not None:
            self._usage = usage


def _index(value: Any) -> int:
    """Return a choice's number; what is none counts as the first."""
    if isinstance(value, str) and value.isdecimal():
        return int(value[:9])
    return value if isinstance(value, int) and value > 0 else 0


def _text(value: Any) -> str:
    return tidy(value)[:200] if isinstance(value, str) else ""


def _shortfall(kind: Kind, message: str) -> GatewayError:
    """Return a failure of an answer that came: work was done for it."""
    return GatewayError(kind, message, maybe_charged=True)


def _choice_error(error: Any) -> GatewayError:
    found = classify(200, {}, json.dumps({"error": error}).encode())
    found.maybe_charged = True
    return found
