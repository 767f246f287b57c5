"""Fields that read what people type into boxes."""

import json
from typing import Any

import pytest
from django import forms
from hypothesis import given
from hypothesis import strategies as st

from modelless_web.studio.forms.fields import BiasField, LinesField

BIASES = st.dictionaries(
    st.integers(0, 10**9).map(str), st.integers(-100, 100), min_size=1, max_size=20
)


@pytest.mark.parametrize(
    ("typed", "lines"),
    [
        ("", ()),
        ("END", ("END",)),
        ("a\nb\nc\nd", ("a", "b", "c", "d")),
        ("a\r\nb", ("a", "b")),
        ("a\rb", ("a", "b")),
        ("\n\na\n\n", ("a",)),
        ("  a  ", ("  a  ",)),
        (" ", (" ",)),
        (r"\n\n", ("\n\n",)),
        (r"###\nHuman:", ("###\nHuman:",)),
    ],
)
def test_each_line_is_a_sequence_with_its_spaces_and_escapes(
    typed: str, lines: tuple[str, ...]
) -> None:
    assert LinesField(required=False).clean(typed) == lines


def test_a_fifth_line_is_refused() -> None:
    with pytest.raises(forms.ValidationError, match="At most 4 stop sequences, one per line"):
        LinesField().clean("a\nb\nc\nd\ne")


@given(st.text())
def test_what_was_read_is_shown_so_that_it_reads_the_same(typed: str) -> None:
    field = LinesField(required=False, most=10**6)
    try:
        lines = field.clean(typed)
    except forms.ValidationError:
        return
    assert field.clean(field.prepare_value(list(lines))) == lines


@pytest.mark.parametrize(
    ("typed", "bias"),
    [
        ("", {}),
        ("50256: -100", {"50256": -100}),
        ("1:1\n2: 2\r\n\n 3 :+3 ", {"1": 1, "2": 2, "3": 3}),
        ("1: -100\n2: 100\n3: 0", {"1": -100, "2": 100, "3": 0}),
        ('{"50256": -100, "7": 5}', {"50256": -100, "7": 5}),
        ("{}", {}),
    ],
)
def test_biases_are_lines_or_json(typed: str, bias: dict[str, int]) -> None:
    assert BiasField(required=False).clean(typed) == bias


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("hello", "“hello” is not a token id; write lines such as “50256: -100”."),
        ("hello: 3", "“hello” is not a token id"),
        ("-1: 3", "“-1” is not a token id"),
        ("²: 3", "“²” is not a token id"),
        (": 3", "“” is not a token id"),
        ("7", "The bias of token 7 must be a whole number from -100 to 100."),
        ("7: much", "The bias of token 7 must be a whole number"),
        ("7: 1.5", "The bias of token 7 must be a whole number"),
        ("7: 101", "The bias of token 7 must be a whole number"),
        ("7: -101", "The bias of token 7 must be a whole number"),
        (f"7: {'9' * 5000}", "The bias of token 7 must be a whole number"),
        ('{"7": 101}', "The bias of token 7 must be a whole number"),
        ('{"7": null}', "The bias of token 7 must be a whole number"),
        ('{"a": 1}', "“a” is not a token id"),
        ('{"7": 1', "This begins like a JSON object but can't be read as one."),
        ('{"7": ' * 100_000, "This begins like a JSON object but can't be read as one."),
        ("[1, 2]", "“[1, 2]” is not a token id"),
    ],
)
def test_nonsense_is_refused_with_a_sentence(typed: str, sentence: str) -> None:
    with pytest.raises(forms.ValidationError) as refused:
        BiasField().clean(typed)
    assert sentence in refused.value.messages[0]


@given(st.text())
def test_whatever_is_typed_is_read_or_refused(typed: str) -> None:
    try:
        bias = BiasField(required=False).clean(typed)
    except forms.ValidationError:
        return
    assert all(-100 <= value <= 100 for value in bias.values())


@given(BIASES)
def test_biases_read_back_as_they_are_shown(bias: dict[str, int]) -> None:
    field = BiasField()
    assert field.clean(field.prepare_value(bias)) == bias == field.clean(json.dumps(bias))


@pytest.mark.parametrize("value", [None, "", "as typed: 1"])
@pytest.mark.parametrize("field", [LinesField(), BiasField()])
def test_text_is_shown_as_it_is(field: forms.CharField, value: Any) -> None:
    assert field.prepare_value(value) == value
