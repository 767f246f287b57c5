"""The query language: what each way of typing means, and that nothing that is typed breaks it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelless_web.records.language.query import LONGEST, MOST_TERMS, OPERATORS, Term, parse

CASES = [
    ("", [], ""),
    ("   ", [], ""),
    ("lighthouse", ["lighthouse"], "lighthouse"),
    ("a  red\tboat", ["a", "red", "boat"], "a red boat"),
    ('"red boat"', ["“red boat”"], '"red boat"'),
    ("“red boat”", ["“red boat”"], '"red boat"'),
    ('"  red   boat "', ["“red boat”"], '"red boat"'),
    ("-sea", ["without sea"], "-sea"),
    ('-"red boat"', ["without “red boat”"], '-"red boat"'),
    ("light*", ["light*"], "light*"),
    ("sea sea", ["sea"], "sea"),
    ("model:practice-painter", ["model: practice-painter"], "model:practice-painter"),
    ('model:"two words"', ["model: two words"], 'model:"two words"'),
    ("MODEL:x", ["model: x"], "model:x"),
    ("-model:x", ["without model: x"], "-model:x"),
    ("tag:Sea", ["tag: sea"], "tag:sea"),
    ("-tag:sea", ["without tag: sea"], "-tag:sea"),
    ('board:"Book covers"', ["board: Book covers"], 'board:"Book covers"'),
    ("status:done", ["status: done"], "status:succeeded"),
    ("status:Failed", ["status: failed"], "status:failed"),
    ("kind:pictures", ["kind: image"], "kind:image"),
    ("rating:>=3", ["rating: 3 or more"], "rating:>=3"),
    ("rating:>2", ["rating: 3 or more"], "rating:>=3"),
    ("rating:3+", ["rating: 3 or more"], "rating:>=3"),
    ("rating:<3", ["rating: 2 or less"], "rating:<=2"),
    ("rating:=3", ["rating: 3"], "rating:3"),
    ("rating:2..4", ["rating: 2 to 4"], "rating:2..4"),
    ("tokens:>500", ["tokens: 501 or more"], "tokens:>=501"),
    ("before:2026", ["before 2026"], "before:2026"),
    ("before:2026-3", ["before March 2026"], "before:2026-03"),
    ("after:2026-03-03", ["from 3 March 2026"], "after:2026-03-03"),
    ("-after:2026-03-03", ["not from 3 March 2026"], "-after:2026-03-03"),
    ("on:2026-03", ["in March 2026"], "on:2026-03"),
    ("on:2026-03-05", ["on 5 March 2026"], "on:2026-03-05"),
    ("is:starred", ["starred"], "is:starred"),
    ("-is:starred", ["not starred"], "-is:starred"),
    ("has:picture", ["has a picture"], "has:picture"),
    ("-has:pictures", ["has no picture"], "-has:picture"),
    ("has:error", ["has an error"], "has:error"),
    ("https://example.org/a", ["https://example.org/a"], "https://example.org/a"),
    ("red AND (boat)", ["red", "AND", "(boat)"], "red AND (boat)"),
    ("nul\0led", ["nul", "led"], "nul led"),
    ("- sea", ["sea"], "sea"),
    ("--sea", ["without -sea"], "--sea"),
    ("富士山", ["富士山"], "富士山"),
]


@pytest.mark.parametrize(("typed", "labels", "text"), CASES)
def test_a_query_is_read_as_it_is_meant(typed: str, labels: list[str], text: str) -> None:
    query = parse(typed)
    assert [term.label for term in query.terms] == labels
    assert query.text == text
    assert query.problems == ()


@pytest.mark.parametrize(
    ("typed", "text", "sentence"),
    [
        ("sea rating:lots", "sea", "“rating:lots” was left out: it takes a number, as in"),
        ("sea before:soon", "sea", "“before:soon” was left out: it takes a date, as in"),
        ("sea before:2026-02-30", "sea", "“before:2026-02-30” was left out"),
        ("before:9999 sea", "sea", "“before:9999” was left out"),
        ("tag: sea", "sea", "“tag:” was left out: it needs a value, as in tag:sea."),
        ("status:great", "", "it takes queued, running, succeeded, failed, cancelled or"),
        ("colour:red", "colour:red", "There is no operator “colour:”; it was taken as words."),
        ('the "red boat', 'the "red boat"', "A quotation mark is not closed;"),
        ("sea !!!", "sea", "“!!!” was left out: it has no letter or digit."),
        ("a* sea", "a sea", "The * of “a*” was left out: it needs 2 letters."),
    ],
)
def test_what_cannot_be_read_is_said_and_the_rest_is_kept(
    typed: str, text: str, sentence: str
) -> None:
    query = parse(typed)
    assert query.text == text
    assert sentence in " ".join(query.problems)


def test_a_query_has_an_end() -> None:
    query = parse(" ".join(f"word{number}" for number in range(10_000)))
    assert len(query.terms) == MOST_TERMS
    assert len(query.problems) == 2
    assert parse("x" * 2 * LONGEST).terms == ()


@settings(deadline=None)
@given(st.text(max_size=200))
def test_whatever_is_typed_is_read(typed: str) -> None:
    query = parse(typed)
    assert parse(query.text) == query
    assert parse(query.text).text == query.text


NAMES = st.sampled_from([*OPERATORS, "colour", ""])
VALUES = st.one_of(st.text(max_size=20), st.sampled_from(["2026-03", ">=3", '"two words"', "x*"]))


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["", "-"]), NAMES, VALUES), max_size=8))
def test_whatever_is_typed_behind_an_operator_is_read(parts: list[tuple[str, str, str]]) -> None:
    query = parse(" ".join(f"{sign}{name}:{value}" for sign, name, value in parts))
    assert parse(query.text) == query
    for term in query.terms:
        assert term.label
        assert parse(term.text).terms == (term,)


def test_a_chip_takes_its_term_away() -> None:
    query = parse('red "old boat" -sea')
    assert query.without(Term("old boat", is_phrase=True)).text == "red -sea"


@pytest.mark.parametrize(
    ("before", "added", "after"),
    [
        ("sea", "model:x", "sea model:x"),
        ("sea model:y", "model:x", "sea model:x"),
        ("model:x", "model:x", "model:x"),
        ("tag:a", "tag:b", "tag:a tag:b"),
        ("-tag:a", "tag:a", "tag:a"),
        ("is:starred", "-is:starred", "-is:starred"),
        ("-model:y", "model:x", "-model:y model:x"),
        ("before:2026", "before:2025", "before:2025"),
    ],
)
def test_a_facet_adds_its_term_or_takes_the_place_of_another(
    before: str, added: str, after: str
) -> None:
    assert parse(before).with_term(added).text == after


@pytest.mark.parametrize("operator", OPERATORS.values(), ids=OPERATORS)
def test_every_operator_shows_an_example_that_works(operator: object) -> None:
    example = parse(getattr(operator, "example", ""))
    assert len(example.terms) == 1
    assert example.problems == ()
