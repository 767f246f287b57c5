"""Finding: the same ids on every database, and only a person's own."""

from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modelless_web.records.ids import first_at
from modelless_web.records.models import Generation, User
from modelless_web.records.models.generations import midnight
from modelless_web.records.search.find import find, find_all
from modelless_web.records.search.operators import days
from modelless_web.records.search.query import parse
from tests.records.search import history
from tests.support import factories

pytestmark = pytest.mark.django_db

GOLDEN = {
    "": "fuji error poem boat lighthouse",
    "lighthouse": "error boat lighthouse",
    "LIGHTHOUSE": "error boat lighthouse",
    "red": "poem boat lighthouse",
    "red sea": "poem boat lighthouse",
    "red night": "poem lighthouse",
    "red lighthouse sea": "boat lighthouse",
    '"red boat"': "boat",
    '"boat red"': "",
    '"lighthouse sea"': "",
    '"night crème"': "",
    '"poem gpt"': "",
    "boat": "boat",
    "boat*": "poem boat",
    '"red light*"': "lighthouse",
    "lighthouse -red": "error",
    "-red": "fuji error",
    "-red -fog": "fuji",
    '-"red boat"': "fuji error poem lighthouse",
    "-light*": "fuji poem",
    "creme BRULEE": "poem",
    "strasse": "fuji",
    "don't": "fuji",
    '"snake case"': "fuji",
    "富士": "fuji",
    "士富": "",
    "朝": "fuji",
    "🦊": "fuji",
    "gateway": "error",
    "timeout": "",
    "two words": "lighthouse",
    "mini": "poem",
    "nothing": "",
    "model:stable-diffusion": "error boat lighthouse",
    "model:Stable-Diffusion": "error boat lighthouse",
    "model:stable*": "error boat lighthouse",
    'model:"flux.1 schnell"': "fuji",
    "model:gpt-4o-mini model:stable-diffusion": "error poem boat lighthouse",
    "-model:stable-diffusion": "fuji poem",
    "model:none": "",
    "red model:gpt-4o-mini": "poem",
    "tag:sea": "boat lighthouse",
    "tag:SEA": "boat lighthouse",
    'tag:"two words"': "lighthouse",
    "tag:sea -tag:two": "boat lighthouse",
    'tag:sea -tag:"two words"': "boat",
    "-tag:sea": "fuji error poem",
    "tag:none": "",
    "-tag:none boat": "boat",
    "board:covers": "lighthouse",
    "-board:covers": "fuji error poem boat",
    "board:stormy": "error lighthouse",
    "board:stormy red": "lighthouse",
    "-board:stormy": "fuji poem boat",
    "board:loop": "",
    "-board:loop red": "poem boat lighthouse",
    "board:none": "",
    "status:failed": "error",
    "status:failed status:interrupted": "fuji error",
    "-status:done": "fuji error",
    "kind:image": "fuji error boat lighthouse",
    "kind:text": "poem",
    "rating:>=3": "boat lighthouse",
    "rating:1..3": "fuji boat",
    "rating:0": "error poem",
    "rating:<3": "fuji error poem",
    "tokens:>500": "poem lighthouse",
    "tokens:500": "boat",
    "-tokens:>500": "fuji error boat",
    "cost:>0.05": "boat",
    "cost:0.05": "lighthouse",
    "cost:0.01..0.05": "lighthouse",
    "cost:<1": "poem lighthouse",
    "cost:0": "poem",
    "cost:unknown": "fuji error",
    "-cost:unknown": "poem boat lighthouse",
    "charge:charged": "boat lighthouse",
    "charge:maybe charge:unsent": "fuji error",
    "-charge:charged": "fuji error poem",
    "before:2026": "boat lighthouse",
    "after:2026": "fuji error poem",
    "before:2026-03-05": "boat lighthouse",
    "after:2026-03-05": "fuji error poem",
    "on:2026-03": "fuji error poem",
    "on:2026-03-05": "error poem",
    "on:2025-12-31": "boat lighthouse",
    "-on:2025-12-31": "fuji error poem",
    "on:2025 on:2026": "",
    "red after:2025-12-31 before:2026-03-01": "boat lighthouse",
    "-on:2026": "boat lighthouse",
    "is:starred": "lighthouse",
    "-is:starred": "fuji error poem boat",
    "is:rejected": "error",
    "is:refined": "poem",
    "is:again": "",
    "is:rated": "fuji boat lighthouse",
    "is:open": "",
    "has:picture": "lighthouse",
    "-has:picture": "fuji error poem boat",
    "has:error": "error",
    "has:answer": "poem",
    "has:tag": "boat lighthouse",
    "has:board": "lighthouse",
    "error:timeout": "error",
    "owner:nobody": "",
    "red colour:blue rating:lots": "",
    "red rating:lots": "poem boat lighthouse",
    'red "boat': "boat",
}


@pytest.fixture
def owner() -> User:
    """Whose history it is."""
    return factories.guest()


@pytest.fixture
def rows(owner: User) -> dict[str, UUID]:
    """The history, beside that of somebody who has made the very same."""
    history.make(factories.guest())
    return history.make(owner)


def named(rows: dict[str, UUID], found: "list[Generation]") -> str:
    names = {pk: name for name, pk in rows.items()}
    return " ".join(names[row.pk] for row in found)


def test_every_query_finds_its_rows(owner: User, rows: dict[str, UUID]) -> None:
    found = {typed: named(rows, list(find(owner, parse(typed)))) for typed in GOLDEN}
    assert found == GOLDEN


def test_the_best_come_first_if_they_are_to(owner: User, rows: dict[str, UUID]) -> None:
    def best(typed: str) -> list[str]:
        return named(rows, list(find(owner, parse(typed), ranked=True))).split()

    assert best("sea")[0] == "lighthouse"
    assert best("red")[-1] == "poem"
    assert best("boat*")[0] == "boat"
    assert {typed: set(best(typed)) for typed in GOLDEN} == {
        typed: set(names.split()) for typed, names in GOLDEN.items()
    }


@pytest.mark.parametrize("typed", ["", "red", "-fog", "lighthouse on:2026", "tag:sea"])
def test_one_can_go_on_behind_any_row(owner: User, rows: dict[str, UUID], typed: str) -> None:
    query = parse(typed)
    everything = list(find(owner, query))
    for place, row in enumerate(everything):
        assert list(find(owner, query, before=row.pk)) == everything[place + 1 :]
        assert list(find(owner, query).filter(pk__lt=row.pk)) == everything[place + 1 :]


def test_one_can_go_on_behind_a_moment(owner: User, rows: dict[str, UUID]) -> None:
    march = first_at(midnight(days("2026-03")[0]))
    assert named(rows, list(find(owner, parse("red"), before=march))) == "boat lighthouse"
    assert named(rows, list(find(owner, parse(""), before=march))) == "boat lighthouse"


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
