"""One choice of an answer, put together from the pieces of a stream or from one message."""

import re
from typing import Any, Final

from modelless_web.gateway import limits
from modelless_web.gateway.errors import tidy, tidy_json
from modelless_web.gateway.events import Event, PictureFound, Progress, ReasoningDelta, TextDelta
from modelless_web.gateway.veil import TextVeil

from .inline import Folder
from .pictures import Found, find, from_item, name_of
from .progress import Mark, ProgressLines, read_line
from .thoughts import Thoughts

_EMPTY_PICTURE: Final = re.compile(r"!\[[^\]]{0,200}\]\(\s*\)")
_LINE_CAP: Final = 200


class Answer:
    """Folds the deltas of one choice into what is shown, thought and found.

    `makes_pictures` is false for text models: there progress lines are ordinary text and links
    are only mentioned, never results. `key` is taken out of what the pieces spell together.
    """

    def __init__(self, index: int, makes_pictures: bool, key: str = "") -> None:
        self.index = index
        self.finish_reason = ""
        self.calls: list[Any] = []
        self.images: list[Any] = []
        self._makes_pictures = makes_pictures
        self._repair = _Pairs()
        self._veil = TextVeil(key)
        self._veil_of_thoughts = TextVeil(key)
        self._thoughts = Thoughts()
        self._folder = Folder()
        self._lines = ProgressLines()
        self._said: list[str] = []
        self._shown: list[str] = []
        self._reasoning: list[str] = []
        self._last_mark: Mark | None = None
        self._thought_line = ""
        self._found: Found | None = None

    @property
    def shown(self) -> str:
        """The text as shown: no progress lines, pictures as references."""
        return "".join(self._shown)

    @property
    def has_hidden(self) -> bool:
        """Whether the pieces of this choice spelled the key."""
        return self._veil.has_hidden or self._veil_of_thoughts.has_hidden

    @property
    def has_words(self) -> bool:
        """Whether any text came, if only a thought."""
        return bool(self._said or self._reasoning)

    @property
    def is_empty(self) -> bool:
        """Whether nothing came that a person could use; ask only after `end`."""
        if self._reasoning or self.calls or self.found.pictures:
            return False
        return not _EMPTY_PICTURE.sub("", self.shown).strip()

    @property
    def found(self) -> Found:
        """The pictures of the whole answer; ask only after `end`."""
        if self._found is None:
            self._found = find(
                "".join(self._said),
                self.images,
                self._makes_pictures,
                inline=self._folder.pictures,
            )
        return self._found

    def say(self, text: str, events: list[Event]) -> None:
        """Take a piece of the content."""
        self._hear(self._veil.read(self._repair.feed(text)), events)

    def _hear(self, text: str, events: list[Event]) -> None:
        if not self._thoughts.speaking:
            thought, text = self._thoughts.feed(text)
            self._note_thought(thought, events)
        if text:
            self._fold(self._folder.feed(text), events)

    def think(self, text: str, events: list[Event]) -> None:
        """Take a piece of the reasoning."""
        text = text if text.isascii() and "\x00" not in text else tidy(text)
        self._ponder(self._veil_of_thoughts.read(text), events)

    def _ponder(self, text: str, events: list[Event]) -> None:
        if text:
            self._reasoning.append(text)
            events.append(ReasoningDelta(self.index, text))

    def end(self, events: list[Event]) -> None:
        """Take the end: show what was held back, then name the pictures."""
        self.say(self._repair.flush(), events)
        self._hear(self._veil.close(), events)
        thought, text = self._thoughts.flush()
        self._note_thought(thought, events)
        self._ponder(self._veil_of_thoughts.close(), events)
        self._fold(self._folder.feed(text) + self._folder.flush(), events)
        if self._makes_pictures:
            shown, marks = self._lines.flush()
            self._report(marks, events)
            self._show(shown, events)
        events.extend(
            PictureFound(self.index, picture.url, picture.data, picture.alt)
            for picture in self.found.pictures[: limits.PICTURES]
        )

    @property
    def has_too_many_pictures(self) -> bool:
        """Whether some were left out; ask only after `end`."""
        return len(self.found.pictures) > limits.PICTURES

    def message(self) -> dict[str, Any]:
        """Return the message of this choice as it is stored, every picture as a reference."""
        message: dict[str, Any] = {"role": "assistant", "content": "".join(self._said)}
        if self._reasoning:
            message["reasoning_content"] = "".join(self._reasoning)
        images = [picture for item in self.images if (picture := from_item(item)) is not None]
        if images:
            message["images"] = [
                {"type": "image_url", "image_url": {"url": name_of(image)}} for image in images
            ]
        if self.calls:
            message["tool_calls"] = tidy_json(self.calls)
        return message

    def _fold(self, text: str, events: list[Event]) -> None:
        if not text:
            return
        self._said.append(text)
        if self._makes_pictures:
            text, marks = self._lines.feed(text)
            self._report(marks, events)
        self._show(text, events)

    def _show(self, text: str, events: list[Event]) -> None:
        if text:
            self._shown.append(text)
            events.append(TextDelta(self.index, text))

    def _report(self, marks: list[Mark], events: list[Event]) -> None:
        for mark in marks:
            if mark != self._last_mark:
                self._last_mark = mark
                events.append(Progress(self.index, mark.percent, mark.note))

    def _note_thought(self, thought: str, events: list[Event]) -> None:
        """Keep an inline thought; some gateways write their progress into it."""
        self.think(thought, events)
        if not self._makes_pictures:
            return
        *whole, rest = (self._thought_line + thought).split("\n")
        # A line beyond the cap is too long to be progress, so its end need not be kept.
        self._thought_line = rest[:_LINE_CAP]
        marks = [mark for line in whole if (mark := read_line(line)) is not None]
        self._report(marks, events)


class _Pairs:
    """Joins surrogate pairs that a gateway cut into two deltas, and drops what stays single."""

    def __init__(self) -> None:
        self._high = ""

    def feed(self, text: str) -> str:
        if not self._high and text.isascii() and "\x00" not in text:
            return text
        text, self._high = self._high + text, ""
        if "\ud800" <= text[-1:] <= "\udbff":
            text, self._high = text[:-1], text[-1]
        return tidy(text)

    def flush(self) -> str:
        high, self._high = self._high, ""
        return tidy(high)
