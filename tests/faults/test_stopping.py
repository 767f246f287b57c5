"""SIGTERM: no new work, a grace period, what came is kept, and an exit in time."""

import signal
import time

import pytest

from tests.faults.ground import Ground, send
from tests.support.studio import Studio, Visitor, wait_for


def begun(ground: Ground, visitor: Visitor, tag: str, deltas: int) -> None:
    """Have a run under way, of which words are in the ledger."""
    send(visitor, tag, deltas=deltas)
    assert wait_for(lambda: ground.rows("status")[tag] == ("running",))
    assert wait_for(lambda: '<span hx-swap-oob="beforeend' in words(visitor) or words(visitor))


def words(visitor: Visitor) -> str:
    return visitor.open("/").text.partition('class="stream answer">')[2].partition("<")[0]


def ends(studio: Studio) -> int:
    """The exit status, waited for."""
    return studio.process.wait(30)


def test_what_runs_may_end_and_open_pages_hold_nothing_up(ground: Ground) -> None:
    studio = ground.start()
    with studio.visitor() as visitor:
        begun(ground, visitor, "t1", deltas=60)
        with visitor.live() as listening:
            assert studio.stop() == 0
            assert listening.ends()
    assert ground.rows("status")["t1"] == ("succeeded",)


def test_what_takes_longer_than_the_grace_is_marked_and_kept(ground: Ground) -> None:
    studio = ground.start(MODELLESS_GRACE="0.3")
    with studio.visitor() as visitor:
        begun(ground, visitor, "t1", deltas=5_000)
        assert studio.stop() == 0
    status, text, maybe_charged = ground.rows()["t1"]
    assert (status, bool(maybe_charged)) == ("interrupted", True)
    assert text
    assert ground.hear()["t1"]["text"].startswith(text)


def test_asked_twice_it_waits_no_longer(ground: Ground) -> None:
    studio = ground.start(MODELLESS_GRACE="600")
    with studio.visitor() as visitor:
        begun(ground, visitor, "t1", deltas=5_000)
        studio.process.send_signal(signal.SIGTERM)
        time.sleep(1)
        assert studio.process.poll() is None
        studio.process.send_signal(signal.SIGTERM)
        assert ends(studio) == 0
    status, text, _ = ground.rows()["t1"]
    assert (status, bool(text)) == ("interrupted", True)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_idle_studio_ends_at_once(ground: Ground, number: signal.Signals) -> None:
    assert ground.start().stop(number) == 0
