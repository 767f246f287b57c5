"""What changed from one text to another, word by word."""

from difflib import SequenceMatcher
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelless_web.records.relations import words
from modelless_web.records.relations.words import Difference, Piece, compared

TEXTS = st.text(st.sampled_from("ab ,.\n\t红色é"), max_size=60)


def short(old: str, new: str) -> str:
    """The pieces on one line: [-left out-] {+new+}."""
    marks = {"kept": "{}", "deleted": "[-{}-]", "inserted": "{{+{}+}}", "skipped": "<{}>"}
    return "".join(marks[piece.kind].format(piece.text) for piece in compared(old, new))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("a red fox", "a red fox", "a red fox"),
        ("", "", ""),
        ("", "a fox", "{+a fox+}"),
        ("a fox", "", "[-a fox-]"),
        ("a red fox", "a blue fox", "a [-red-]{+blue+} fox"),
        ("a fox", "a fox in snow", "a fox{+ in snow+}"),
        ("a fox, red", "a fox; red", "a fox[-,-]{+;+} red"),
        ("a redder fox", "a reddest fox", "a [-redder-]{+reddest+} fox"),
        ("a fox\nin snow", "a fox in snow", "a fox[-\n-]{+ +}in snow"),
        ("one two", "three four", "[-one two-]{+three four+}"),
        ("红色的狐狸", "红色狐狸", "红色[-的-]狐狸"),
        ("a fox", "A fox", "[-a-]{+A+} fox"),
    ],
)
def test_words_are_told_apart(old: str, new: str, told: str) -> None:
    assert short(old, new) == told


def test_texts_with_hardly_a_word_in_common_are_told_one_after_the_other() -> None:
    old, new = "the sea at night under many stars", "draw me a cat on the sofa please now"
    assert [piece.kind for piece in compared(old, new)] == ["deleted", "inserted"]


@given(TEXTS, TEXTS)
def test_the_pieces_make_up_both_texts(old: str, new: str) -> None:
    for steps in (0, words.MOST_STEPS):
        pieces = compared(old, new, steps)
        assert "".join(p.text for p in pieces if p.kind != "inserted") == old
        assert "".join(p.text for p in pieces if p.kind != "deleted") == new


@given(TEXTS, TEXTS)
def test_no_piece_is_empty_and_none_follows_its_like(old: str, new: str) -> None:
    pieces = compared(old, new)
    assert all(piece.text for piece in pieces)
    assert all(one.kind != other.kind for one, other in pairwise(pieces))


@given(TEXTS)
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    assert all(piece.kind == "kept" for piece in compared(text, text))


def test_a_word_in_a_hundred_lines_is_found() -> None:
    lines = [f"line {number} says that it is the {number}th of many" for number in range(100)]
    old = "\n".join(lines)
    lines[40] = lines[40].replace("many", "few")
    changed = [piece for piece in compared(old, "\n".join(lines)) if piece.kind != "kept"]
    assert changed == [Piece("deleted", "many"), Piece("inserted", "few")]


def test_what_is_too_much_to_compare_by_words_is_compared_by_lines() -> None:
    old = "a b a b\nthe same\nb a b a"
    new = "b b a a\nthe same\na a b b"
    told = [(piece.kind, piece.text) for piece in compared(old, new, steps=5)]
    assert ("kept", "\nthe same\n") in told
    assert ("deleted", "a b a b") in told


def test_the_worst_texts_take_no_more_steps_than_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int] = []

    class Counting(SequenceMatcher[str]):
        def find_longest_match(self, *where: Any) -> Any:
            places, old = vars(self)["b2j"], vars(self)["a"]
            tried.append(sum(len(places.get(word, ())) for word in old))
            return super().find_longest_match(*where)

    monkeypatch.setattr(words, "SequenceMatcher", Counting)
    for old, new in [("a b " * 8000, "a " * 16000), ("b a " * 300, "a c " * 90)]:
        tried.clear()
        compared(old, new)
        assert sum(tried) <= words.MOST_STEPS


def test_long_stretches_that_stayed_give_way_to_a_gap() -> None:
    old = "at first " + "nothing happens " * 40 + "in the end"
    changes = Difference(old, old.replace("first", "last").replace("end", "beginning")).changes
    assert [piece.kind for piece in changes].count("skipped") == 1
    assert sum(len(piece.text) for piece in changes) < 150


def test_a_gap_stands_before_the_first_change_too() -> None:
    old = "word " * 60
    kinds = [piece.kind for piece in Difference(old, old + "more").changes]
    assert kinds == ["skipped", "kept", "inserted"]


def test_only_the_first_of_very_many_changes_are_shown() -> None:
    old = " ".join(f"word{number} same{number} kept{number}" for number in range(200))
    changes = Difference(old, old.replace("word", "other")).changes
    assert changes[-1].kind == "skipped"
    assert len(changes) == words.MOST_PIECES + 1


def test_a_long_new_text_is_shown_by_its_ends() -> None:
    changes = Difference("a fox", "one more line\n" * 100).changes
    assert [piece.kind for piece in changes] == ["deleted", "inserted", "skipped", "inserted"]
    assert sum(len(piece.text) for piece in changes) < 400


@pytest.mark.parametrize(
    ("old", "new", "is_whole"),
    [("a fox", "the sea", True), ("a fox", "a cat", False), ("", "a fox", True), ("a", "a", False)],
)
def test_a_text_that_shares_no_word_is_another_text(old: str, new: str, is_whole: bool) -> None:
    assert Difference(old, new).is_whole is is_whole
