"""Links that die soon after the answer, in any order, and one worker to fetch them all."""

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from modelless_web.engine.rescue import rescuer
from modelless_web.engine.runtime import running
from modelless_web.records.models import Picture
from tests.engine.asking import at, begin, reach
from tests.engine.gallery import File, Gallery, gallery
from tests.engine.rescue.test_rescuer import all_settled, png
from tests.support.beside import beside

FEW, MANY = 30, 100


class Dying(File):
    """A picture that takes its time, and is gone once its link has died."""

    def __init__(self, path: str) -> None:
        super().__init__(png())
        moment = parse_qs(urlsplit(path).query)["se"][0]
        self.dies = datetime.fromisoformat(moment)

    @property
    def status(self) -> int:
        time.sleep(0.02)
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
    number, longest = (MANY, 60) if is_long else (FEW, 12)
    with gallery() as shown, beside(running):
        hang_dying(shown, number, longest)
        row = begin(at(shown.url))
        ended = reach(row, lambda found: found.pictures.exists() and all_settled(found))
    states = [picture.state for picture in ended.pictures.all()]
    lost = states.count(Picture.State.LOST)
    figures("pictures of dying links", rescued=len(states) - lost, lost=lost)
    assert (len(states), lost) == (number, 0)


def hang_dying(shown: Gallery, number: int, longest: int) -> None:
    """Hang up pictures that die two seconds after now and later, in no order."""
    lives = [2 + (longest - 2) * n / number for n in range(number)]
    random.shuffle(lives)
    for place, life in enumerate(lives):
        dies = datetime.now(UTC) + timedelta(seconds=life)
        path = f"/{place}.png?se={dies:%Y-%m-%dT%H:%M:%S.%fZ}"
        shown.hang(Dying(path), path=path)
