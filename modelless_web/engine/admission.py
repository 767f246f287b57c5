"""Which queued generations begin, and when: fairly, and within the limits.

The queue is the ledger itself. Each look at it takes people in turn: everybody's first waiting
run before anybody's second, and who already has runs under way comes later by as many; among
equals, who was served longest ago comes first. So one person with a thousand prompts never holds
up another with one.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber

from modelless_web.engine import ledger
from modelless_web.engine.live import LiveLog, News
from modelless_web.engine.recorder import Recorder
from modelless_web.engine.run import Runner
from modelless_web.records.answers import queued
from modelless_web.records.models import Gateway, Generation, Model, Status

logger = logging.getLogger(__name__)

LOOK_AT_MOST: Final = 2_000
PLACED_AT_MOST: Final = 200
SERVED_KEPT: Final = 10_000
# Seconds between two looks, and between two tellings of the places, while some are held back.
PAUSE: Final = 0.05
# After a look: in a crowd the next finds more than one, and the first of all has waited for none.
GATHER: Final = 0.01
PLACES_EVERY: Final = 1.0
AFTER_TROUBLE: Final = 1.0

type ModelKey = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Limits:
    """The most runs at once: in all, of one person, and of single models."""

    total: int
    per_person: int
    per_model: Mapping[ModelKey, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A queued row; ``turn`` counts its owner's waiting rows from 1."""

    pk: UUID
    owner: int
    model: ModelKey
    turn: int


@dataclass(slots=True)
class Running:
    """How many runs there are now."""

    of_person: Counter[int] = field(default_factory=Counter)
    of_model: Counter[ModelKey] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        return self.of_person.total()

    def add(self, owner: int, model: ModelKey, count: int = 1) -> None:
        self.of_person[owner] += count
        self.of_model[model] += count


def pick(
    waiting: Iterable[Waiting],
    running: Running,
    limits: Limits,
    served: Mapping[int, int] = MappingProxyType({}),
) -> tuple[list[UUID], dict[UUID, int]]:
    """Return the ids that may begin now, in order, and how many are ahead of each other one.

    Ahead of a row are those that wait for the same limit and whose turn comes earlier.
    ``running`` counts what begins from now on, too. ``served`` has a higher number for people
    whose run began later.
    """
    before = Counter(running.of_person)

    def turn(row: Waiting) -> tuple[int, int, UUID]:
        return before[row.owner] + row.turn, served.get(row.owner, 0), row.pk

    in_turn = sorted(waiting, key=turn)
    chosen: list[UUID] = []
    ahead: dict[UUID, int] = {}
    held: Counter[object] = Counter()
    for row in in_turn:
        limit = _limit_of(row, running, limits)
        if limit is None:
            running.add(row.owner, row.model)
            chosen.append(row.pk)
        else:
            ahead[row.pk] = held[limit]
            held[limit] += 1
    return chosen, ahead


def _limit_of(row: Waiting, running: Running, limits: Limits) -> object | None:
    """Return what holds a row back, as something that rows held by the same have in common."""
    if running.of_person[row.owner] >= limits.per_person:
        return "person", row.owner
    most = limits.per_model.get(row.model)
    if most is not None and running.of_model[row.model] >= most:
        return "model", row.model
    return "total" if running.total >= limits.total else None


@dataclass(slots=True)
class Look:
    """What one look at the queue brought: the rows that are ours now, and who waits on."""

    won: list[Generation]
    ahead: dict[UUID, int]


class Admission:
    """Looks at the queue whenever it is stirred, and lets runs begin."""

    def __init__(self, recorder: Recorder, log: LiveLog, runner: Runner) -> None:
        self._recorder = recorder
        self._log = log
        self._runner = runner
        self._stirred = asyncio.Event()
        self._is_closed = False
        self._is_held = False
        self._served: dict[int, int] = {}
        self._begun = 0
        self._places: dict[UUID, int] = {}
        self._placed_at = 0.0

    def stir(self) -> None:
        """Have it look: something was queued, or may have been."""
        self._stirred.set()

    def close(self) -> None:
        """Take no more work. A look that is under way ends: what it won must begin, or would count
        as interrupted though nothing of it was sent.
        """
        self._is_closed = True
        self._stirred.set()

    async def keep(self) -> None:
        """Let runs begin for as long as the process takes work."""
        while True:
            await self._stirred.wait()
            self._stirred.clear()
            if self._is_closed:
                return
            try:
                await self._look()
            except Exception:
                logger.exception("The queue could not be read; trying again.")
                self._stirred.set()
                await asyncio.sleep(AFTER_TROUBLE)

    async def _look(self) -> None:
        recorder = self._recorder
        look = await recorder.do(lambda: admit(recorder.worker, self._served), counts=True)
        for row in look.won:
            self._note_served(row.owner_id)
            self._runner.begin(row).add_done_callback(self._make_room)
        self._is_held = bool(look.ahead)
        if self._is_held:
            await self._tell_places(look.ahead)
        await asyncio.sleep(PAUSE if self._is_held else GATHER)

    def _note_served(self, owner: int) -> None:
        self._begun += 1
        self._served.pop(owner, None)
        self._served[owner] = self._begun
        if len(self._served) > SERVED_KEPT:
            del self._served[next(iter(self._served))]

    def _make_room(self, _: object) -> None:
        """After a run: who was held back may begin."""
        if self._is_held:
            self._stirred.set()

    async def _tell_places(self, ahead: dict[UUID, int]) -> None:
        """Let those who wait know how many are ahead of them, as often as it helps."""
        now = time.monotonic()
        if now - self._placed_at < PLACES_EVERY and self._places.keys() >= ahead.keys():
            return
        self._placed_at = now
        moved = {pk: place for pk, place in ahead.items() if self._places.get(pk) != place}
        moved = dict(list(moved.items())[:PLACED_AT_MOST])
        self._places = {pk: self._places.get(pk, -1) for pk in ahead} | moved
        rows = await self._recorder.do(lambda: ledger.place(moved))
        await self._log.publish([_place(row, moved[row.pk]) for row in rows])


def admit(worker: str, served: Mapping[int, int]) -> Look:
    """Look at the queue once and claim for ``worker`` what may begin; one transaction."""
    limits = _limits()
    waiting = _waiting(limits)
    if not waiting:
        return Look([], {})
    Gateway.objects.count_alone()
    chosen, ahead = pick(waiting, _running(), limits, served)
    return Look(ledger.claim(chosen, worker) if chosen else [], ahead)


def _limits() -> Limits:
    environment = settings.ENVIRONMENT
    limited = Model.objects.filter(most_runs__gt=0)
    return Limits(
        total=environment.runs,
        per_person=environment.runs_per_person,
        per_model={
            (model.gateway_id, model.name): model.most_runs or 0
            for model in limited.only("gateway_id", "name", "most_runs")
        },
    )


def _waiting(limits: Limits) -> list[Waiting]:
    turn = Window(RowNumber(), partition_by=F("owner_id"), order_by=F("id").asc())
    rows = Generation.objects.filter(status=Status.QUEUED).annotate(turn=turn)
    rows = rows.filter(turn__lte=limits.per_person + PLACED_AT_MOST).order_by("turn", "id")
    columns = rows.values_list("pk", "owner_id", "gateway_id", "model", "turn")
    return [
        Waiting(pk, owner, (gateway, model), turn)
        for pk, owner, gateway, model, turn in columns[:LOOK_AT_MOST]
    ]


def _running() -> Running:
    running = Running()
    rows = Generation.objects.filter(status=Status.RUNNING).order_by()
    grouped = rows.values_list("owner_id", "gateway_id", "model").annotate(Count("pk"))
    for owner, gateway, model, count in grouped:
        running.add(owner, (gateway, model), count)
    return running


def _place(row: Generation, ahead: int) -> News:
    return {
        "owner": row.owner_id,
        "generation": str(row.pk),
        "kind": "stage",
        "stage": queued(ahead),
        "progress": None,
    }
