"""The disk of the database is full: told in plain words, nothing saved is damaged, all goes on."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.browser.gateway import WRITER, Gateway
from tests.support.disks import fill, make_room, small_disk
from tests.support.studio import Studio, Visitor, wait_for

NO_ROOM = "The studio&#x27;s database has no room left on its disk, so nothing was sent."
LONGEST_PROMPT = 32_000
MOST_PROMPTS = 60


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with Gateway() as gateway:
        yield gateway
        gateway.forget()
        gateway.shutdown()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", "24m"):
        yield tmp_path / "disk"


@pytest.fixture
def studio(tmp_path: Path, disk: Path, gateway: Gateway) -> Iterator[Studio]:
    environ = {
        "DATABASE_URL": f"sqlite:///{disk / 'ledger.sqlite3'}",
        "MODELLESS_BASE_URL": f"{gateway.origin}/v1",
        "MODELLESS_API_KEY": "sk-full",
    }
    with Studio(tmp_path / "data", environ) as studio:
        yield studio


@pytest.fixture
def visitor(studio: Studio) -> Iterator[Visitor]:
    with studio.visitor() as somebody:
        yield somebody


def texts(disk: Path) -> dict[str, tuple[str, str]]:
    """Status and text of each generation by its prompt."""
    with closing(sqlite3.connect(disk / "ledger.sqlite3", timeout=30)) as ledger:
        assert ledger.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        rows = ledger.execute("SELECT prompt, status, text FROM records_generation")
        return {prompt: (status, text) for prompt, status, text in rows}


def refused(visitor: Visitor) -> str:
    """Send long prompts until one finds no room; return that one."""
    for number in range(MOST_PROMPTS):
        prompt = f"Number {number} " + "x" * (LONGEST_PROMPT - 20)
        visitor.generate(prompt, WRITER)
        if NO_ROOM in visitor.page:
            return prompt
    pytest.fail("There was always room.")


def test_a_full_disk_is_told_damages_nothing_and_is_survived(
    disk: Path, studio: Studio, visitor: Visitor, gateway: Gateway
) -> None:
    earlier = visitor.generate("Saved before", WRITER)
    gateway.talk().finish("Safe.")
    assert wait_for(lambda: visitor.status(earlier) == "succeeded")
    running = visitor.generate("Running meanwhile", WRITER)
    talk = gateway.talk()
    talk.say("Begun. ")
    assert wait_for(lambda: "Begun." in visitor.http.get(f"/generations/{running}/card/").text)
    fill(disk)
    long = "word " * 200_000
    talk.say(long)
    assert wait_for(lambda: "database or disk is full" in studio.log)
    prompt = refused(visitor)
    kept = re.search(r'<textarea id="id_prompt"[^>]*>\n([^<]*)</textarea>', visitor.page)
    assert kept
    assert kept[1] == prompt
    talk.finish("Ended.")
    assert visitor.status(earlier) == "succeeded"
    assert visitor.status(running) == "running"
    assert prompt not in texts(disk)
    make_room(disk)
    assert wait_for(lambda: visitor.status(running) == "succeeded", 60)
    found = texts(disk)
    assert found["Saved before"] == ("succeeded", "Safe.")
    assert found["Running meanwhile"] == ("succeeded", f"Begun. {long}Ended.")
    assert visitor.generate(prompt, WRITER)
    assert wait_for(lambda: prompt in texts(disk))
