"""Who may see what: every address of the studio, as its owner, another guest and a stranger."""

from typing import Any, Final
from uuid import UUID

import pytest
from django.core.checks import run_checks
from django.test import Client
from django.urls import get_resolver, reverse

from modelless_web.records.models import Draft, Generation, Picture, Transcript, User
from modelless_web.records.owner import owner_token
from modelless_web.studio.requests import read_uuid
from modelless_web.studio.urls import urlpatterns
from tests.studio.factories import a_generation, a_picture
from tests.studio.pages import HTMX
from tests.support import factories

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume"),
]

SECRET: Final = "a fox that nobody else may see"
OF_A_DRAFT: Final = {"name-draft", "duplicate-draft", "trash-draft", "restore-draft"}
POSTED: Final = {
    *{"submit", "stop", "again", "trash", "restore", "refresh-models", "logout", "save-draft"},
    *OF_A_DRAFT,
}
EVERY: Final = sorted(str(pattern.name) for pattern in urlpatterns)


@pytest.fixture
def row(person: User) -> Generation:
    """A generation with everything that could leak."""
    row = a_generation(person, prompt=SECRET, text=SECRET, asked={"system": SECRET})
    a_picture(row, alt=SECRET)
    packed = Transcript.packed(sent=SECRET.encode(), received=SECRET.encode())
    Transcript.objects.create(generation=row, **packed)
    factories.draft(person, SECRET)
    return row


def _draft() -> UUID:
    return Draft.objects.get(words=SECRET).pk


def address(name: str, row: Generation) -> str:
    """The address of that name that comes closest to the row."""
    special: dict[str, tuple[Any, ...]] = {
        "picture": (Picture.objects.get().pk, "original"),
        "raw": (row.pk, "sent"),
        "owner": (owner_token(),),
        **dict.fromkeys(OF_A_DRAFT, (_draft(),)),
    }
    takes_id = name in {"generation", "card", "stop", "again", "trash", "restore"}
    place = reverse(name, args=special.get(name, (row.pk,) if takes_id else ()))
    words = f"?from={row.pk}&before={row.pk}&undo={row.pk}&take=all&model=1"
    return place + words if name == "history" else place


def visit(browser: Client, name: str, row: Generation, headers: dict[str, str]) -> bytes:
    method = browser.post if name in POSTED else browser.get
    response = method(address(name, row), headers=headers, follow=True)
    return b"".join(response)


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "fragment"])
@pytest.mark.parametrize("name", EVERY)
def test_a_stranger_sees_nothing_of_anothers(
    row: Generation, name: str, headers: dict[str, str]
) -> None:
    assert SECRET.encode() not in visit(Client(), name, row, headers)


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "fragment"])
@pytest.mark.parametrize("name", EVERY)
def test_another_guest_sees_nothing_of_anothers(
    row: Generation, theirs: Client, name: str, headers: dict[str, str]
) -> None:
    shown = visit(theirs, name, row, headers)
    assert SECRET.encode() not in shown
    assert str(row.pk).encode() not in shown.replace(address(name, row).encode(), b"")


@pytest.mark.parametrize("name", ["create", "generation", "card", "raw", "history", "stop"])
def test_its_owner_sees_it(row: Generation, mine: Client, name: str) -> None:
    place = address(name, row).partition("?")[0]
    response = mine.post(place, follow=True) if name in POSTED else mine.get(place)
    assert SECRET.encode() in b"".join(response)


@pytest.mark.parametrize("name", EVERY)
def test_nobody_else_changes_anything(row: Generation, theirs: Client, name: str) -> None:
    before = Generation.objects.values().get(), Draft.objects.values().get()
    theirs.post(address(name, row), {"submission": row.submission, "draft": _draft()})
    after = Generation.objects.values().get(), Draft.objects.values().get()
    assert after == before


@pytest.mark.parametrize("name", [*sorted(POSTED), "login", "owner"])
def test_nothing_is_posted_without_a_token(row: Generation, person: User, name: str) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(person)
    before = Generation.objects.values().get()
    assert browser.post(address(name, row), {"submission": "x"}).status_code == 403
    assert Generation.objects.values().get() == before


def test_a_post_without_a_token_makes_no_guest() -> None:
    assert Client(enforce_csrf_checks=True).post("/generations/").status_code == 403
    assert User.objects.count() == 0


@pytest.mark.usefixtures("accounts_only")
@pytest.mark.parametrize("name", sorted({*EVERY} - {"login", "owner"}))
def test_where_accounts_are_needed_a_stranger_gets_in_nowhere(row: Generation, name: str) -> None:
    answer = Client().get(address(name, row))
    assert answer["Location"].startswith("/account/login/?next=")


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "fragment"])
@pytest.mark.parametrize("name", sorted({*EVERY} - POSTED - {"raw", "picture"}))
def test_every_page_forbids_foreign_content(
    row: Generation, mine: Client, name: str, headers: dict[str, str]
) -> None:
    policy = mine.get(address(name, row), headers=headers)["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize(
    ("text", "is_id"),
    [
        ("01900000-0000-7000-8000-000000000000", True),
        ("01900000000070008000000000000000", True),
        ("", False),
        ("nonsense", False),
        ("\0", False),
        ("0" * 5000, False),
    ],
)
def test_an_id_is_read_or_is_none(text: str, is_id: bool) -> None:
    assert (read_uuid(text) is not None) is is_id


def test_every_address_is_walked_here() -> None:
    assert {*EVERY} <= {str(name) for name in get_resolver().reverse_dict}
    assert run_checks(tags=["urls"]) == []
