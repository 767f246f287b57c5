"""The studio is killed at random moments: no row is lost, no word, and nothing is sent twice."""

import sqlite3
import time
from collections.abc import Callable

import pytest

from tests.faults.ground import Ground, ended, pause, send, written_by

ROUNDS, MANY_ROUNDS = 5, 100
PROMPTS = 4
# What the studio promises, in seconds; and how far a busy machine may make it fall behind.
PROMISED, GENEROUS = 0.25, 2.0


@pytest.mark.slow
def test_no_crash_loses_a_row_or_a_word(
    ground: Ground, is_long: bool, figures: Callable[..., None]
) -> None:
    killed: dict[str, float] = {}
    rounds = MANY_ROUNDS if is_long else ROUNDS
    for number in range(rounds):
        studio = ground.start()
        with studio.visitor() as visitor:
            tags = [f"r{number}n{prompt}" for prompt in range(PROMPTS)]
            for tag in tags:
                send(visitor, tag, deltas=80)
            pause(0.0, 1.5)
        moment = time.time()
        studio.kill()
        killed |= dict.fromkeys(tags, moment)
        ground.hear()
    last = ground.start()
    try:
        assert ended(ground)
    finally:
        assert last.stop() == 0
    story, rows = ground.hear(), ground.rows()
    late = behind = 0
    for tag, moment in killed.items():
        status, text, maybe_charged = rows[tag]
        told = story.get(tag)
        assert status in {"succeeded", "interrupted"}
        assert told is not None or status == "interrupted"
        written = told["text"] if told else ""
        assert written.startswith(text)
        if status == "interrupted":
            assert maybe_charged
            late += len(text) < len(written_by(written, moment - PROMISED))
            behind += len(text) < len(written_by(written, moment - GENEROUS))
        assert not told or told["times"] == 1
    assert behind == 0
    with sqlite3.connect(ground.database) as ledger:
        assert ledger.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert ledger.execute("PRAGMA foreign_key_check").fetchall() == []
    lost = len(killed) - len(set(killed) & set(rows))
    figures(
        "crashes", survived=rounds, generations=len(killed), lost_rows=lost, texts_over_250_ms=late
    )
