"""The roll-up beside the ledger: whatever happens, and wherever it is cut short, they agree."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any, ClassVar, Final

import pytest
from django.db import connection
from django.db.models import Sum
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from modelless_web.engine import ledger, submissions
from modelless_web.engine.outcome import ChoiceText, Settlement
from modelless_web.engine.rescue import queue
from modelless_web.gateway.errors import GatewayError, Kind
from modelless_web.gateway.events import UsageReported
from modelless_web.records import retention
from modelless_web.records.models import Generation, Picture, PriceRule, Status, Usage, User
from modelless_web.records.models.generations import OPEN
from modelless_web.records.organise.adoption import adopt
from modelless_web.records.store import keep
from modelless_web.records.usage import rollup, storage
from modelless_web.records.usage.checking import differences, wrong_storage
from tests.studio.factories import png
from tests.support import factories

WORKER: Final = "worker"
STEPS: Final = 50
ENDS: Final = (Status.SUCCEEDED, Status.FAILED, Status.CANCELLED)
ZONES: Final = ("", "Asia/Tokyo", "America/New_York")
PICKS: Final = st.integers(0, 10**6)
# So many statements are carried out, and the process is no more; None lets it live.
CRASHES: Final = st.one_of(st.none(), st.integers(0, 12))


class Crash(BaseException):
    """The process ends here."""


@contextmanager
def crash_after(statements: int | None) -> Iterator[None]:
    """Let no more statements through than so many; what is not committed by then is lost."""
    left = [statements]

    def count(execute: Callable[..., Any], *asked: Any) -> Any:
        if left[0] is not None:
            if not left[0]:
                raise Crash
            left[0] -= 1
        return execute(*asked)

    try:
        with connection.execute_wrapper(count):
            yield
    except Crash:
        Studio.counted["crashes"] += 1


class Studio(RuleBasedStateMachine):
    """People, their runs, and an operator."""

    counted: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        # What went wrong before would go on being wrong.
        rollup.rebuild()
        storage.recount()
        self.purged = purged()
        self.gone = 0
        self.people = [factories.person(time_zone=zone) for zone in ZONES]
        self.guest = factories.guest()
        gateway = factories.gateway()
        self.models = [factories.model(name, at=gateway) for name in ("painted", "free", "gpt")]
        self.publish(Decimal("0.04"))

    def publish(self, amount: Decimal) -> None:
        gateway = self.models[0].gateway
        for model, terms in (("painted", {"per_request": amount}), ("gpt", TOKENS)):
            PriceRule.objects.publish(PriceRule(gateway=gateway, model=model, **terms))

    def one(self, pick: int, **like: Any) -> Generation | None:
        rows = list(Generation.objects.filter(owner__in=[*self.people, self.guest], **like))
        return rows[pick % len(rows)] if rows else None

    @rule(who=PICKS, what=PICKS, crash=CRASHES)
    def queue(self, who: int, what: int, crash: int | None) -> None:
        everybody = [*self.people, self.guest]
        with self.step(crash):
            factories.generation(everybody[who % len(everybody)], self.models[what % 3])

    @rule(pick=PICKS, crash=CRASHES)
    def claim(self, pick: int, crash: int | None) -> None:
        row = self.one(pick, status=Status.QUEUED)
        with self.step(crash):
            ledger.claim([row.pk] if row else [], WORKER)

    @rule(
        pick=PICKS,
        status=st.sampled_from(ENDS),
        tokens=st.none() | st.integers(0, 900),
        kind=st.sampled_from(Kind),
        is_paid=st.booleans(),
        crash=CRASHES,
    )
    def settle(
        self,
        pick: int,
        *,
        status: Status,
        tokens: int | None,
        kind: Kind,
        is_paid: bool,
        crash: int | None,
    ) -> None:
        row = self.one(pick, status=Status.RUNNING)
        if row is None:
            return
        failed = GatewayError(kind, "It failed.", status=500, maybe_charged=is_paid)
        end = Settlement(
            generation=row.pk,
            status=status,
            choices=[ChoiceText(0, "A lighthouse")],
            usage=None if tokens is None else UsageReported(tokens, tokens, 2 * tokens),
            error=failed if status == Status.FAILED else None,
            was_cut_off=is_paid and status == Status.CANCELLED,
            first_byte_at=timezone.now(),
        )
        Picture.objects.get_or_create(generation=row)
        with self.step(crash):
            ledger.settle([end], WORKER)

    @rule(pick=PICKS, crash=CRASHES)
    def stop(self, pick: int, crash: int | None) -> None:
        row = self.one(pick, status__in=OPEN)
        with self.step(crash):
            if row:
                ledger.stop(row)

    @rule(pick=PICKS, crash=CRASHES)
    def again(self, pick: int, crash: int | None) -> None:
        row = self.one(pick)
        with self.step(crash):
            if row:
                factories.entered(submissions.again(row, f"again {pick}"))

    @rule(is_waiting=st.booleans(), crash=CRASHES)
    def interrupt(self, is_waiting: bool, crash: int | None) -> None:
        with self.step(crash):
            if is_waiting:
                ledger.interrupt_waiting()
            else:
                ledger.interrupt(expired_only=False)

    @rule(pick=PICKS, colour=st.sampled_from(("#336699", "#993366")), crash=CRASHES)
    def store(self, pick: int, colour: str, crash: int | None) -> None:
        waiting = Picture.objects.filter(state=Picture.State.WAITING)
        row = self.one(pick, pictures__in=waiting)
        with self.step(crash):
            if row:
                queue.keep(row.pictures.get().pk, keep(png(colour=colour)), 1)

    @rule(pick=PICKS, crash=CRASHES)
    def purge(self, pick: int, crash: int | None) -> None:
        row = self.one(pick)
        before = Generation.objects.count()
        with self.step(crash):
            retention.purge([row.pk] if row else [])
        self.gone += before - Generation.objects.count()

    @rule(pick=PICKS, crash=CRASHES)
    def sign_in(self, pick: int, crash: int | None) -> None:
        with self.step(crash):
            adopt(self.people[pick % len(self.people)], self.guest)

    @rule(cents=st.integers(1, 99), crash=CRASHES)
    def change_prices(self, cents: int, crash: int | None) -> None:
        with self.step(crash):
            self.publish(Decimal(cents).scaleb(-2))

    @rule(crash=CRASHES)
    def rebuild(self, crash: int | None) -> None:
        with self.step(crash):
            rollup.rebuild()

    @contextmanager
    def step(self, crash: int | None) -> Iterator[None]:
        self.counted["operations"] += 1
        with crash_after(crash):
            yield

    @invariant()
    def usage_says_what_the_ledger_says(self) -> None:
        assert differences() == []
        assert wrong_storage() == {}

    @invariant()
    def what_was_deleted_for_good_stays_counted(self) -> None:
        assert purged() - self.purged == self.gone

    def teardown(self) -> None:
        """Leave the next one nothing to count."""
        ledger.interrupt_waiting()
        ledger.interrupt(expired_only=False)
        retention.purge(Generation.objects.values_list("pk", flat=True))
        for table in rollup.TABLES:
            table.spans.all().delete()
        User.objects.all().delete()


TOKENS: Final = {
    "per_prompt": Decimal("0.15"),
    "per_completion": Decimal("0.6"),
    "currency": "EUR",
}


def purged() -> int:
    """How many were deleted for good, by the roll-up."""
    gone = Usage.objects.filter(is_purged=True)
    return int(gone.aggregate(many=Sum("generations", default=0))["many"])


@pytest.mark.slow
@pytest.mark.usefixtures("media")
@pytest.mark.django_db(transaction=True)
def test_usage_and_ledger_agree_after_any_operations_and_crashes(
    is_long: bool, figures: Callable[..., None]
) -> None:
    Studio.counted.clear()
    run_state_machine_as_test(
        Studio,
        settings=settings(
            max_examples=300 if is_long else 8,
            stateful_step_count=STEPS,
            deadline=None,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=[*HealthCheck],
            database=None,
        ),
    )
    figures("usage beside the ledger", **Studio.counted, differences=0)
