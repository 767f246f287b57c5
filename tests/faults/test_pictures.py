"""No picture is lost: not by a full or read-only disk, a crash, or a ledger that is locked."""

import base64
import json
import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import httpx
import pytest

from tests.engine.gallery import File, Gallery, gallery
from tests.engine.rescue.test_rescuer import png
from tests.faults.ground import MODEL, send
from tests.support.disks import fill, make_room, remount, small_disk
from tests.support.studio import Studio, Visitor, wait_for

PICTURE = re.compile(r'href="(/pictures/[0-9a-f-]{36}/original)')
CRASHES, MANY_CRASHES = 3, 30
# Seconds; a lock is waited for for 20.
LOCKED = {False: 4, True: 90}


@pytest.fixture
def shown() -> Iterator[Gallery]:
    """A gateway that draws, and has one model."""
    with gallery() as opened:
        models = {"object": "list", "data": [{"id": "stable-diffusion", "object": "model"}]}
        opened.files["/v1/models"] = [File(json.dumps(models).encode())]
        yield opened


@contextmanager
def studio_of(folder: Path, shown: Gallery) -> Iterator[Studio]:
    environ = {"MODELLESS_BASE_URL": shown.url, "MODELLESS_API_KEY": "sk-faults"}
    with Studio(folder, environ) as studio:
        yield studio


def draw(visitor: Visitor) -> str:
    """Press Generate for the gallery's model; return the card's address."""
    assert wait_for(lambda: visitor.open("/") and MODEL.search(visitor.page))
    return f"/generations/{send(visitor, 'castle')}/card/"


def says(visitor: Visitor, card: str, words: str) -> bool:
    """Whether a card says so within a minute."""
    return bool(wait_for(lambda: words in visitor.http.get(card).text, 60))


def stored(visitor: Visitor, card: str) -> list[bytes]:
    """The bytes of a card's pictures once there are any, one minute at most."""
    found = wait_for(lambda: PICTURE.findall(visitor.http.get(card).text), 60)
    return [visitor.http.get(address).content for address in found]


@pytest.mark.parametrize("link", [True, False], ids=["linked", "in the answer"])
@pytest.mark.parametrize("trouble", ["full", "read-only"])
def test_a_disk_that_takes_nothing_loses_no_picture(
    tmp_path: Path, shown: Gallery, trouble: str, link: bool
) -> None:
    disk = tmp_path / "media"
    first, second = png("#c04020"), png("#2040c0")
    with small_disk(disk), studio_of(tmp_path, shown) as studio, studio.visitor() as visitor:
        shown.hang(File(first))
        earlier = draw(visitor)
        assert stored(visitor, earlier) == [first]
        fill(disk) if trouble == "full" else remount(disk, "ro")
        before = snapshot(disk)
        shown.text = ""
        if link:
            shown.hang(File(second), File(status=410), path="/second.png")
        else:
            shown.text = f"![a](data:image/png;base64,{base64.b64encode(second).decode()})"
        later = draw(visitor)
        assert says(visitor, later, "It is here but can&#x27;t be stored")
        assert snapshot(disk) == before
        make_room(disk) if trouble == "full" else remount(disk, "rw")
        assert stored(visitor, later) == [second]
        assert stored(visitor, earlier) == [first]


def snapshot(disk: Path) -> dict[Path, int]:
    """Every file and its size."""
    return {path: path.stat().st_size for path in disk.rglob("*") if path.is_file()}


class Slow(File):
    """A picture that takes its time, and comes to nothing."""

    @property
    def status(self) -> int:
        time.sleep(2)
        return 503

    @status.setter
    def status(self, _: int) -> None:
        """It is always the same."""


def test_a_crash_while_a_picture_is_fetched_loses_none(
    tmp_path: Path, shown: Gallery, is_long: bool, figures: Callable[..., None]
) -> None:
    crashes = MANY_CRASHES if is_long else CRASHES
    cookies, cards = httpx.Cookies(), []
    for number in range(crashes):
        # The first answer is on its way when the process dies; whoever asks again gets a picture.
        path, shown.text = f"/{number}.png", ""
        shown.hang(Slow(), File(png(colour(number))), path=path)
        with studio_of(tmp_path, shown) as studio, studio.visitor() as visitor:
            visitor.http.cookies = cookies
            cards.append(draw(visitor))
            assert wait_for(partial(shown.asked.count, path))
            studio.kill()
            cookies = visitor.http.cookies
    with studio_of(tmp_path, shown) as studio, studio.visitor() as visitor:
        visitor.http.cookies = cookies
        found = [stored(visitor, card) for card in cards]
    rescued = sum(len(pictures) for pictures in found)
    figures("pictures across crashes", rescued=rescued, lost=crashes - rescued)
    assert found == [[png(colour(number))] for number in range(crashes)]


def colour(number: int) -> str:
    return f"#{number:06x}"


def test_a_ledger_that_is_locked_loses_no_picture(
    tmp_path: Path, shown: Gallery, is_long: bool
) -> None:
    with studio_of(tmp_path, shown) as studio, studio.visitor() as visitor:
        shown.hang(Slow(), File(png()), File(status=410))
        card = draw(visitor)
        with closing(sqlite3.connect(tmp_path / "studio.sqlite3", isolation_level=None)) as other:
            assert wait_for(partial(shown.asked.count, "/castle.png"))
            other.execute("BEGIN IMMEDIATE")
            # At length for longer than anybody waits for a lock, so that writing fails.
            has_failed = wait_for(lambda: "waits for the ledger" in studio.log, LOCKED[is_long])
            assert has_failed == is_long
            assert says(visitor, card, "Saving the picture")
            other.execute("ROLLBACK")
        assert stored(visitor, card) == [png()]
