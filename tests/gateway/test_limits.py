"""What is more than the studio takes in: a sentence of its own, and what came is kept."""

import pytest

from modelless_web.gateway import limits
from modelless_web.gateway.wire.completion import Completion
from modelless_web.gateway.wire.reply import Reader
from tests.gateway.folding import Folded, fold
from tests.support.recordings import chunk, stream


def read(*blocks: bytes) -> Folded:
    reader = Reader(Completion(True))
    reader.begin(200, {"content-type": "text/event-stream"})
    events = [event for block in blocks for event in reader.read(block)]
    return fold([*events, *reader.close()])


def said(folded: Folded) -> tuple[str, str, bool]:
    assert folded.error is not None
    return folded.error.kind, folded.error.message, folded.error.maybe_charged


def test_an_answer_that_never_ends_is_cut_at_its_length(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "TEXT_CHARACTERS", 1_000_000)
    folded = read(*[chunk({"content": "a" * 300_000})] * 10)
    assert said(folded)[0] == "truncated"
    assert "grew beyond 1 million characters" in said(folded)[1]
    assert 1_000_000 <= len(folded.text[0]) <= 1_300_000


def test_thoughts_count_as_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "TEXT_CHARACTERS", 1_000_000)
    folded = read(*[chunk({"reasoning_content": "a" * 300_000})] * 10)
    assert said(folded)[0] == "truncated"


def test_of_too_many_pictures_the_first_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PICTURES", 3)
    links = "\n".join(f"![a](https://pictures.example/{n}.png)" for n in range(5))
    folded = read(stream(links))
    assert len(folded.pictures) == 3
    assert said(folded)[1] == "The answer held more than 3 pictures; the first are kept."


def test_one_endless_line_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    from modelless_web.gateway.wire import sse

    decoder = sse.Decoder(limit=1_000)
    reader = Reader(Completion(True))
    monkeypatch.setattr(reader, "_decoder", decoder)
    reader.begin(200, {})
    reader.read(b"data: ")
    for _ in range(10):
        reader.read(b"x" * 200)
    folded = fold(reader.close())
    assert "larger than the studio accepts" in said(folded)[1]
