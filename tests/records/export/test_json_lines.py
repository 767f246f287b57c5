"""An export as JSON Lines: one object a line, everything in it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelless_web.records.export.json_lines import json_lines, line
from modelless_web.records.models import Generation
from tests.studio.factories import generations
from tests.support import factories

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(st.text(), VALUES, max_size=4))
def test_whatever_is_told_is_one_line_and_comes_back_exactly(told: dict[str, Any]) -> None:
    text = line(told).decode()
    assert text.splitlines() == [text.removesuffix("\n")]
    assert json.loads(text) == told


def test_half_a_surrogate_pair_comes_back_too() -> None:
    assert json.loads(line({"text": "half \ud83d"})) == {"text": "half \ud83d"}


def test_words_in_any_script_can_be_read_and_searched_for() -> None:
    assert "лиса".encode() in line({"prompt": "лиса"})


@pytest.mark.django_db
def test_each_generation_is_a_line_the_newest_first() -> None:
    rows = generations(factories.person(), 3)
    found = [json.loads(line)["id"] for line in json_lines(Generation.objects.all())]
    assert found == [str(row.pk) for row in reversed(rows)]
