"""Links that die soon after the answer, in any order, and one worker to fetch them all."""

import random
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from modelless_web.engine.rescue import rescuer
from modelless_web.engine.runtime import running
from modelless_web.records.models import Picture
from modelless_web.records.store import Kept, keep
from tests.engine.asking import at, begin, finish
from tests.engine.gallery import File, Gallery, gallery
from tests.engine.rescue.test_rescuer import png
from tests.support.beside import beside
from tests.support.studio import wait_for

# So many links, their lives from the shortest to the longest, and what each takes to come: in
# any other order than the right one the last are too late.
SHORT_FORM = 40, (2, 12), 0.12
LONG_FORM = 60, (2, 60), 0.5


class Dying(File):
    """A picture that takes its time, and is gone once its link has died."""

    def __init__(self, path: str, pace: float) -> None:
        super().__init__(png())
        self.pace = pace
        moment = parse_qs(urlsplit(path).query)["se"][0]
        self.dies = datetime.fromisoformat(moment)

    @property
    def status(self) -> int:
        time.sleep(self.pace)
        return 410 if datetime.now(UTC) > self.dies else 200

    @status.setter
    def status(self, _: int) -> None:
        """It follows from the time."""


@pytest.mark.faults
def test_none_is_lost_while_the_server_is_up(
    transactional_db: None,
    media: object,
    monkeypatch: pytest.MonkeyPatch,
    is_long: bool,
    figures: Callable[..., None],
) -> None:
    monkeypatch.setattr(rescuer, "AT_ONCE", 1)
    number, lives, pace = LONG_FORM if is_long else SHORT_FORM
    with gallery() as shown, beside(running):
        hang_dying(shown, number, lives, pace)
        row = begin(at(shown.url))
        waiting = row.pictures.filter(state=Picture.State.WAITING)
        assert wait_for(lambda: row.pictures.exists() and not waiting.exists(), 90)
    states = [picture.state for picture in row.pictures.all()]
    lost = states.count(Picture.State.LOST)
    figures("pictures of dying links", rescued=len(states) - lost, lost=lost)
    assert (len(states), lost) == (number, 0)


def test_what_is_being_stored_keeps_no_link_waiting(
    transactional_db: None, media: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rescuer, "AT_ONCE", 1)
    in_time = []

    def slowly(data: bytes) -> Kept:
        in_time.append(wait_for(lambda: len(shown.asked) > 1, 10))
        return keep(data)

    monkeypatch.setattr(rescuer, "keep", slowly)
    with gallery() as shown, beside(running):
        for path in ("/one.png", "/two.png"):
            shown.hang(File(png()), path=path)
        row = finish(begin(at(shown.url)))
    assert in_time == [True, True]
    assert {picture.state for picture in row.pictures.all()} == {Picture.State.STORED}


def hang_dying(shown: Gallery, number: int, lives: Sequence[float], pace: float) -> None:
    """Hang up pictures that die within so many seconds from now, in no order."""
    shortest, longest = lives
    seconds = [shortest + (longest - shortest) * n / number for n in range(number)]
    random.shuffle(seconds)
    for place, life in enumerate(seconds):
        dies = datetime.now(UTC) + timedelta(seconds=life)
        path = f"/{place}.png?se={dies:%Y-%m-%dT%H:%M:%S.%fZ}"
        shown.hang(Dying(path, pace), path=path)
