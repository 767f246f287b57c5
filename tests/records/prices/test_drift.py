"""The alarm that costs and price book part ways: of a model's runs, and of the whole bill."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from modelless_web.gateway.wire import billing
from modelless_web.records.models import Basis, Bill, Charge, Drift, Gateway, Generation
from modelless_web.records.prices import bills, drift
from modelless_web.records.usage import rollup
from tests.studio.factories import generations
from tests.support import factories

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 5, 5, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def seller(db: None) -> Gateway:
    return factories.gateway()


def ran(at: Gateway, number: int, cost: str | None, **columns: Any) -> None:
    """Runs that have ended, each with this cost, for which 0.01 to 0.02 was expected."""
    columns.setdefault("queued_at", NOON)
    rows = generations(
        factories.guest(),
        number,
        **{
            "charge": Charge.CHARGED,
            "cost": None if cost is None else Decimal(cost),
            "cost_basis": Basis.EXACT,
            "currency": "USD",
            "estimate_low": Decimal("0.01"),
            "estimate": Decimal("0.02"),
            "day": NOON.date(),
            **columns,
        },
    )
    pks = [row.pk for row in rows]
    Generation.objects.filter(pk__in=pks).update(gateway=at, saved_at=columns["queued_at"])
    rollup.count(pks)


def look(at: Gateway, used: str, moment: datetime) -> Bill:
    """A look at the gateway's bill."""
    return bills.note(at, billing.Bill(Decimal(100), Decimal(used)), bills.count(at), moment)


def alarms(at: Gateway, moment: datetime = NOON + HOUR) -> list[tuple[str, Decimal]]:
    """For what an alarm is raised, and what it came to."""
    drift.check(at, moment)
    return [(alarm.model, alarm.actual) for alarm in Drift.objects.filter(gateway=at)]


@pytest.mark.parametrize(
    ("cost", "is_raised"),
    [("0.01", False), ("0.02", False), ("0.025", False), ("0.026", True), ("0.007", True)],
)
def test_a_models_runs_are_compared_with_what_was_expected(
    seller: Gateway, cost: str, is_raised: bool
) -> None:
    ran(seller, 10, cost)
    assert bool(alarms(seller)) is is_raised


def test_a_few_runs_are_no_reason(seller: Gateway) -> None:
    ran(seller, 9, "7")
    assert alarms(seller) == []


@pytest.mark.parametrize(
    "columns",
    [
        {"cost_basis": Basis.ESTIMATED},
        {"charge": Charge.MAYBE},
        {"estimate": None},
    ],
)
def test_only_what_is_known_for_sure_is_compared(
    seller: Gateway, columns: dict[str, object]
) -> None:
    ran(seller, 20, "7", **columns)
    assert alarms(seller) == []


def test_old_runs_are_forgotten_over_newer_ones(seller: Gateway) -> None:
    ran(seller, 10, "7", queued_at=NOON - HOUR)
    ran(seller, drift.RUNS, "0.015")
    assert alarms(seller) == []


def test_another_gateways_runs_are_not_mixed_in(seller: Gateway) -> None:
    ran(factories.gateway(), 10, "7")
    assert alarms(seller) == []


def test_an_alarm_ends_when_its_reason_does_and_keeps_when_it_began(seller: Gateway) -> None:
    ran(seller, 10, "7", queued_at=NOON - HOUR)
    for hours in (1, 2):
        drift.check(seller, NOON + hours * HOUR)
    alarm = Drift.objects.get()
    assert (alarm.seen_at, alarm.checked_at) == (NOON + HOUR, NOON + 2 * HOUR)
    ran(seller, drift.RUNS, "0.015")
    assert alarms(seller) == []


def test_a_bill_that_grew_as_counted_is_fine(seller: Gateway) -> None:
    look(seller, "5", NOON - HOUR)
    ran(seller, 3, "0.5")
    look(seller, "6.5", NOON + HOUR)
    assert alarms(seller) == []


@pytest.mark.parametrize("used", ["7.5", "5.5"])
def test_a_bill_that_grew_otherwise_names_what_ran_meanwhile(seller: Gateway, used: str) -> None:
    look(seller, "5", NOON - HOUR)
    ran(seller, 3, "0.5")
    look(seller, used, NOON + HOUR)
    assert alarms(seller) == [("", Decimal(used) - 5)]
    alarm = Drift.objects.get()
    assert (alarm.high, alarm.runs, alarm.models_used) == (Decimal("1.5"), 3, ["stable-diffusion"])
    assert "stable-diffusion" in drift.sentence(alarm)


@pytest.mark.parametrize("difference", ["0.14", "-0.14"])
def test_a_small_difference_of_a_bill_is_none(seller: Gateway, difference: str) -> None:
    look(seller, "5", NOON - HOUR)
    ran(seller, 3, "0.5")
    look(seller, str(Decimal("6.5") + Decimal(difference)), NOON + HOUR)
    assert alarms(seller) == []


def test_a_look_while_something_runs_is_not_compared(seller: Gateway) -> None:
    look(seller, "5", NOON - HOUR)
    row = factories.generation(of=factories.model(at=seller))
    look(seller, "9", NOON)
    assert alarms(seller) == []
    Generation.objects.filter(pk=row.pk).delete()
    look(seller, "9", NOON + HOUR)
    assert alarms(seller) == [("", Decimal(4))]


def test_a_run_that_ends_while_the_gateway_is_asked_spoils_the_look(seller: Gateway) -> None:
    before = bills.count(seller)
    ran(seller, 1, "0.5")
    bill = bills.note(seller, billing.Bill(None, Decimal(5)), before, NOON)
    assert not bill.is_quiet


def test_what_has_no_known_price_makes_a_bill_incomparable(seller: Gateway) -> None:
    look(seller, "5", NOON - HOUR)
    ran(seller, 1, None, cost_basis=Basis.NONE, currency="")
    look(seller, "9", NOON + HOUR)
    assert alarms(seller) == []


def test_another_keys_bill_is_another_bill(seller: Gateway) -> None:
    look(seller, "5", NOON - HOUR)
    seller.set_key("sk-tests-another-0123456789")
    seller.save()
    look(seller, "90", NOON + HOUR)
    assert alarms(seller) == []
    assert bills.newest([seller.pk], NOON + HOUR)[seller.pk].used == 90


def test_a_bill_is_compared_over_a_day(seller: Gateway) -> None:
    for hours, used in ((-40, "1"), (-20, "5"), (-1, "5"), (1, "5")):
        look(seller, used, NOON + hours * HOUR)
    assert alarms(seller) == []


def test_after_a_long_pause_a_bill_is_compared_with_the_look_before(seller: Gateway) -> None:
    look(seller, "1", NOON - 90 * HOUR)
    look(seller, "5", NOON)
    assert alarms(seller) == [("", Decimal(4))]


def test_old_bills_are_forgotten_but_for_the_newest_of_them(seller: Gateway) -> None:
    for hours in (-90, -80, -1, 0):
        look(seller, "1", NOON + hours * HOUR)
    assert Bill.objects.count() == 3


def test_a_report_of_yesterday_is_not_shown(seller: Gateway) -> None:
    look(seller, "1", NOON - 25 * HOUR)
    assert bills.newest([seller.pk], NOON) == {}


@pytest.mark.parametrize(
    ("limit", "used", "said"),
    [
        (Decimal(20), "7.7", "Balance $12.30 of $20.00"),
        (Decimal(5), "7.7", "Balance $0.00 of $5.00"),
        (None, "7.7", "Balance unlimited, $7.70 used"),
    ],
)
def test_a_report_is_said_in_words(
    seller: Gateway, limit: Decimal | None, used: str, said: str
) -> None:
    bill = factories.bill(seller, limit=limit, used=Decimal(used))
    assert bills.sentence(bill) == said
