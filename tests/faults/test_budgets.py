"""Everybody presses Generate at once and the money is for ten; and a crash gives back what was
set aside.
"""

import json
import re
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import pytest

from tests.conftest import IN_CI
from tests.faults.ground import MODEL, Ground, ended, pause, prompt, send
from tests.support.commands import manage
from tests.support.servers import MissingProgramError, postgresql, redis
from tests.support.studio import SUBMISSION, Studio, Visitor, wait_for

SUBMITS, MONEY_FOR = 50, 10
SEE_OTHER, UNPROCESSABLE = 303, 422
BOOK: Final = """
from decimal import Decimal
from modelless_web.records.models import Budget, Gateway, PriceRule
gateway = Gateway.objects.get(is_practice=False)
PriceRule.objects.publish(PriceRule(gateway=gateway, {price}))
Budget.objects.create(scope="everyone", period="day", limit=Decimal("{limit}"))
"""
COUNT: Final = """
import json
from modelless_web.records.models import Generation, Usage
cost = sum((cell.cost for cell in Usage.objects.all()), 0)
print(json.dumps([Generation.objects.count(), Usage.objects.count(), str(cost)]))
"""


def set_up(ground: Ground, price: str, limit: str, **environ: str) -> None:
    """Put a price and a budget for everybody into the studio's books."""
    code = BOOK.format(price=price, limit=limit)
    done = manage(ground.data_dir, "shell", "-v", "0", "-c", code, **ground.environ, **environ)
    assert done.returncode == 0, done.stderr


def press(visitor: Visitor, tag: str, together: threading.Barrier) -> int:
    """Fill in the composer, wait for all the others, press Generate; return the status."""
    visitor.open("/")
    model, once = MODEL.search(visitor.page), SUBMISSION.search(visitor.page)
    assert model
    assert once
    fields = {"prompt": prompt(tag, 5), "model": model[1], "stream": "on", "submission": once[1]}
    together.wait(60)
    reply = visitor.post("/generations/", **fields)
    return reply.history[0].status_code if reply.history else reply.status_code


def press_all(studios: Sequence[Studio]) -> list[int]:
    """So many people, at these studios in turn, press Generate in the same moment."""
    together = threading.Barrier(SUBMITS)

    def one(number: int) -> int:
        with studios[number % len(studios)].visitor() as visitor:
            return press(visitor, f"n{number}", together)

    with ThreadPoolExecutor(SUBMITS) as pool:
        return list(pool.map(one, range(SUBMITS)))


def is_ten(ground: Ground, statuses: list[int], **environ: str) -> None:
    """Ten were taken, called once each and paid for; the others were told why not."""
    assert Counter(statuses) == {SEE_OTHER: MONEY_FOR, UNPROCESSABLE: SUBMITS - MONEY_FOR}

    def counted() -> list[Any]:
        told = manage(ground.data_dir, "shell", "-v", "0", "-c", COUNT, **ground.environ, **environ)
        return list(json.loads(told.stdout))

    paid = [MONEY_FOR, MONEY_FOR, "1.000000000"]
    assert wait_for(lambda: counted() == paid, 60), counted()
    calls = ground.hear()
    assert len(calls) == MONEY_FOR
    assert {told["times"] for told in calls.values()} == {1}


@pytest.mark.slow
def test_of_fifty_at_once_with_money_for_ten_ten_are_sent(
    ground: Ground, figures: Callable[..., None]
) -> None:
    with ground.start() as studio:
        set_up(ground, 'per_request=Decimal("0.1")', "1")
        statuses = press_all([studio])
        is_ten(ground, statuses)
    figures("budget, SQLite", pressed=SUBMITS, sent=MONEY_FOR, refused=statuses.count(422))


@pytest.mark.slow
def test_two_processes_on_postgresql_send_ten_together(
    ground: Ground, tmp_path_factory: pytest.TempPathFactory, figures: Callable[..., None]
) -> None:
    with ExitStack() as stack:
        try:
            database, queue = stack.enter_context(postgresql()), stack.enter_context(redis())
        except MissingProgramError as missing:
            if IN_CI:
                raise
            pytest.skip(str(missing))
        scaled = {"DATABASE_URL": database, "REDIS_URL": queue}
        first = stack.enter_context(ground.start(**scaled))
        beside = Ground(with_keys_of(ground, tmp_path_factory.mktemp("beside")), ground.gateway)
        second = stack.enter_context(beside.start(**scaled))
        set_up(ground, 'per_request=Decimal("0.1")', "1", DATABASE_URL=database)
        statuses = press_all([first, second])
        is_ten(ground, statuses, DATABASE_URL=database)
    figures("budget, PostgreSQL, 2 processes", pressed=SUBMITS, sent=MONEY_FOR)


def with_keys_of(ground: Ground, folder: Path) -> Path:
    """A data folder for a second process of the same studio."""
    for name in ("secret.key", "fields.key"):
        (folder / name).symlink_to(ground.data_dir / name)
    return folder


def left(visitor: Visitor) -> str:
    """What the composer says that is left."""
    visitor.open("/")
    found = re.search(r"<span data-left>([^<]+)</span>", visitor.page)
    return found[1] if found else ""


def test_a_crash_gives_back_what_was_set_aside(ground: Ground) -> None:
    # A thousand tokens are thought to come at most, which is one dollar; a few words come.
    studio = ground.start()
    set_up(ground, 'per_completion=Decimal("1000")', "1.5")
    with studio.visitor() as visitor:
        send(visitor, "first", deltas=400, pace=200)
        assert wait_for(lambda: ground.rows("status")["first"] == ("running",))
        pause(1, 1)
        assert left(visitor) == "$0.50 of $1.50 left today for everybody"
        send(visitor, "second")
        assert "second" not in ground.rows("status")
        cookies = visitor.http.cookies
    studio.kill()
    with ground.start() as studio, studio.visitor() as visitor:
        visitor.http.cookies = cookies
        assert wait_for(lambda: ground.rows("status")["first"] == ("interrupted",))
        charge, basis, cost = ground.rows("charge, cost_basis, cost")["first"]
        assert (charge, basis) == ("maybe", "estimated")
        assert 0 < cost < 500_000_000
        send(visitor, "third", deltas=5, pace=1)
        assert ended(ground)
        assert ground.rows("status")["third"] == ("succeeded",)
