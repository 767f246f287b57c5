"""Progress lines that picture models write into their text (gateway reference, 3.2, point 6)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_LONGEST: Final = 120
_LONGEST_WORDS: Final = 48
_LONGEST_ORNAMENT: Final = 8
_PERCENT: Final = re.compile(r"(?<![\d.])(\d{1,3}(?:\.\d+)?)\s*[%％]")  # noqa: RUF001
_ALONE: Final = re.compile(r"[(（]?\d{1,3}(?:\.\d+)?\s*[%％][)）]?")  # noqa: RUF001
_ALONE_SO_FAR: Final = re.compile(r"[(（]?\d{0,3}(?:\.\d*)?\s*[%％]?[)）]?")  # noqa: RUF001
_ORNAMENT: Final = re.compile(r"[^\w>]*")
_TITLES: Final = tuple(
    f"{title}progress" for title in ("", "current ", "generation ", "image ", "job ", "task ")
)
_TITLE: Final = re.compile(rf"[一-鿿]{{0,8}}?进度|{'|'.join(_TITLES)}", re.IGNORECASE)
_HAN_SO_FAR: Final = re.compile(r"[一-鿿]{1,9}")
_TASK: Final = re.compile(r">\s*(?:task\s*)?id\s*[:：]", re.IGNORECASE)  # noqa: RUF001
_NOTES: Final[Mapping[str, re.Pattern[str]]] = {
    note: re.compile(pattern, re.IGNORECASE)
    for note, pattern in (
        ("failed", r"失败|\bfailed\b"),
        ("done", r"完成|\b(?:done|completed?|finished)\b"),
        ("queued", r"排队|\b(?:queued|queueing|in queue|waiting)\b"),
        ("running", r"生成中|绘制中|处理中|\b(?:running|generating|drawing|processing)\b"),
    )
}


@dataclass(frozen=True, slots=True)
class Mark:
    """What one progress line says: percent 0 to 100 or None, and a word or ""."""

    percent: float | None
    note: str


def read_line(line: str) -> Mark | None:
    """Return what a line says about progress, or None when it is ordinary text."""
    text = line.strip()
    if not text or len(line.lstrip()) > _LONGEST:
        return None
    quoted = text.startswith(">")
    if not quoted and not _is_titled(text) and not _ALONE.fullmatch(text):
        return None
    percents = _PERCENT.findall(text)
    note = next((note for note, words in _NOTES.items() if words.search(text)), "")
    by_word = quoted and len(text) <= _LONGEST_WORDS and (note or _TASK.match(text))
    if not percents and not by_word:
        return None
    return Mark(min(float(percents[-1]), 100.0) if percents else None, note)


class ProgressLines:
    """Takes the progress lines out of a text that comes in pieces.

    A line is held back only while it may still become one: 120 characters of a quotation, and of
    ordinary text no more than its first letters, so that the first word appears at once.
    """

    def __init__(self) -> None:
        self._line = ""
        self._is_text = False

    def feed(self, text: str) -> tuple[str, list[Mark]]:
        """Return the text to show and the marks found in this piece."""
        shown: list[str] = []
        marks: list[Mark] = []
        *whole, rest = text.split("\n")
        for part in whole:
            self._end_line(part, "\n", shown, marks)
        if self._is_text:
            shown.append(rest)
        else:
            self._line += rest
            if _is_surely_text(self._line):
                shown.append(self._line)
                self._line, self._is_text = "", True
        return "".join(shown), marks

    def flush(self) -> tuple[str, list[Mark]]:
        """Return what was held back, at the end of the text."""
        shown: list[str] = []
        marks: list[Mark] = []
        self._end_line("", "", shown, marks)
        return "".join(shown), marks

    def _end_line(self, part: str, end: str, shown: list[str], marks: list[Mark]) -> None:
        line, self._line = self._line + part, ""
        mark = None if self._is_text else read_line(line)
        self._is_text = False
        if mark is None:
            shown.append(line + end)
        else:
            marks.append(mark)


def _is_titled(text: str) -> bool:
    ornament = _ORNAMENT.match(text)
    size = ornament.end() if ornament else 0
    return size <= _LONGEST_ORNAMENT and bool(_TITLE.match(text, size))


def _is_surely_text(line: str) -> bool:
    """Whether no continuation can turn this beginning of a line into progress."""
    text = line.lstrip()
    if len(text) > _LONGEST:
        return True
    if not text or text.startswith(">") or _ALONE_SO_FAR.fullmatch(text):
        return False
    word = _ORNAMENT.sub("", text, count=1)
    if len(text) - len(word) > _LONGEST_ORNAMENT:
        return True
    if not word or _TITLE.match(word) or _HAN_SO_FAR.fullmatch(word):
        return False
    return not any(title.startswith(word.lower()) for title in _TITLES)
