"""Finding: the same ids on every database, and only a person's own."""

from uuid import UUID

import pytest
from django.db import connection
from django.db.models import QuerySet
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modelless_web.records.ids import first_at
from modelless_web.records.language.operators import days
from modelless_web.records.language.query import parse
from modelless_web.records.models import Generation, User
from modelless_web.records.models.generations import midnight
from modelless_web.records.search.find import find, find_all
from tests.records.search import history
from tests.records.search.history import GOLDEN, named
from tests.studio.factories import generations
from tests.support import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> User:
    """Whose history it is."""
    return factories.guest()


@pytest.fixture(params=[0, 50], ids=["walked", "gathered"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The way that PostgreSQL is sent: so few rows never hold fifty hits."""
    monkeypatch.setattr("modelless_web.records.search.find.ENOUGH", request.param)


@pytest.fixture
def rows(owner: User) -> dict[str, UUID]:
    """The history, beside that of somebody who has made the very same."""
    history.make(factories.guest())
    return history.make(owner)


def pks(found: QuerySet[Generation]) -> list[UUID]:
    return [row.pk for row in found]


@pytest.mark.usefixtures("way")
def test_every_query_finds_its_rows(owner: User, rows: dict[str, UUID]) -> None:
    found = {typed: named(rows, pks(find(owner, parse(typed)))) for typed in GOLDEN}
    assert found == GOLDEN


@pytest.mark.usefixtures("way")
def test_the_best_come_first_if_they_are_to(owner: User, rows: dict[str, UUID]) -> None:
    def best(typed: str) -> list[str]:
        return named(rows, pks(find(owner, parse(typed), ranked=True))).split()

    assert best("sea")[0] == "lighthouse"
    assert best("red")[-1] == "poem"
    assert best("boat*")[0] == "boat"
    assert {typed: set(best(typed)) for typed in GOLDEN} == {
        typed: set(names.split()) for typed, names in GOLDEN.items()
    }


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("typed", ["", "red", "-fog", "lighthouse on:2026", "tag:sea"])
def test_one_can_go_on_behind_any_row(owner: User, rows: dict[str, UUID], typed: str) -> None:
    query = parse(typed)
    everything = list(find(owner, query))
    for place, row in enumerate(everything):
        assert list(find(owner, query, before=row.pk)) == everything[place + 1 :]
        assert list(find(owner, query).filter(pk__lt=row.pk)) == everything[place + 1 :]


def test_one_can_go_on_behind_a_moment(owner: User, rows: dict[str, UUID]) -> None:
    march = first_at(midnight(days("2026-03")[0]))
    assert named(rows, pks(find(owner, parse("red"), before=march))) == "boat lighthouse"
    assert named(rows, pks(find(owner, parse(""), before=march))) == "boat lighthouse"


def test_the_operator_finds_everybodys_rows(owner: User, rows: dict[str, UUID]) -> None:
    assert find_all(parse("boat")).count() == 2
    assert find_all(parse("night lighthouse red")).count() == 4
    assert find_all(parse("tag:sea")).count() == 4
    assert find_all(parse("")).count() == 2 * len(history.ROWS)
    assert find_all(parse(f"boat owner:{owner.username}")).get().pk == rows["boat"]


PRYING = ["red", "-nothing", "tag:sea", "board:covers", "board:stormy", "-board:stormy", "owner:*"]


@pytest.mark.parametrize(
    "typed",
    [*PRYING, "is:starred", "·1", '"·1"', "-owner:x", "status:failed status:done", "on:2026"],
)
def test_nobody_finds_what_is_anothers(rows: dict[str, UUID], typed: str) -> None:
    stranger = factories.guest()
    factories.generation(stranger, prompt="red")
    found = find(stranger, parse(typed))
    assert not found.exclude(owner=stranger).exists()
    assert not find(stranger, parse(typed), ranked=True).exclude(owner=stranger).exists()


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite's index holds rows in order.")
@pytest.mark.parametrize(
    ("typed", "is_walked"),
    [("forest", True), ("-sea", True), ("sea", False), ("sea -calm", False), ("sea forest", False)],
)
def test_only_where_hits_are_near_every_row_is_walked_through(
    owner: User, typed: str, is_walked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("modelless_web.records.search.find.LOOKED_THROUGH", 100)
    for prompt in ("stormy sea", "calm forest"):
        generations(owner, 400, prompt=prompt)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE records_words")
        # Of so few rows it would read them all.
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = find(owner, parse(typed))[:49].explain()
    assert ("records_words_pkey" in plan, "records_words_all" in plan) == (is_walked, not is_walked)


HOSTILE = [
    "NEAR(red sea, 2)",
    "prompt:red",
    "other : red",
    "{prompt other}: red",
    "- {prompt} : red",
    "^red",
    "red + sea",
    "red AND OR NOT",
    "a OR 1=1 --",
    "'); DROP TABLE records_generation; --",
    "red''sea",
    "red'",
    "\\'red\\",
    "red & sea | !x <-> (y):*A",
    "red:*",
    '** * -* "*" "**"',
    '"" \'\' "',
    "\0 nul\0nul",
    "%s %(x)s %",
    "\ud800 \udfff",
    "\u202e\u200d\ufeff",
    "x" * 5000,
    '"' + "word " * 180 + '"',
    " ".join(f"w{number}" for number in range(10_000)),
    "-" * 500,
    "((((((((((" * 50,
    "tag:' tag:\" board:% model:*",
    "rating:999999999 tokens:>999999999 rating:9..1",
    "before:0001 after:9998",
    "on:0000",
]


@pytest.mark.parametrize("typed", HOSTILE, ids=range(len(HOSTILE)))
def test_whatever_is_typed_is_answered(owner: User, rows: dict[str, UUID], typed: str) -> None:
    for ranked in (False, True):
        list(find(owner, parse(typed), ranked=ranked)[:49])
    list(find(owner, parse(f"-{typed}"), before=rows["poem"])[:49])


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(typed=st.text(max_size=60))
def test_whatever_letters_are_typed_are_answered(
    owner: User, rows: dict[str, UUID], typed: str
) -> None:
    list(find(owner, parse(typed))[:49])


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(prompt=st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=60))
def test_a_prompt_is_found_by_itself(owner: User, prompt: str) -> None:
    row = factories.generation(owner, prompt=prompt)
    query = parse('"{}"'.format(prompt.replace('"', " ").rstrip("* ")))
    if query and not query.problems:
        assert row in find(owner, query)
