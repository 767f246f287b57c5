"""Readings of the roll-up: sums that never mix currencies, and the most of something."""

from datetime import date
from decimal import Decimal

import pytest
from django.db.models import QuerySet

from modelless_web.records.models import Usage, User
from modelless_web.records.models.usage import Span
from modelless_web.records.usage import reading
from modelless_web.records.usage.period import Period
from modelless_web.records.usage.reading import (
    Figures,
    by_month,
    first_sums,
    fold,
    forecast,
    lately,
    most_of,
    sums,
)
from tests.support import factories

pytestmark = pytest.mark.django_db

MARCH_5, MARCH_31, APRIL_1 = date(2026, 3, 5), date(2026, 3, 31), date(2026, 4, 1)


@pytest.fixture
def owner() -> User:
    """Whose usage it is."""
    return factories.person()


def cell(owner: User, day: date = MARCH_5, model: str = "painted", **more: object) -> None:
    """A cell of the roll-up."""
    known = owner.usage.first()
    gateway = known.gateway if known else factories.gateway()
    values = {"status": "succeeded", "charge": "charged", "generations": 1, "currency": "USD"}
    Usage.objects.create(owner=owner, gateway=gateway, day=day, model=model, **values | more)


def mine(owner: User) -> QuerySet[Usage]:
    return Usage.objects.filter(owner=owner)


def test_each_currency_has_a_sum_of_its_own(owner: User) -> None:
    cell(owner, cost=Decimal("0.1"))
    cell(owner, cost=Decimal("0.2"), status="failed")
    cell(owner, cost=Decimal(3), currency="EUR")
    cell(owner, currency="", unpriced=1)
    (total,) = fold(sums(mine(owner), "day")).values()
    assert total.costs == {"EUR": Decimal(3), "USD": Decimal("0.3")}
    assert (total.generations, total.unpriced) == (4, 1)


def test_an_empty_cell_is_no_row(owner: User) -> None:
    cell(owner, generations=0)
    assert sums(mine(owner), "model") == {}


def test_days_add_up_to_months(owner: User) -> None:
    for day in (MARCH_5, MARCH_31, APRIL_1):
        cell(owner, day)
    months = by_month(sums(mine(owner), "day"))
    assert {key: one.generations for key, one in months.items()} == {
        (date(2026, 3, 1),): 2,
        (date(2026, 4, 1),): 1,
    }


@pytest.mark.parametrize("few", [0, 200])
@pytest.mark.parametrize(
    ("measure", "order"),
    [
        ("generations", ["often", "dear"]),
        ("USD", ["dear", "long"]),
        ("EUR", ["long", "often"]),
        ("tokens", ["long", "often"]),
        ("pictures", ["dear", "often"]),
    ],
)
def test_the_most_come_first_however_many_there_are(
    owner: User, monkeypatch: pytest.MonkeyPatch, few: int, measure: str, order: list[str]
) -> None:
    monkeypatch.setattr(reading, "FEW", few)
    cell(owner, model="often", generations=9)
    cell(owner, model="dear", generations=2, cost=Decimal(8), pictures=4)
    cell(owner, model="long", completion_tokens=50, cost=Decimal(1))
    cell(owner, model="long", currency="EUR", cost=Decimal(1))
    cell(owner, model="rare")
    found = most_of(mine(owner), "model", measure, 2)
    ranked = sorted(found, key=lambda key: (-found[key].measured(measure), -found[key].generations))
    assert [name for (name,) in ranked] == order


def test_today_is_a_part_of_this_month(owner: User) -> None:
    for day in (MARCH_31, APRIL_1):
        cell(owner, day)
        cell(owner, day.replace(day=1), span=Span.MONTH, generations=2)
    now, month = lately(Usage.spans.filter(owner=owner), MARCH_31)
    assert (now.generations, month.generations) == (1, 2)


def test_a_month_goes_on_as_it_began() -> None:
    so_far = Figures(generations=10, costs={"USD": Decimal("1.5")})
    end = forecast(so_far, MARCH_5)
    assert (end.generations, end.costs) == (62, {"USD": Decimal("9.3")})
    assert forecast(so_far, MARCH_31) == so_far


def test_the_first_day_stands_for_the_month_and_nothing_for_nothing() -> None:
    so_far = Figures(generations=2, pictures=1, costs={"EUR": Decimal(1), "USD": Decimal(2)})
    end = forecast(so_far, date(2028, 2, 1))
    assert (end.generations, end.pictures) == (58, 29)
    assert end.costs == {"EUR": Decimal(29), "USD": Decimal(58)}
    assert forecast(Figures(), date(2026, 3, 1)) == Figures()


YEAR = Period("2026", date(2026, 1, 1), date(2026, 12, 31))


def test_the_newest_days_come_first_and_no_currency_is_missing(owner: User) -> None:
    for month in (1, 2, 3):
        for currency in ("EUR", "USD"):
            cell(owner, date(2026, month, 7), currency=currency, cost=Decimal(month))
    rows, today = Usage.spans.filter(owner=owner), date(2026, 11, 26)
    found = first_sums(rows, YEAR, ("day", "model"), 2, today)
    assert [day for day, _ in found] == [date(2026, 3, 7), date(2026, 2, 7)]
    assert [len(figures.costs) for figures in found.values()] == [2, 2]


def test_what_has_no_day_is_read_from_the_longest_spans(owner: User) -> None:
    cell(owner, date(2026, 1, 1), span=Span.YEAR, generations=7)
    cell(owner, date(2026, 1, 5), generations=1)
    rows = Usage.spans.filter(owner=owner)
    assert [one.generations for one in first_sums(rows, YEAR, ("model",), 5, MARCH_5).values()] == [
        7
    ]
