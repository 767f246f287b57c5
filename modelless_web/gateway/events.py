"""What comes back from a gateway, as values without identity.

Every wire reader speaks only in these. `index` is the choice (one of the `n` answers).
"""

from dataclasses import dataclass

from .errors import GatewayError


@dataclass(frozen=True, slots=True)
class Started:
    """The gateway began to answer; `model` may differ from the one that was asked for."""

    id: str
    model: str


@dataclass(frozen=True, slots=True)
class TextDelta:
    """Text to append to the shown answer of one choice."""

    index: int
    text: str


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    """Text to append to the reasoning of one choice."""

    index: int
    text: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a picture is: 0 to 100, or None when only a word was said.

    `note` is "queued", "running", "done", "failed" or "".
    """

    index: int
    percent: float | None
    note: str


@dataclass(frozen=True, slots=True)
class PictureFound:
    """A picture in an answer: exactly one of `url` (to be fetched) and `data` (decoded)."""

    index: int
    url: str = ""
    data: bytes = b""
    alt: str = ""


@dataclass(frozen=True, slots=True)
class PartialPicture:
    """A picture of choice `index` as far as it is painted: something to look at, not to keep."""

    index: int
    data: bytes


@dataclass(frozen=True, slots=True)
class UsageReported:
    """The tokens the gateway counted; sent at most once, at the end.

    ``cached_tokens`` are a part of the prompt's; None where the gateway says nothing of them.
    """

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    cached_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Finished:
    """One choice is complete; `reason` is "" when the gateway gave none."""

    index: int
    reason: str


@dataclass(frozen=True, slots=True)
class Damaged:
    """A data line that could not be read; it was skipped and counted."""

    line: str


@dataclass(frozen=True, slots=True)
class Failed:
    """The last event of an exchange that did not end well."""

    error: GatewayError


Event = (
    Started
    | TextDelta
    | ReasoningDelta
    | Progress
    | PartialPicture
    | PictureFound
    | UsageReported
    | Finished
    | Damaged
    | Failed
)
