"""Reads a reply in one go and folds its events, so that tests compare what a person would see."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from modelless_web.gateway.errors import GatewayError
from modelless_web.gateway.events import (
    Damaged,
    Event,
    Failed,
    Finished,
    PictureFound,
    Progress,
    ReasoningDelta,
    Started,
    TextDelta,
    UsageReported,
)
from modelless_web.gateway.wire.completion import Completion
from modelless_web.gateway.wire.reply import Reader

STREAM = {"content-type": "text/event-stream"}
JSON = {"content-type": "application/json"}


@dataclass
class Folded:
    """All events of an exchange, added up."""

    text: dict[int, str] = field(default_factory=dict)
    reasoning: dict[int, str] = field(default_factory=dict)
    pictures: list[PictureFound] = field(default_factory=list)
    progress: list[Progress] = field(default_factory=list)
    finished: list[Finished] = field(default_factory=list)
    started: list[Started] = field(default_factory=list)
    usage: list[UsageReported] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    error: GatewayError | None = None

    @property
    def found(self) -> list[str | bytes]:
        """The pictures, each as its address or its bytes."""
        return [picture.url or picture.data for picture in self.pictures]

    @property
    def kind(self) -> str:
        """The kind of the failure, or ""."""
        return self.error.kind.value if self.error else ""


def fold(events: Iterable[Event]) -> Folded:
    """Add the events up."""
    folded = Folded()
    for event in events:
        _add(folded, event)
    return folded


def _add(folded: Folded, event: Event) -> None:
    match event:
        case TextDelta(index, text):
            folded.text[index] = folded.text.get(index, "") + text
        case ReasoningDelta(index, text):
            folded.reasoning[index] = folded.reasoning.get(index, "") + text
        case PictureFound():
            folded.pictures.append(event)
        case Progress():
            folded.progress.append(event)
        case Finished():
            folded.finished.append(event)
        case Started():
            folded.started.append(event)
        case UsageReported():
            folded.usage.append(event)
        case Damaged(line):
            folded.damaged.append(line)
        case Failed(error):
            folded.error = error


def a_reader(choices: int | None = None) -> Reader:
    """Who reads the reply of a model that makes pictures."""
    return Reader(Completion(True), choices)


def read(
    body: bytes,
    *,
    cuts: Sequence[int] = (),
    reader: Reader | None = None,
    status: int = 200,
    headers: dict[str, str] = STREAM,
) -> Folded:
    """Read a body, cut at the given places, and fold what came."""
    reader = reader or a_reader()
    reader.begin(status, headers)
    events: list[Event] = []
    places = [0, *sorted(set(cuts)), len(body)]
    for start, stop in pairwise(places):
        events += reader.read(body[start:stop])
    return fold([*events, *reader.close()])
