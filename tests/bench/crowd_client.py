"""A crowd of guests in a process of its own; prints what it saw as one line of JSON.

Its arguments: the studio's address, the gateway's, the ledger's file, the studio's process id,
then how many runs, guests, deltas of each run, and milliseconds between them.
"""

import asyncio
import gc
import json
import sqlite3
import sys
import time
from collections.abc import Callable
from typing import Any, Final

import uvloop

from tests.bench.connection import Connection
from tests.bench.guests import Guest
from tests.bench.processes import cpu_of
from tests.bench.witness import Sight, sights, words_in

PATIENCE: Final = 120.0
HURRY: Final = 90.0
GLANCE: Final = 0.02


async def main() -> None:
    """Let the crowd come, write, watch and leave; then compare what everybody says."""
    studio, gateway, database, *numbers = sys.argv[1:]
    pid, runs, guests, deltas, pace = (int(number) for number in numbers)
    crowd = [await Guest.come(studio) for _ in range(guests)]
    listening = [asyncio.create_task(guest.listen()) for guest in crowd]
    await asyncio.sleep(0.5)
    gc.disable()
    before, began = cpu_of(pid), time.time()
    await _post(crowd, runs, deltas, pace)
    is_complete = await _until(lambda: sum(len(guest.ended) for guest in crowd) >= runs)
    wall = max((t for guest in crowd for t in guest.ended.values()), default=began) - began
    spent = cpu_of(pid) - before
    for guest in crowd:
        guest.leave()
    await asyncio.wait(listening, timeout=5)
    log = await _log(gateway)
    result = {"wall": wall, "is_complete": is_complete, "cpu": spent}
    result["client_cpu"] = time.process_time()
    print(json.dumps(result | _compare(crowd, log, _ledger(database)) | _times(crowd)), flush=True)


async def _post(crowd: list[Guest], runs: int, deltas: int, pace: int) -> None:
    orders: list[list[tuple[str, str]]] = [[] for _ in crowd]
    stamp = f"{time.time_ns():x}"
    for run in range(runs):
        tag = f"t{stamp}n{run}"
        prompt = f"bench deltas={deltas} pace={pace} wait=0 tag={tag}"
        orders[run % len(crowd)].append((tag, prompt))
    async with asyncio.timeout(HURRY):
        await asyncio.gather(
            *(guest.post_all(mine) for guest, mine in zip(crowd, orders, strict=True))
        )


async def _until(is_so: Callable[[], bool]) -> bool:
    """Wait for something to become true; return whether it did before patience ended."""
    for _ in range(int(PATIENCE / GLANCE)):
        if is_so():
            return True
        await asyncio.sleep(GLANCE)
    return is_so()


async def _log(gateway: str) -> dict[str, dict[str, Any]]:
    connection = Connection.to(gateway)
    reply = await connection.ask("GET", "/bench/log")
    connection.close()
    log: dict[str, dict[str, Any]] = json.loads(reply.body)
    return log


def _ledger(database: str) -> dict[str, tuple[str, str]]:
    """Tag → (status, text) of every row, read from the studio's file."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        rows = connection.execute("SELECT prompt, status, text FROM records_generation")
        return {prompt.rpartition("tag=")[2]: (status, text) for prompt, status, text in rows}


def _compare(
    crowd: list[Guest], log: dict[str, dict[str, Any]], ledger: dict[str, tuple[str, str]]
) -> dict[str, int]:
    """How often somebody did not get what the gateway wrote."""
    seen: dict[str, Sight] = {}
    for guest in crowd:
        seen |= sights(b"".join(guest.blocks))
    posts = [post for guest in crowd for post in guest.posts]
    lost = {"refused": 0, "unfinished": 0, "ledger_lost": 0, "live_lost": 0, "live_garbled": 0}
    for post in posts:
        status, text = ledger.get(post.tag, ("", ""))
        written: str = log.get(post.tag, {}).get("text", "")
        sight = seen.get(post.tag, Sight())
        lost["refused"] += post.status != 200
        lost["unfinished"] += status != "succeeded"
        lost["ledger_lost"] += not written or text != written
        lost["live_lost"] += words_in(sight.final) != words_in(written)
        lost["live_garbled"] += not written.startswith(sight.running)
    return lost


def _times(crowd: list[Guest]) -> dict[str, list[float]]:
    """Seconds of each POST, and from each POST to its final card."""
    ids = {
        tag: sight.id for guest in crowd for tag, sight in sights(b"".join(guest.blocks)).items()
    }
    posts, whole = [], []
    for guest in crowd:
        for post in guest.posts:
            posts.append(post.answered - post.sent)
            end = guest.ended.get(ids.get(post.tag, ""))
            if end:
                whole.append(end - post.sent)
    return {"posts": posts, "whole": whole}


if __name__ == "__main__":
    uvloop.run(main())
