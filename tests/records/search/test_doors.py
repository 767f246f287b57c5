"""One query language: whatever door a query comes in by, it finds the same generations."""

import io
import json
import re
import zipfile
from collections.abc import Callable, Iterable
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

import pytest
from django.test import Client

from modelless_web.records.language.query import parse
from modelless_web.records.models import Action, Board, Placement, User
from modelless_web.records.organise.selection import Selection
from modelless_web.records.search import index
from modelless_web.records.search.facets import facets
from modelless_web.records.search.find import find_all
from tests.records.search import history
from tests.records.search.history import GOLDEN, named
from tests.studio.conftest import signed_in
from tests.studio.pages import cards
from tests.support import factories

pytestmark = [
    # The steps of an export are taken in threads, which see only what is committed.
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume"),
    pytest.mark.usefixtures("media"),
]

EXPORT: Final = "/history/export/"


class Person:
    """Somebody with a history, beside others who have made the very same, and who asks for it."""

    def __init__(self) -> None:
        history.make(factories.guest())
        self.user = factories.guest()
        self.rows = history.make(self.user)
        # Numbers grow with time, whoever's the rows are.
        index.rebuild()
        self.browser = signed_in(self.user)
        self.board = Board.objects.create(owner=self.user, name="A door")

    def named(self, found: Iterable[UUID]) -> str:
        return named(self.rows, found)

    def own(self, found: Iterable[UUID]) -> str:
        """Of what the operator finds, what this person can see."""
        mine = {pk for name, pk in self.rows.items() if name != "trashed"}
        return self.named(pk for pk in found if pk in mine)


@pytest.fixture
def person() -> Person:
    return Person()


def ids(page: Any) -> list[UUID]:
    return [UUID(pk) for pk in cards(page)]


def of_records(lines: bytes) -> list[UUID]:
    return [UUID(json.loads(line)["id"]) for line in lines.splitlines()]


def exported(browser: Client, address: str) -> bytes:
    """A download; nothing at all where the answer is that nothing matches."""
    answer: Any = browser.get(address)
    return b"".join(answer) if answer.status_code == 200 else b""


def by_the_operators_search(person: Person, typed: str) -> str:
    return person.own(find_all(parse(typed)).values_list("pk", flat=True))


def by_history(person: Person, typed: str) -> str:
    return person.named(ids(person.browser.get("/history/", {"q": typed})))


def by_the_list(person: Person, typed: str) -> str:
    return person.named(ids(person.browser.get("/history/", {"q": typed, "view": "list"})))


def by_a_smart_board(person: Person, typed: str) -> str:
    if not typed:
        # Without a query a board is filled by hand.
        return GOLDEN[typed]
    person.browser.post("/boards/", {"name": "Saved", "query": typed})
    board = Board.objects.get(owner=person.user, name="Saved")
    found = person.named(ids(person.browser.get("/history/", {"q": "board:saved"})))
    person.browser.post(f"/boards/{board.pk}/delete/")
    return found


def by_admin(person: Person, typed: str) -> str:
    page = operator().get("/admin/records/generation/", {"q": typed}).content.decode()
    listed = re.findall(r"/generation/([0-9a-f-]{36})/change/", page)
    return person.own(dict.fromkeys(map(UUID, listed)))


def by_admins_export(person: Person, typed: str) -> str:
    address = "/admin/records/generation/export/jsonl/"
    return person.own(of_records(exported(operator(), f"{address}?{urlencode({'q': typed})}")))


def by_json_lines(person: Person, typed: str) -> str:
    words = urlencode({"format": "jsonl", "q": typed})
    return person.named(of_records(exported(person.browser, f"{EXPORT}?{words}")))


def by_csv(person: Person, typed: str) -> str:
    words = urlencode({"format": "csv", "q": typed})
    table = exported(person.browser, f"{EXPORT}?{words}").decode("utf-8-sig")
    return person.named(map(UUID, re.findall(r"^([0-9a-f-]{36}),", table, re.MULTILINE)))


def by_zip(person: Person, typed: str) -> str:
    words = urlencode({"format": "zip", "q": typed})
    data = exported(person.browser, f"{EXPORT}?{words}")
    if not data:
        return ""
    with zipfile.ZipFile(io.BytesIO(data)) as made:
        return person.named(of_records(made.read("manifest.jsonl")))


def by_all_that_match(person: Person, typed: str) -> str:
    """What a change of everything that matches has changed; then it is taken back."""
    change = {"all": "1", "q": typed, "change": f"place:{person.board.pk}", "sure": "1"}
    person.browser.post("/history/act/", change)
    placed = Placement.objects.filter(board=person.board).order_by("-generation")
    found = person.named(placed.values_list("generation", flat=True))
    person.browser.post(f"/actions/{Action.objects.latest('made_at').pk}/undo/")
    assert not placed.exists()
    return found


def by_cull(person: Person, typed: str) -> str:
    page = person.browser.get("/history/cull/", {"q": typed}).content.decode()
    return person.named(map(UUID, re.findall(r'data-candidate="([0-9a-f-]{36})"', page)))


DOORS: Final[list[Callable[[Person, str], str]]] = [
    by_the_operators_search,
    by_history,
    by_the_list,
    by_a_smart_board,
    by_admin,
    by_admins_export,
    by_json_lines,
    by_csv,
    by_zip,
    by_all_that_match,
    by_cull,
]


def operator() -> Client:
    user = User.objects.filter(is_superuser=True).first()
    return signed_in(user or factories.person(is_staff=True, is_superuser=True))


@pytest.mark.parametrize("door", DOORS, ids=[door.__name__ for door in DOORS])
def test_every_query_finds_the_same(person: Person, door: Callable[[Person, str], str]) -> None:
    assert {typed: door(person, typed) for typed in GOLDEN} == GOLDEN


def test_every_count_is_of_the_same(person: Person) -> None:
    counted = {typed: len(names.split()) for typed, names in GOLDEN.items()}
    chosen = {typed: Selection(person.user, query=typed).counts() for typed in GOLDEN}
    assert {typed: counts.generations for typed, counts in chosen.items()} == counted
    assert {typed: facets(person.user, parse(typed)).hits for typed in GOLDEN} == counted
