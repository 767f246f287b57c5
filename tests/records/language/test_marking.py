"""Marks: what was asked for stands out, and the text stays as it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelless_web.records.language.marking import excerpt, marked
from modelless_web.records.language.query import parse


@pytest.mark.parametrize(
    ("text", "typed", "hits"),
    [
        ("A red Boat, a boat", "boat", ["Boat", "boat"]),
        ("a red boat", '"red boat"', ["red boat"]),
        ("a boat, red", '"red boat"', []),
        ("lights of the lighthouse", "light*", ["lights", "lighthouse"]),
        ("Crème brûlée", "creme", ["Crème"]),
        ("富士山の朝", "士山", ["士山"]),
        ("sea and sky", "-sea sky", ["sky"]),
        ("sea and sky", "model:sea", []),
        ("red red red", '"red red"', ["red red", " red"]),
    ],
)
def test_what_was_asked_for_is_marked(text: str, typed: str, hits: list[str]) -> None:
    pieces = marked(text, parse(typed))
    assert [piece for piece, is_match in pieces if is_match] == hits
    assert "".join(piece for piece, _ in pieces) == text


@given(st.text(max_size=80), st.text(max_size=30))
def test_marks_change_no_text(text: str, typed: str) -> None:
    assert "".join(piece for piece, _ in marked(text, parse(typed))) == text


def test_an_excerpt_shows_the_first_hit() -> None:
    text = f"{'nothing here ' * 100}the lighthouse {'and more ' * 100}"
    pieces = excerpt(text, parse("lighthouse"))
    assert ("lighthouse", True) in pieces
    assert sum(len(piece) for piece, _ in pieces) < 250
