"""Periods: as addresses name them, as days, and as terms that find the same days."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelless_web.records.language.operators import days
from modelless_web.records.language.query import Term, parse
from modelless_web.records.models.usage import Span
from modelless_web.records.usage.period import MOST_DAYS, Period, read

TODAY = date(2026, 11, 26)
DATES = st.dates(date(1970, 1, 1), date(9998, 12, 31)).map(date.isoformat)
WORDS = st.fixed_dictionaries(
    {
        "period": st.sampled_from(
            [
                "today",
                "month",
                "days",
                "months",
                "all",
                "range",
                "2024-02",
                "2025",
                "2026-11-26",
                "x",
            ]
        ),
        "from": DATES | st.text(max_size=12),
        "to": DATES | st.text(max_size=12),
    }
)


@pytest.mark.parametrize(
    ("words", "first", "last", "label"),
    [
        ({}, date(2026, 11, 1), date(2026, 11, 30), "November 2026"),
        ({"period": "2024-02"}, date(2024, 2, 1), date(2024, 2, 29), "February 2024"),
        ({"period": "2025"}, date(2025, 1, 1), date(2025, 12, 31), "2025"),
        (
            {"period": "days"},
            date(2026, 10, 28),
            TODAY,
            "28 October 2026 to 26 November 2026",
        ),
        (
            {"period": "range", "from": "2026-03-20", "to": "2026-03-05"},
            date(2026, 3, 5),
            date(2026, 3, 20),
            "5 March 2026 to 20 March 2026",
        ),
        ({"period": "today"}, TODAY, TODAY, "26 November 2026"),
        (
            {"period": "months"},
            date(2025, 12, 1),
            date(2026, 11, 30),
            "December 2025 to November 2026",
        ),
        ({"period": "all"}, date(2017, 1, 1), date(2026, 12, 31), "All time"),
        ({"period": "range", "from": "?", "to": ""}, TODAY.replace(day=1), None, "November 2026"),
        ({"period": "nonsense"}, TODAY.replace(day=1), None, "November 2026"),
    ],
)
def test_an_address_names_days(
    words: dict[str, str], first: date, last: date | None, label: str
) -> None:
    period = read(words, TODAY)
    assert (period.first, period.last, period.label) == (first, last or period.last, label)


def found(terms: list[Term], period: Period) -> set[date]:
    """The days around a period that terms ask for, read as the search reads them."""
    asked = set(around(period))
    for term in parse(" ".join(term.text for term in terms)).terms:
        first, after = days(term.value)
        begins = first if term.operator in {"on", "after"} else date.min
        ends = {"on": after, "before": first}.get(term.operator, date.max)
        asked = {day for day in asked if begins <= day < ends}
    return asked


def around(period: Period) -> list[date]:
    """Its days, and two more on both sides."""
    many = (period.last - period.first).days
    return [period.first + timedelta(days=number) for number in range(-2, many + 3)]


@given(WORDS)
def test_its_terms_ask_for_its_days_and_no_others(words: dict[str, str]) -> None:
    period = read({name: word for name, word in words.items() if word}, TODAY)
    if period.first > date(1970, 1, 3):
        inside = {day for day in around(period) if period.first <= day <= period.last}
        assert found(period.terms, period) == inside


@given(WORDS)
def test_its_steps_are_all_of_its_days_in_order(words: dict[str, str]) -> None:
    period = read(words, TODAY)
    steps = list(period.steps())
    assert (steps[0].first, steps[-1].last) == (period.first, period.last)
    assert len(steps) <= max(MOST_DAYS, 122)
    for before, after in pairwise(steps):
        assert before.last + timedelta(days=1) == after.first
    for step in (steps[0], steps[-1]):
        whole = Period("", step.first, step.last)
        if step.first > date(1970, 1, 3):
            inside = {day for day in around(whole) if step.first <= day <= step.last}
            assert found(step.terms, whole) == inside


@given(WORDS, st.sampled_from(Span))
def test_its_spans_count_each_of_its_days_once(words: dict[str, str], longest: Span) -> None:
    period = read(words, TODAY)
    after = period.first
    for span, first, last in period.spans(longest):
        assert (span.first(first), span.first(last)) == (after, last)
        assert [*Span].index(span) <= [*Span].index(longest)
        after = span.last(last) + timedelta(days=1)
    assert after == period.last + timedelta(days=1)


def test_whole_years_and_quarters_and_months_stand_for_their_days() -> None:
    period = Period("range", date(2024, 1, 31), date(2026, 8, 1))
    assert [
        (span.value, f"{first:%y-%m-%d}", f"{last:%y-%m-%d}")
        for span, first, last in period.spans()
    ] == [
        ("day", "24-01-31", "24-01-31"),
        ("month", "24-02-01", "24-03-01"),
        ("quarter", "24-04-01", "24-10-01"),
        ("year", "25-01-01", "25-01-01"),
        ("quarter", "26-01-01", "26-04-01"),
        ("month", "26-07-01", "26-07-01"),
        ("day", "26-08-01", "26-08-01"),
    ]


@given(WORDS)
def test_its_newest_days_grow_until_they_are_all(words: dict[str, str]) -> None:
    period = read(words, TODAY)
    parts = list(period.newest(TODAY))
    assert parts[-1] == period
    assert all(part.first >= after.first for part, after in pairwise(parts))
    assert len(parts) <= 5
