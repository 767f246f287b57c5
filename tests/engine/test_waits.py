"""How long to wait before something is tried again."""

from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelless_web.engine.waits import backoff, for_ever


@pytest.mark.parametrize(("number", "most"), [(1, 0.5), (2, 1), (3, 2), (5, 8), (9, 8)])
def test_a_wait_doubles_with_jitter_up_to_the_longest(number: int, most: float) -> None:
    waits = {backoff(number, 0.5, 8) for _ in range(50)}
    assert len(waits) > 1
    assert all(most / 2 <= wait <= most for wait in waits)


@given(st.integers(1, 10**9))
def test_no_number_of_attempts_is_too_many(number: int) -> None:
    assert backoff(number, 0.5, 60) <= 60


def test_what_must_be_done_is_tried_for_ever() -> None:
    assert list(islice(for_ever(), 6)) == [0.5, 1, 2, 5, 10, 10]
