"""Every address that the studio answers to, found by asking it, as everybody who has no right."""

import re
from collections.abc import Iterator
from typing import Any, Final

import pytest
from django.conf import LazySettings
from django.contrib import admin
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from modelless_web.records.ids import uuid7
from modelless_web.records.models import Draft, Generation, Picture, Transcript, User
from modelless_web.records.owner import owner_token
from tests.studio.conftest import signed_in
from tests.studio.factories import a_generation, a_picture
from tests.support import factories

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume"),
]

SECRET: Final = "a fox that nobody else may see"
METHODS: Final = ("get", "head", "post", "put", "patch", "delete", "options")
ROLES: Final = ("stranger", "guest", "another", "staff")
VARIANTS: Final = {
    "variant": ("original", "320", "640"),
    "side": ("sent", "received"),
    "form": ("csv", "jsonl"),
}
# What differs between two answers to the same question: tokens, times and the address itself.
CHANCE: Final = re.compile(rb'"[A-Za-z0-9]{64}"|since=[\d.]+|\b[0-9a-f]{8}-[0-9a-f-]{27}\b')
TOKEN: Final = re.compile(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)|<(?:[^>]*?:)?(\w+)>")


def patterns(found: list[URLPattern | URLResolver], before: str = "") -> Iterator[tuple[str, str]]:
    """Every address of the URL conf, as it is written, with its name."""
    for item in found:
        route = before + str(item.pattern)
        if isinstance(item, URLResolver):
            yield from patterns(item.url_patterns, route)
        else:
            yield route, str(item.name or "")


def plain(route: str) -> str:
    """The route as Django tells it of what it resolved."""
    return route.replace("^", "")


EVERY: Final = sorted({route for route, _ in patterns(get_resolver().url_patterns)})


def addresses(route: str, row: Generation, pk: Any = None) -> list[str]:
    """The addresses behind a route that come closest to the row; KeyError for a new parameter."""
    path = re.sub(r"[\^$]|\\Z", "", route)
    model = re.search(r"admin/records/(\w+)/", route)
    values: dict[str, tuple[object, ...]] = VARIANTS | {
        "pk": (pk or _pk(route, row),),
        "object_id": (_admin_id(model[1], row) if model else row.pk,),
        "id": (row.owner_id,),
        "token": (owner_token(),),
        "content_type_id": (1,),
        "app_label": ("records",),
        "url": ("nowhere",),
    }
    made = [path]
    while found := TOKEN.search(made[0]):
        name = found[1] or found[2]
        made = [TOKEN.sub(str(value), place, count=1) for place in made for value in values[name]]
    assert all(plain(resolve("/" + place).route) == plain(route) for place in made)
    return ["/" + place for place in made]


def _pk(route: str, row: Generation) -> object:
    if "drafts/" in route:
        return Draft.objects.get().pk
    return Picture.objects.get().pk if "picture" in route else row.pk


def _admin_id(model: str, row: Generation) -> object:
    ids: dict[str, object] = {"user": row.owner_id, "generation": row.pk}
    ids |= {"picture": Picture.objects.get().pk, "gateway": row.gateway_id}
    return ids.get(model, 1)


@pytest.fixture(params=["kept", "in the trash"])
def row(request: pytest.FixtureRequest) -> Generation:
    """Somebody's generation with everything that could leak, in the trash or not."""
    row = a_generation(factories.person(), prompt=SECRET, text=SECRET, asked={"system": SECRET})
    picture = a_picture(row, alt=SECRET)
    for size in (320, 640):
        assert default_storage.exists(picture.thumbnail_name(size))
    packed = Transcript.packed(sent=SECRET.encode(), received=SECRET.encode())
    Transcript.objects.create(generation=row, **packed)
    draft = factories.draft(row.owner, SECRET)
    if request.param == "in the trash":
        row.deleted_at = row.queued_at
        row.save()
        draft.trash()
    return row


@pytest.fixture
def intruder(request: pytest.FixtureRequest, row: Generation) -> Client:
    """The browser of somebody who has no right to the row."""
    who = request.param
    if who == "stranger":
        request.getfixturevalue("accounts_only")
        return Client()
    if who == "guest":
        return signed_in(factories.guest())
    return signed_in(factories.person(is_staff=who == "staff"))


def everything() -> list[Any]:
    """All that could have been changed."""
    mine = Draft.objects.filter(words=SECRET)
    return [*Generation.objects.values(), *mine.values()]


def answer(browser: Client, method: str, address: str) -> tuple[int, dict[str, str], bytes]:
    """Everything that an answer tells, without chance."""
    reply = browser.generic(method.upper(), address, headers={"HX-Request": "true"})
    headers = {name: value for name, value in reply.items() if name != "Expires"}
    headers = {name: CHANCE.sub(b"~", value.encode()).decode() for name, value in headers.items()}
    return reply.status_code, headers, CHANCE.sub(b"~", b"".join(reply))


@pytest.mark.parametrize("intruder", ROLES, indirect=True)
def test_nobody_without_a_right_sees_or_changes_anything(intruder: Client, row: Generation) -> None:
    before = everything()
    tried, through = 0, []
    for route in EVERY:
        for address in addresses(route, row):
            for method in METHODS:
                tried += 1
                if SECRET.encode() in answer(intruder, method, address)[2]:
                    through.append((method, address))
    print(f"isolation: {tried} cells tried, {len(through)} through")
    assert through == []
    assert everything() == before


@pytest.mark.parametrize("intruder", ROLES, indirect=True)
def test_not_yours_and_not_there_are_one_answer(intruder: Client, row: Generation) -> None:
    routes = [route for route in EVERY if "pk>" in route]
    assert len(routes) >= 8
    for route in routes:
        theirs, nowhere = addresses(route, row), addresses(route, row, uuid7())
        for mine, none in zip(theirs, nowhere, strict=True):
            for method in METHODS:
                assert answer(intruder, method, mine) == answer(intruder, method, none)


def test_its_owner_sees_it(row: Generation) -> None:
    browser = signed_in(row.owner)
    place = "/history/?undo=" + str(row.pk) if row.deleted_at else f"/generations/{row.pk}/"
    assert browser.get(place).status_code == 200
    for address in addresses(next(r for r in EVERY if "variant" in r), row):
        if not address.startswith("/admin/"):
            assert browser.get(address).status_code == 200


def test_staff_with_the_right_see_it_in_admin(row: Generation) -> None:
    operator = factories.person(is_staff=True, is_superuser=True)
    address = f"/admin/records/generation/{row.pk}/change/"
    assert SECRET.encode() in signed_in(operator).get(address).content


def test_every_kind_of_record_in_admin_is_walked(settings: LazySettings) -> None:
    for model in admin.site._registry:
        assert any(f"admin/{model._meta.app_label}/{model._meta.model_name}/" in r for r in EVERY)


@pytest.mark.parametrize("role", [factories.guest, factories.person], ids=["guest", "account"])
def test_nothing_is_changed_by_looking(role: Any) -> None:
    owner: User = role()
    row = a_generation(owner, prompt=SECRET)
    a_picture(row)
    factories.draft(owner, SECRET)
    browser, before = signed_in(owner), list(Generation.objects.values())
    for route in EVERY:
        for address in addresses(route, row):
            browser.get(address)
    assert list(Generation.objects.values()) == before
