"""What the fault tests stand on: a studio on a gateway that stamps every word with its time."""

import json
import random
import re
import sqlite3
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.bench.processes import Running, fetch
from tests.support.studio import SUBMISSION, Studio, Visitor, wait_for

MODEL = re.compile(r'<option value="(\d+)"(?![^>]*data-practice)[^>]*>stable-diffusion<')
STAMP = re.compile(r"@([\d.]+);")
OPEN = {"queued", "running"}


@dataclass
class Ground:
    """A data folder, the gateway, and everything that was ever sent to it."""

    data_dir: Path
    gateway: Running
    story: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def environ(self) -> dict[str, str]:
        return {"MODELLESS_BASE_URL": f"{self.gateway.url}/v1", "MODELLESS_API_KEY": "sk-faults"}

    def start(self, **more: str) -> Studio:
        """Start the studio on that folder, again and again."""
        return Studio(self.data_dir, self.environ | more)

    def hear(self) -> dict[str, dict[str, Any]]:
        """What the gateway wrote, by the tag of the prompt."""
        for tag, told in json.loads(fetch(f"{self.gateway.url}/bench/log")[1]).items():
            before = self.story.get(tag)
            told["times"] += before["times"] if before else 0
            self.story[tag] = told
        return self.story

    def rows(self, columns: str = "status, text, maybe_charged") -> dict[str, tuple[Any, ...]]:
        """The ledger's rows by the tag of their prompt."""
        with sqlite3.connect(self.database, timeout=20) as ledger:
            found = ledger.execute(f"SELECT prompt, {columns} FROM records_generation")  # noqa: S608
            return {prompt.rpartition("tag=")[2]: tuple(rest) for prompt, *rest in found}

    @property
    def database(self) -> Path:
        return self.data_dir / "studio.sqlite3"

    def all_ended(self) -> bool:
        return not any(row[0] in OPEN for row in self.rows("status").values())


def prompt(tag: str, deltas: int = 50, pace: int = 20) -> str:
    return f"bench deltas={deltas} pace={pace} wait=0 tag={tag}"


def send(visitor: Visitor, tag: str, *, submission: str = "", **order: int) -> str:
    """Press Generate for the stamping gateway's model; return the generation's id."""
    visitor.open("/")
    model, once = MODEL.search(visitor.page), SUBMISSION.search(visitor.page)
    assert model
    assert once
    reply = visitor.post(
        "/generations/",
        prompt=prompt(tag, **order),
        model=model[1],
        stream="on",
        submission=submission or once[1],
    )
    return reply.url.path.strip("/").rpartition("/")[2]


def written_by(text: str, moment: float) -> str:
    """The part of a stamped text that the gateway had written by then (Unix seconds)."""
    end = 0
    for found in STAMP.finditer(text):
        if float(found[1]) / 1000 > moment:
            break
        end = found.end()
    return text[:end]


def pause(low: float, high: float) -> None:
    """Wait for a moment that nobody can foresee."""
    time.sleep(random.uniform(low, high))


def ended(ground: Ground) -> bool:
    return bool(wait_for(ground.all_ended, 60))
