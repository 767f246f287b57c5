"""Parts reasoning that was written into the content from the answer itself.

Some gateways open the content with `<think>…</think>` or a fence called "think" (gateway
reference, sample J). Only the start of an answer counts; later on it is ordinary text.
"""

from collections.abc import Mapping
from enum import Enum, auto
from typing import Final

_MARKS: Final[Mapping[str, str]] = {"<think>": "</think>", "```think\n": "\n```"}


class _At(Enum):
    START = auto()
    THINKING = auto()
    BETWEEN = auto()
    SPEAKING = auto()


class Thoughts:
    """Splits a text that comes in pieces; the pieces may be cut anywhere."""

    def __init__(self) -> None:
        self._at = _At.START
        self._held = ""
        self._end = ""

    @property
    def speaking(self) -> bool:
        """Whether everything that follows is answer."""
        return self._at is _At.SPEAKING

    def feed(self, text: str) -> tuple[str, str]:
        """Return the reasoning and the answer that this piece adds."""
        if self._at is _At.SPEAKING:
            return "", text
        self._held += text
        reasoning = ""
        if self._at is _At.START:
            self._open()
        if self._at is _At.THINKING:
            reasoning = self._think()
        if self._at is _At.BETWEEN:
            self._held = self._held.lstrip()
            if self._held:
                self._at = _At.SPEAKING
        if self._at is not _At.SPEAKING:
            return reasoning, ""
        answer, self._held = self._held, ""
        return reasoning, answer

    def flush(self) -> tuple[str, str]:
        """Return what was held back, at the end of the text."""
        held, self._held = self._held, ""
        if self._at is _At.THINKING:
            return held, ""
        return "", held

    def _open(self) -> None:
        start = self._held.lstrip()
        for mark, end in _MARKS.items():
            if start.startswith(mark):
                self._at, self._end = _At.THINKING, end
                self._held = start[len(mark) :]
                return
        if not any(mark.startswith(start) for mark in _MARKS):
            self._at = _At.SPEAKING

    def _think(self) -> str:
        reasoning, found, rest = self._held.partition(self._end)
        if found:
            self._held, self._at = rest, _At.BETWEEN
            return reasoning
        keep = partial_suffix(self._held, self._end)
        self._held = reasoning[len(reasoning) - keep :]
        return reasoning[: len(reasoning) - keep]


def partial_suffix(text: str, mark: str) -> int:
    """Return how many characters at the end of the text may be the beginning of the mark."""
    for length in range(min(len(mark) - 1, len(text)), 0, -1):
        if text.endswith(mark[:length]):
            return length
    return 0
