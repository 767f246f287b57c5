"""A generation as people look at it: its answers side by side, its stage, its times."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.safestring import SafeString

from modelless_web.gateway.errors import ATTEMPTS
from modelless_web.records.markdown import to_html

if TYPE_CHECKING:
    from modelless_web.records.models import Choice, Generation, Picture, Sketch


@dataclass(frozen=True)
class Slot:
    """The place of one choice on a card, filled or not."""

    index: int
    text: str = ""
    reasoning: str = ""
    finish_reason: str = ""
    pictures: Sequence["Picture"] = field(default_factory=tuple)
    sketch: "Sketch | None" = None

    @property
    def number(self) -> int:
        return self.index + 1

    @cached_property
    def html(self) -> SafeString:
        """The answer's text as clean HTML."""
        return to_html(self.text)

    @property
    def is_empty(self) -> bool:
        return not (self.text or self.reasoning or self.pictures)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a generation's time."""

    label: str
    seconds: float
    start: float
    percent: float


def slots(generation: "Generation") -> list[Slot]:
    """One slot for every choice that was asked for or came, in order."""
    choices: dict[int, Choice] = {}
    pictures: dict[int, list[Picture]] = {}
    if generation.status != "queued":
        choices = {choice.index: choice for choice in generation.choices.all()}
        for picture in generation.pictures.all():
            pictures.setdefault(picture.choice, []).append(picture)
    sketches = {sketch.choice: sketch for sketch in _sketches(generation)}
    count = max(generation.request.get("n", 1), *(i + 1 for i in (0, *choices, *pictures)))
    made = []
    for index in range(count):
        choice = choices.get(index)
        made.append(
            Slot(
                index=index,
                text=choice.text if choice else "",
                reasoning=choice.reasoning if choice else "",
                finish_reason=choice.finish_reason if choice else "",
                pictures=pictures.get(index, ()),
                sketch=sketches.get(index),
            )
        )
    return made


def _sketches(generation: "Generation") -> "Iterable[Sketch]":
    """What is painted so far, asked for only where there can be some."""
    is_painting = generation.status == "running" and generation.request.get("partial_images")
    return generation.sketches.defer("webp") if is_painting else ()


def stage(generation: "Generation") -> str:
    """What an open generation is doing now, in a few words."""
    if generation.status == "queued":
        return queued(generation.ahead)
    if any(not picture.is_settled for picture in generation.pictures.all()):
        return "saving the picture"
    choices = generation.choices.all()
    now = timezone.now()
    if generation.retry_at and generation.retry_at > now:
        return repeating(generation.attempt + 1, (generation.retry_at - now).total_seconds())
    return doing(
        generation.progress,
        writes=any(choice.text for choice in choices),
        thinks=any(choice.reasoning for choice in choices),
        attempt=generation.attempt,
    )


def queued(ahead: int | None) -> str:
    """What a generation waits for, as far as that is known."""
    if ahead is None:
        return "queued"
    return f"queued, {ahead:,} ahead" if ahead else "queued, next in turn"


def repeating(attempt: int, seconds: float) -> str:
    """What a run does before its second and third attempt."""
    wait = math.ceil(seconds)
    return f"attempt {attempt} of {ATTEMPTS} in {wait} s; nothing was charged so far"


def doing(progress: int | None, *, writes: bool, thinks: bool, attempt: int = 1) -> str:
    """What a running generation is doing, from what has come of it."""
    if progress is not None:
        return f"drawing, {progress} %"
    if writes:
        return "writing"
    if thinks:
        return "thinking"
    waiting = "waiting for the first word"
    return waiting if attempt == 1 else f"{waiting}, attempt {attempt} of {ATTEMPTS}"


def times(generation: "Generation") -> list[Span]:
    """How a finished generation spent its time: waiting, answering, saving."""
    marks = [
        generation.queued_at,
        generation.first_byte_at,
        generation.last_byte_at,
        generation.saved_at,
    ]
    if None in marks:
        return []
    whole = max((marks[3] - marks[0]).total_seconds(), 0.001)  # type: ignore[operator]
    spans, start = [], 0.0
    for label, begin, end in zip(
        ("waiting", "answering", "saving"), marks, marks[1:], strict=False
    ):
        seconds = max((end - begin).total_seconds(), 0.0)  # type: ignore[operator]
        percent = round(100 * seconds / whole, 2)
        spans.append(Span(label, seconds, round(start, 2), percent))
        start += percent
    return spans
