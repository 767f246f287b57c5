"""What a run tells: to the live log piece by piece, to the ledger in batches."""

import asyncio
import threading
from itertools import pairwise

import pytest
from django.db import OperationalError

from modelless_web.engine import recorder, submissions
from modelless_web.engine.live import News
from modelless_web.engine.recorder import Recording
from modelless_web.engine.runtime import Engine
from modelless_web.gateway.errors import GatewayError, Kind
from modelless_web.gateway.events import (
    Damaged,
    Event,
    Failed,
    Finished,
    PictureFound,
    Progress,
    ReasoningDelta,
    TextDelta,
    UsageReported,
)
from modelless_web.records.models import Choice, Generation
from tests.engine.asking import at, begin, delta, end, finish
from tests.support import factories
from tests.support.beside import beside
from tests.support.studio import wait_for
from tests.support.upstream import head, upstream


@pytest.fixture
def recording() -> Recording:
    return Recording(Generation(owner_id=1))


def told(recording: Recording, *events: Event) -> list[News]:
    """What is told of these events."""
    recording.fold(events)
    return recording.news()


def test_text_is_told_with_its_offset(recording: Recording) -> None:
    first = told(recording, TextDelta(0, "Hel"), TextDelta(0, "lo"))
    second = told(recording, TextDelta(0, " you"))
    pieces = [(n["offset"], n["text"]) for n in first + second if n["kind"] == "text"]
    assert pieces == [(0, "Hello"), (5, " you")]


def test_nothing_is_told_twice(recording: Recording) -> None:
    assert told(recording, TextDelta(0, "Hello"))
    assert told(recording) == []


def test_thoughts_and_choices_have_offsets_of_their_own(recording: Recording) -> None:
    told(recording, TextDelta(0, "Hello"))
    news = told(recording, ReasoningDelta(0, "Hm"), TextDelta(1, "Hi"), TextDelta(0, "!"))
    places = {(n["kind"], n["index"]): n["offset"] for n in news}
    assert places == {("reasoning", 0): 0, ("text", 1): 0, ("text", 0): 5}


def test_what_a_run_is_doing_is_told_when_it_changes(recording: Recording) -> None:
    news = told(recording)
    news += told(recording, ReasoningDelta(0, "Hm"))
    news += told(recording, TextDelta(0, "Hello"))
    news += told(recording, TextDelta(0, " you"))
    stages = [n["stage"] for n in news if n["kind"] == "stage"]
    assert stages == ["waiting for the first word", "thinking", "writing"]


def test_progress_is_told_in_whole_percent(recording: Recording) -> None:
    (news,) = told(recording, Progress(0, 66.6, "running"))
    assert (news["kind"], news["progress"]) == ("stage", 67)


def test_everything_an_answer_brings_is_kept(recording: Recording) -> None:
    error = GatewayError(Kind.TRUNCATED, "Cut off.")
    picture, usage = PictureFound(0, url="http://a/b.png"), UsageReported(1, 2, 3)
    recording.fold([picture, usage, Finished(0, "stop"), Damaged("x"), Failed(error)])
    assert (recording.pictures, recording.usage, recording.damaged, recording.error) == (
        [picture],
        usage,
        1,
        error,
    )
    assert recording.snapshot()[0].finish_reason == "stop"


def test_the_tidied_answer_replaces_the_streamed_one(recording: Recording) -> None:
    recording.fold([TextDelta(0, "Hello "), TextDelta(1, "Hi ")])
    recording.settle_texts({0: "Hello", 1: "Hi"})
    assert [choice.text for choice in recording.snapshot()] == ["Hello", "Hi"]


WORDS = [f"word{number} " for number in range(40)]


def test_the_news_of_a_stream_has_no_gap_and_ends_with_the_card(engine: Engine) -> None:
    pieces: list[bytes | float] = [piece for word in WORDS for piece in (delta(word), 0.01)]
    with beside(lambda: upstream([head(), *pieces, end()])) as gate:
        owner = factories.guest()
        watcher = engine.log.join(owner.pk)
        finish(begin(at(gate.url), owner=owner))
    news: list[News] = []
    while len(news) < 2 or news[-1]["kind"] != "card":
        news += engine.wait_for(watcher.take(10))
    texts = [item for item in news if item["kind"] == "text"]
    assert all(a["offset"] + len(a["text"]) == b["offset"] for a, b in pairwise(texts))
    # The last words may come with the card, which is read from the ledger.
    assert "".join(WORDS).startswith("".join(item["text"] for item in texts))


def test_the_ledger_follows_a_stream_in_batches(engine: Engine) -> None:
    pieces: list[bytes | float] = [piece for word in WORDS for piece in (delta(word), 0.03)]
    with beside(lambda: upstream([head(), *pieces, end()])) as gate:
        row = begin(at(gate.url))
        lengths: set[int] = set()

        def look() -> bool:
            lengths.update(len(c.text) for c in Choice.objects.filter(generation=row))
            return not Generation.objects.get(pk=row.pk).is_open

        assert wait_for(look)
    # More than once on the way, and not once for every word.
    assert 2 <= len(lengths - {0}) < len(WORDS)


def test_one_order_that_fails_leaves_the_others_of_its_batch(engine: Engine) -> None:
    async def both() -> tuple[object, object]:
        def fail() -> None:
            raise ValueError("no")

        orders = (engine.recorder.do(fail), engine.recorder.do(Generation.objects.count))
        failed, counted = await asyncio.gather(*orders, return_exceptions=True)
        return failed, counted

    failed, counted = engine.wait_for(both())
    assert (type(failed), counted) == (ValueError, 0)


def test_an_order_that_nobody_waits_for_any_longer_is_never_carried_out(engine: Engine) -> None:
    carried_out: list[str] = []

    async def leave() -> None:
        order = asyncio.ensure_future(engine.recorder.do(lambda: carried_out.append("late")))
        await asyncio.sleep(0)
        order.cancel()
        await engine.recorder.do(lambda: carried_out.append("next"))

    engine.wait_for(leave())
    assert carried_out == ["next"]


def test_who_comes_while_the_writer_waits_in_vain_does_not_wait_as_long_again(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits = threading.Event()
    goes_on = threading.Event()

    def locked(*_: object) -> None:
        waits.set()
        goes_on.wait(10)
        monkeypatch.undo()
        raise OperationalError("database is locked")

    async def both() -> tuple[object, ...]:
        first = asyncio.ensure_future(engine.recorder.do(Generation.objects.count))
        await asyncio.to_thread(waits.wait, 10)
        second = asyncio.ensure_future(engine.recorder.do(Generation.objects.count))
        await asyncio.sleep(0)
        goes_on.set()
        return await asyncio.gather(first, second, return_exceptions=True)

    monkeypatch.setattr(recorder, "write_all", locked)
    assert {type(result) for result in engine.wait_for(both())} == {OperationalError}


def test_what_counts_goes_first_in_its_batch_and_what_is_new_comes_next(engine: Engine) -> None:
    new = submissions.new(
        owner=factories.person(),
        model=factories.model(at=factories.gateway(enabled=False)),
        parameters=factories.chat(),
        asked={},
        submission="a form",
    )
    found: dict[str, int] = {}

    def look(name: str) -> None:
        found[name] = Generation.objects.count()

    async def ask() -> None:
        recorder = engine.recorder
        await asyncio.gather(
            recorder.do(lambda: look("anything else")),
            recorder.enter(new),
            recorder.do(lambda: look("what counts"), counts=True),
        )

    engine.wait_for(ask())
    assert found == {"what counts": 0, "anything else": 1}
