"""Streams by the hundred for a long time: nothing grows."""

import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import pytest

from tests.bench.crowd import crowd
from tests.bench.processes import answers, studio, upstream

SECONDS, STREAMS = 8, 60
LONG_SECONDS, MANY_STREAMS = 600, 300
# Far more than noise, far less than what a leak of one per stream would make. Connections to a
# gateway are kept for half a minute, as many as there were streams at once, which differs from
# crowd to crowd.
MOST_MORE = {"threads": 4, "files": 100, "MiB": 40}


def held(pid: int) -> dict[str, float]:
    """What a process holds now."""
    status = Path(f"/proc/{pid}/status").read_text()
    found = dict(line.split(":", 1) for line in status.splitlines())
    files = len(list(Path(f"/proc/{pid}/fd").iterdir()))
    return {
        "threads": int(found["Threads"]),
        "files": files,
        "MiB": int(found["VmRSS"].split()[0]) / 1024,
    }


@pytest.mark.slow
def test_streams_without_end_leave_nothing_behind(
    is_long: bool, figures: Callable[..., None]
) -> None:
    streams, seconds = (MANY_STREAMS, LONG_SECONDS) if is_long else (STREAMS, SECONDS)
    holdings: list[dict[str, float]] = []
    lost = made = 0
    with upstream() as gateway, studio(gateway) as running:
        answers(f"{running.url}/health")
        crowd(running, gateway, streams)
        end = time.monotonic() + seconds
        while time.monotonic() < end or len(holdings) < 4:
            seen = crowd(running, gateway, streams)
            made += streams
            lost += seen["ledger_lost"] + seen["live_lost"] + seen["unfinished"] + seen["refused"]
            time.sleep(0.5)
            holdings.append(held(running.process.pid))
    third = max(1, len(holdings) // 3)
    more = {
        name: median(h[name] for h in holdings[-third:]) - median(h[name] for h in holdings[:third])
        for name in MOST_MORE
    }
    figures("soak", streams=made, lost=lost, **{f"more_{k}": round(v, 1) for k, v in more.items()})
    assert lost == 0
    assert {name for name, most in MOST_MORE.items() if more[name] > most} == set()
