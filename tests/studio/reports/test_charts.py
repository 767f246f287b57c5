"""Charts: geometry that stays inside its frame."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelless_web.studio.reports.charts import HEIGHT, LEAST, TOP, Point, ceiling, chart, share

VALUES = st.lists(st.decimals(0, 10**12, places=9, allow_nan=False), max_size=400)


def points(values: list[Decimal]) -> list[Point]:
    return [Point(value, str(place), "", "/") for place, value in enumerate(values)]


@given(VALUES)
def test_no_bar_leaves_the_frame(values: list[Decimal]) -> None:
    drawn = chart(points(values), str)
    for bar, value in zip(drawn.bars, values, strict=True):
        assert 0 <= bar.left <= bar.x
        assert bar.x + bar.width <= bar.left + bar.room + 0.01 <= 100.1
        assert bar.y >= TOP
        assert bar.y + bar.height == pytest.approx(TOP + HEIGHT)
        assert (bar.height >= LEAST) == (value > 0)


@given(VALUES)
def test_more_is_never_lower(values: list[Decimal]) -> None:
    heights = [bar.height for bar in chart(points(sorted(values)), str).bars]
    assert heights == sorted(heights)


@given(VALUES)
def test_a_few_words_stand_below(values: list[Decimal]) -> None:
    marks = chart(points(values), str).marks
    assert len(marks) <= 7
    assert all(0 <= mark.x <= 100 for mark in marks)


def test_nothing_has_an_axis_too() -> None:
    drawn = chart([], str)
    assert [line.label for line in drawn.lines] == ["0", "1", "2"]
    assert drawn.bars == ()


@pytest.mark.parametrize(
    ("most", "top"),
    [
        ("0", "2"),
        ("1", "2"),
        ("3", "4"),
        ("7", "8"),
        ("9", "10"),
        ("10", "20"),
        ("81", "100"),
        ("0.04", "0.04"),
        ("0.05", "0.06"),
        ("0.00042", "0.0006"),
    ],
)
def test_the_axis_ends_at_a_round_number(most: str, top: str) -> None:
    assert ceiling(Decimal(most)) == Decimal(top)


def test_a_share_of_nothing_is_nothing() -> None:
    assert share(Decimal(0), Decimal(0)) == 0
    assert share(Decimal(1), Decimal(4)) == 25
