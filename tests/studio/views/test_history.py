"""History: everything a person has made, newest first, narrowed and paged."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from modelless_web.records.ids import uuid7
from modelless_web.records.models import Choice, Generation, Picture, Status, User
from tests.studio.conftest import signed_in
from tests.studio.factories import UNHURRIED, a_generation, generations, unsaved_generation
from tests.studio.pages import HTMX, RESTORING, cards, links, queries, text_of
from tests.support.factories import gateway, guest

pytestmark = pytest.mark.django_db

HISTORY = "/history/"


def ids(rows: list[Generation]) -> list[str]:
    return [str(row.pk) for row in rows]


def walked(browser: Client, **headers: str) -> list[str]:
    """The rows of all pages, by following "Older" to the end."""
    found, address = [], HISTORY
    while address:
        page = browser.get(address, headers=headers)
        found += cards(page)
        address = next(iter(a for a in links(page, "action") if "before=" in a), "")
    return found


def on_day(person: User, day: int, **more: Any) -> Generation:
    moment = datetime(2026, 1, day, 12, tzinfo=UTC)
    return a_generation(person, queued_at=moment, day=moment.date(), **more)


def test_who_has_made_nothing_finds_examples_to_open(mine: Client) -> None:
    page = text_of(mine.get(HISTORY))
    assert "Nothing here yet" in page
    assert page.count("Open in composer") == 3
    assert 'class="search"' not in page


def test_the_newest_comes_first(mine: Client, person: User) -> None:
    rows = generations(person, 3)
    assert cards(mine.get(HISTORY)) == ids(rows)[::-1]


def test_anothers_and_the_trash_are_not_shown(mine: Client, person: User, stranger: User) -> None:
    a_generation(stranger)
    a_generation(person, deleted_at=timezone.now())
    assert cards(mine.get(HISTORY)) == []


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("model:flux", [1, 2]),
        ("status:failed", [2, 3]),
        ("model:flux status:failed", [2]),
        ("model:flux status:cancelled", []),
        ("", [1, 2, 3]),
    ],
)
def test_a_query_narrows(mine: Client, person: User, q: str, found: list[int]) -> None:
    rows = [
        on_day(person, 1, model="flux"),
        on_day(person, 2, model="flux", status=Status.FAILED),
        on_day(person, 3, model="dall-e", status=Status.FAILED),
    ]
    expected = [str(rows[number - 1].pk) for number in reversed(found)]
    assert cards(mine.get(HISTORY, {"q": q})) == expected


def test_a_query_that_leaves_nothing_says_so(mine: Client, person: User) -> None:
    a_generation(person)
    assert "Nothing matches" in text_of(mine.get(HISTORY, {"q": "status:failed"}))


def test_each_chip_removes_exactly_its_term(mine: Client, person: User) -> None:
    a_generation(person, model="flux")
    terms = ["model:flux", "status:failed", "lighthouse"]
    page = mine.get(HISTORY, {"view": "list", "q": " ".join(terms), "before": str(uuid7())})
    left = [[term for term in terms if term != gone] for gone in terms]
    words = [{"view": "list", "q": " ".join(rest)} for rest in left]
    assert links(page, "chip") == [f"{HISTORY}?{urlencode(one)}" for one in words]


@pytest.mark.parametrize(
    ("at", "found"),
    [
        ("2026-01-03", [3, 2, 1]),
        ("2026-01-02", [2, 1]),
        ("2025-12-31", []),
        ("9999-12-31", [3, 2, 1]),
        ("1950-01-01", []),
        ("soon", [3, 2, 1]),
    ],
)
def test_a_date_is_one_request_away(mine: Client, person: User, at: str, found: list[int]) -> None:
    rows = [on_day(person, day) for day in (1, 2, 3)]
    for day, row in enumerate(rows, 1):
        moment = datetime(2026, 1, day, 12, tzinfo=UTC).timestamp()
        Generation.objects.filter(pk=row.pk).delete()
        row.pk = UUID(int=int(moment * 1000) << 80 | row.pk.int % (1 << 76))
        row.save(force_insert=True)
    assert cards(mine.get(HISTORY, {"at": at})) == [str(rows[day - 1].pk) for day in found]


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_the_pages_hold_every_row_once(mine: Client, person: User, headers: dict[str, str]) -> None:
    rows = generations(person, 130)
    assert walked(mine, **headers) == ids(rows)[::-1]


@given(st.integers(0, 110), st.integers(0, 10**6))
@UNHURRIED
def test_rows_of_one_moment_are_paged_without_gaps(number: int, start: int) -> None:
    person, at = guest(), gateway()
    rows = [unsaved_generation(person, at) for _ in range(number)]
    for offset, row in enumerate(rows):
        row.id = type(row.pk)(int=(person.pk << 100) + start + offset)
    Generation.objects.bulk_create(rows)
    assert walked(signed_in(person)) == ids(rows)[::-1]


def test_rows_that_come_in_meanwhile_shift_no_page(mine: Client, person: User) -> None:
    rows = generations(person, 60)
    first = mine.get(HISTORY)
    generations(person, 30)
    older = next(address for address in links(first, "action") if "before=" in address)
    assert cards(first) + cards(mine.get(older)) == ids(rows)[::-1]


def test_a_full_last_page_has_no_older_one(mine: Client, person: User) -> None:
    generations(person, 48)
    assert b"before=" not in mine.get(HISTORY).content


def test_the_next_page_keeps_filters_and_view(mine: Client, person: User) -> None:
    generations(person, 49, model="flux")
    page = mine.get(HISTORY, {"q": "model:flux", "view": "list"})
    older = next(address for address in links(page, "action") if "before=" in address)
    assert older.startswith(f"{HISTORY}?q=model%3Aflux&view=list&before=")


def test_htmx_gets_the_next_rows_alone(mine: Client, person: User) -> None:
    newest = generations(person, 2)[-1]
    answer = mine.get(HISTORY, {"before": str(newest.pk)}, headers=HTMX)
    assert b"<html" not in answer.content
    assert len(cards(answer)) == 1


@pytest.mark.parametrize(
    ("words", "headers"),
    [({}, HTMX), ({"before": str(guest)}, HTMX), ({"before": "now"}, RESTORING)],
)
def test_everything_else_gets_the_page(
    mine: Client, person: User, words: dict[str, str], headers: dict[str, str]
) -> None:
    newest = generations(person, 2)[-1]
    words = {name: str(newest.pk) if value == "now" else value for name, value in words.items()}
    assert b"<html" in mine.get(HISTORY, words, headers=headers).content


@pytest.mark.parametrize("picture_state", [*Picture.State, None])
def test_list_and_grid_show_the_same_rows(
    mine: Client, person: User, picture_state: Picture.State | None
) -> None:
    rows = generations(person, 5)
    if picture_state:
        Picture.objects.create(
            generation=rows[2], state=picture_state, sha256="a" * 64, settled_at=timezone.now()
        )
    pages = [mine.get(HISTORY, {"view": view}) for view in ("grid", "list", "nonsense", "")]
    assert [cards(page) for page in pages] == [ids(rows)[::-1]] * 4


def test_rows_stand_under_their_day(mine: Client, person: User) -> None:
    on_day(person, 1)
    on_day(person, 2)
    page = text_of(mine.get(HISTORY))
    assert page.index("Friday, 2 January 2026") < page.index("Thursday, 1 January 2026")


@pytest.mark.parametrize("view", ["grid", "list"])
def test_more_rows_take_no_more_queries(mine: Client, person: User, view: str) -> None:
    furnished(person, 10)
    few = queries(lambda: mine.get(HISTORY, {"view": view}))
    furnished(person, 38)
    assert queries(lambda: mine.get(HISTORY, {"view": view})) == few


def furnished(person: User, number: int) -> None:
    """Generations in every state, with answers and pictures."""
    rows = generations(person, number, error_kind="upstream", error_body="<html>")
    for row, status in zip(rows, list(Status) * 10, strict=False):
        Generation.objects.filter(pk=row.pk).update(status=status)
    Choice.objects.bulk_create(Choice(generation=row, index=0, text="Here.") for row in rows)
    Picture.objects.bulk_create(
        Picture(generation=row, position=n, state="stored", sha256="a" * 64)
        for row in rows
        for n in range(2)
    )


def test_the_way_back_is_offered_for_what_is_in_the_trash(mine: Client, person: User) -> None:
    row = a_generation(person, deleted_at=timezone.now())
    assert "Moved to the trash" in text_of(mine.get(HISTORY, {"undo": str(row.pk)}))


@pytest.mark.parametrize("whose", ["another's", "not deleted", "nonsense"])
def test_no_other_way_back_is_offered(
    mine: Client, person: User, stranger: User, whose: str
) -> None:
    trashed = timezone.now() - timedelta(days=1)
    row = (
        a_generation(stranger, deleted_at=trashed) if whose == "another's" else a_generation(person)
    )
    undo = "x" if whose == "nonsense" else str(row.pk)
    assert "Moved to the trash" not in text_of(mine.get(HISTORY, {"undo": undo}))


NAMES = st.sampled_from(["model", "status", "since", "until", "before", "view", "undo"])
NONSENSE = st.one_of(
    st.text(max_size=40),
    st.dates().map(str),
    st.uuids().map(str),
    st.sampled_from(["0001-01-01", "9999-12-31", "failed", "stable-diffusion", "\0"]),
)


@given(st.lists(st.tuples(NAMES, NONSENSE), max_size=6), st.booleans())
@UNHURRIED
def test_no_address_breaks_the_page(words: list[tuple[str, str]], is_htmx: bool) -> None:
    person = guest()
    a_generation(person)
    address = f"{HISTORY}?{urlencode(words, errors='surrogatepass')}"
    answer = signed_in(person).get(address, headers=HTMX if is_htmx else {})
    assert answer.status_code == 200
