"""Who may see what: every address of the studio and of admin, as everybody who may come."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import quote

import pytest
from django.conf import settings
from django.contrib import admin
from django.db import transaction
from django.test import Client
from django.urls import reverse

from modelless_web.records.models import Share, User
from tests.studio.addresses import (
    EVERY,
    METHODS,
    SAFE,
    Work,
    addresses,
    everything,
    form,
    may,
    nowhere,
    people,
    some_work,
)
from tests.studio.conftest import signed_in
from tests.studio.pages import HTMX
from tests.support import factories

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume"),
]

KINDS: Final = {"page": {}, "fragment": HTMX}
STATES: Final = {"kept": False, "in the trash": True}
FORM: Final = "application/x-www-form-urlencoded"
# What differs between two answers to the same question: tokens, times, ids made for the answer.
CHANCE: Final = re.compile(
    rb'"[A-Za-z0-9]{64}"|since=[\d.]+|(?<![0-9a-f])[0-9a-f]{8}-[0-9a-f-]{27}|"[0-9a-f]{32}"'
)
FILES: Final = ("original", "320 px", "640 px")
# What staff read who may see one kind of row and no other: a generation brings its picture along.
RIGHTS: Final = {
    "generation": {"generation", "picture"},
    "picture": {"picture", *FILES},
    "reference": {"reference", "small reference"},
    "errorgroup": {"errorgroup"},
    "budget": set(),
    "audit": {"audit"},
    "gateway": set(),
    "group": set(),
    "model": set(),
    "pricerule": set(),
    "drift": set(),
    "share": set(),
    "user": set(),
}
# What an owner is told, of what is kept and of what is in the trash; the fewest words of a form
# are sent along. A new address of the studio is missing here until somebody has thought about it.
OWNERS: Final = {
    "": (200, 200),
    "cost/": (200, 200),
    "composer/pictures/": (200, 200),
    "generations/": (422, 422),
    "generations/<uuid:pk>/": (200, 200),
    "generations/<uuid:pk>/card/": (200, 404),
    "generations/<uuid:pk>/code/": (200, 404),
    "generations/<uuid:pk>/stop/": (303, 404),
    "generations/<uuid:pk>/again/": (303, 404),
    "generations/<uuid:pk>/trash/": (303, 404),
    "generations/<uuid:pk>/restore/": (404, 303),
    "raw": (200, 404),
    "picture": (200, 200),
    "pictures/<uuid:pk>/along/": (303, 303),
    "references/": (200, 200),
    "reference": (200, 200),
    "generations/<uuid:pk>/share/": (303, 404),
    "generations/<uuid:pk>/shares/<uuid:share>/stop/": (303, 404),
    # Without its signature, even to them.
    "shared/<uuid:pk>/<str:signature>/": (404, 404),
    "shared": (404, 404),
    "generations/<uuid:pk>/sketches/<int:choice>/<int:number>/": (200, 404),
    "compare/": (200, 200),
    "drafts/": (200, 200),
    "drafts/save/": (303, 303),
    "drafts/<uuid:pk>/name/": (303, 404),
    "drafts/<uuid:pk>/duplicate/": (303, 404),
    "drafts/<uuid:pk>/trash/": (303, 404),
    "drafts/<uuid:pk>/restore/": (404, 303),
    "history/": (200, 200),
    "history/export/": (200, 200),
    "history/facets/": (200, 200),
    "history/complete/": (200, 200),
    "history/act/": (303, 303),
    "history/trash/": (200, 200),
    "history/trash/keep/": (303, 303),
    "generations/<uuid:pk>/mark/": (303, 404),
    "actions/<uuid:pk>/": (200, 200),
    "actions/<uuid:pk>/undo/": (303, 303),
    "boards/": (200, 200),
    "boards/<int:pk>/": (303, 303),
    "boards/<int:pk>/delete/": (303, 303),
    "history/cull/": (200, 200),
    "history/cull/verdict/": (303, 404),
    "history/cull/undo/": (303, 303),
    "history/cull/act/": (303, 303),
    "models/": (200, 200),
    "models/refresh/": (303, 303),
    "models/balances/": (404, 404),
    "usage/": (200, 200),
    "usage/everyone/": (404, 404),
    "usage/time-zone/": (422, 422),
    "account/login/": (200, 200),
    "account/logout/": (302, 302),
    "account/owner/<str:token>/": (200, 200),
    "health": (200, 200),
}

type Told = tuple[int, Any, bytes]


def kinds(address: str) -> list[str]:
    """How an address can be asked; admin knows no fragments."""
    return ["page"] if address.startswith("/admin/") else [*KINDS]


@contextmanager
def undone(is_wanted: bool) -> Iterator[None]:
    """Take back what is done in the block."""
    with transaction.atomic():
        yield
        transaction.set_rollback(is_wanted)


class Browser:
    """The browser of one role: whatever it is made to do, it comes back as the same."""

    def __init__(self, person: User | None, *, is_undone: bool = False) -> None:
        self.person, self.is_undone = person, is_undone
        self._sign_in()

    def _sign_in(self) -> None:
        self._client = signed_in(self.person) if self.person else Client()
        self._session = self._key()

    def _key(self) -> str:
        cookie = self._client.cookies.get(settings.SESSION_COOKIE_NAME)
        return cookie.value if cookie else ""

    def ask(self, method: str, address: str, kind: str, sent: str = "") -> Told:
        """Send a request; return everything that the answer tells."""
        with undone(self.is_undone):
            headers = KINDS[kind]
            reply = self._client.generic(method.upper(), address, sent, FORM, headers=headers)
            told = reply.status_code, reply.headers, b"".join(reply)
        if self._key() != self._session:
            self._sign_in()
        return told


OWN: Final = ("sketch", "draft", "board", "tag", "reference", "small reference")


def may_read(role: str, address: str) -> set[str]:
    """Which secrets of somebody's work a role may read at an address."""
    if role == "owner":
        return set() if address.startswith("/admin/") else {*RIGHTS["generation"], *FILES, *OWN}
    if role != "staff" or not address.startswith("/admin/"):
        return set()
    return set().union(*RIGHTS.values())


@pytest.fixture(params=STATES)
def work(request: pytest.FixtureRequest) -> Work:
    """Somebody's work, in the trash or not."""
    return some_work(factories.person(), in_trash=STATES[request.param])


@pytest.mark.slow
@pytest.mark.usefixtures("accounts_only")
def test_nobody_sees_or_changes_what_is_not_theirs(figures: Callable[..., None]) -> None:
    tried, through = 0, list[tuple[str, ...]]()
    for in_trash in STATES.values():
        work = some_work(factories.person(), in_trash=in_trash)
        before, sent = everything(), form(work, work.ids)
        places = [address for route in EVERY for address in addresses(route, work.ids)]
        for role, person in people(work).items():
            browser = Browser(person, is_undone=role == "owner")
            for address in places:
                for method in METHODS:
                    for kind in kinds(address):
                        tried += 1
                        _, _, body = browser.ask(method, address, kind, sent)
                        leaked = work.found_in(body) - may_read(role, address)
                        through += [(role, kind, method, address, name) for name in leaked]
        after = everything()
        through += [("somebody", key) for key in before if after.get(key) != before[key]]
    figures("URL × role cells", tried=tried, through=len(through))
    assert through == []


@pytest.mark.usefixtures("accounts_only")
@pytest.mark.parametrize(
    "role", ["stranger", "guest", "other user", "staff without the permission"]
)
def test_not_yours_and_not_there_are_one_answer(work: Work, role: str) -> None:
    browser, none = Browser(people(work)[role]), nowhere(work.ids)
    compared = 0
    for route in EVERY:
        pairs = zip(addresses(route, work.ids), addresses(route, none), strict=True)
        for theirs, nobodys in pairs:
            for method in METHODS if theirs != nobodys else ():
                for kind in kinds(theirs):
                    compared += 1
                    one, other = (
                        without_chance(browser.ask(method, address, kind, form(work, ids)), address)
                        for address, ids in ((theirs, work.ids), (nobodys, none))
                    )
                    assert one == other, (method, theirs)
    assert compared > 500


def spellings(address: str) -> list[bytes]:
    """How an address stands in an answer: quoted after ``next=``, or as a path that goes on."""
    path = address.partition("?")[0]
    return [quote(address).encode(), *([path.encode()] if path != "/" else [])]


def without_chance(told: Told, address: str) -> tuple[int, bytes, bytes]:
    """An answer without what is different every time, and without the address itself."""
    status, headers, body = told
    kept = {name: value for name, value in headers.items() if name != "Expires"}
    itself = re.compile(b"|".join(re.escape(way) for way in spellings(address)))
    head, text = (CHANCE.sub(b"~", itself.sub(b"~", part)) for part in (str(kept).encode(), body))
    return status, head, text


@pytest.mark.parametrize("role", ["guest", "other user", "staff", "staff without the permission"])
def test_what_is_not_yours_is_not_found(work: Work, role: str) -> None:
    browser = Browser(people(work)[role])
    for route in EVERY:
        if "pk>" in route and not route.startswith("admin/"):
            for address in addresses(route, work.ids):
                told = {m: browser.ask(m, address, "page")[0] for m in ("get", "post")}
                assert set(told.values()) <= {404, 405}, address
                assert 404 in told.values(), address


@pytest.mark.usefixtures("accounts_only")
def test_a_stranger_is_sent_to_sign_in_from_everywhere(work: Work) -> None:
    open_to_all = (
        "/health",
        "/account/login/",
        "/account/owner/",
        "/admin/log",
        "/cost/",
        "/shared/",
    )

    for route in EVERY:
        for address in addresses(route, work.ids):
            if not address.startswith(open_to_all):
                status, headers, _ = Browser(None).ask("get", address, "page")
                assert (status, "/login/?next=" in headers["Location"]) == (302, True), address


@pytest.mark.usefixtures("accounts_only")
@pytest.mark.parametrize("role", ["stranger", "guest", "other user", "staff", "owner"])
def test_a_link_shows_everybody_its_generation_unless_it_is_in_the_trash(
    work: Work, role: str
) -> None:
    browser, share = Browser(people(work)[role]), Share.objects.get()
    place = reverse("shared", args=[share.pk, share.signature])
    found = work.found_in(browser.ask("get", place, "page")[2])
    for variant in ("original", "320", "640"):
        found |= work.found_in(browser.ask("get", f"{place}1/{variant}", "page")[2])
    assert found == (set() if work.row.is_deleted else {"generation", "picture", *FILES})


@pytest.mark.parametrize("role", ["stranger", "guest", "other user", "owner"])
def test_admin_is_closed_to_who_is_not_staff(work: Work, role: str) -> None:
    browser = Browser(people(work)[role])
    for route in EVERY:
        for address in addresses(route, work.ids) if route.startswith("admin/") else ():
            for method in METHODS:
                status, headers, _ = browser.ask(method, address, "page")
                # Whoever may not enter is led from the way out to the door.
                is_led = "/login/" in headers["Location"] or address == "/admin/logout/"
                assert (status, is_led) == (302, True), address


@pytest.mark.parametrize("model", RIGHTS)
def test_a_right_opens_one_kind_of_row_and_no_other(model: str) -> None:
    work = some_work(factories.person())
    browser = Browser(may(factories.person(is_staff=True), model))
    through, seen = [], set[str]()
    for route in EVERY:
        for address in addresses(route, work.ids):
            status, _, body = browser.ask("get", address, "page")
            is_own = f"/{model}/" in address
            found = work.found_in(body)
            seen |= found
            if found - RIGHTS[model] or (found and not is_own and "autocomplete" not in address):
                through.append((address, found))
            if re.match("/admin/(auth|records)/.", address) and not is_own:
                assert status in {302, 403}, address
    assert through == []
    assert seen == RIGHTS[model]


@pytest.mark.parametrize("state", STATES)
def test_an_owner_gets_all_that_is_theirs(state: str) -> None:
    in_trash = STATES[state]
    work = some_work(factories.person(), in_trash=in_trash)
    browser, told = Browser(work.owner, is_undone=True), Counter[str]()
    for route in EVERY:
        if route.startswith("admin/"):
            continue
        files = ("raw", "picture", "reference", "shared") if route.startswith("^") else ()
        name = next((name for name in files if name in route), route)
        for address in addresses(route, work.ids):
            if "?" not in address:
                assert answer(browser, address, work) == OWNERS[name][in_trash], address
                told[name] += 1
    assert set(told) == set(OWNERS)


def answer(browser: Browser, address: str, work: Work) -> int:
    """The status of the one method that the address answers to, GET before POST."""
    status = browser.ask("get", address, "page")[0]
    if status != 405:
        return status
    # With a one-time id of its own: the one of the row would find the row.
    sent = form(work, work.ids).replace("submission=", "other=")
    return browser.ask("post", address, "page", sent)[0]


def test_every_kind_of_row_in_admin_has_its_right_tried() -> None:
    assert {model._meta.model_name for model in admin.site._registry} == set(RIGHTS)


@pytest.mark.parametrize("role", ["guest", "owner", "staff", "superuser"])
def test_nothing_is_changed_by_looking(work: Work, role: str) -> None:
    roles = people(work) | {"superuser": factories.person(is_staff=True, is_superuser=True)}
    browser, before = Browser(roles[role]), everything()
    for route in EVERY:
        for address in addresses(route, work.ids):
            for method in SAFE:
                browser.ask(method, address, "page")
    assert everything() == before
