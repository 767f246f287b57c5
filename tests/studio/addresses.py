"""Every address that the studio answers to, work to look for there, and who may come."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlencode

from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.core.files.storage import default_storage
from django.db.models import Model
from django.urls import URLPattern, URLResolver, get_resolver, resolve
from django.utils import timezone

from modelless_web.records.ids import uuid7
from modelless_web.records.models import (
    Action,
    Audit,
    Board,
    Budget,
    Cull,
    ErrorGroup,
    Generation,
    Knock,
    Picture,
    Share,
    Sketch,
    Tag,
    Transcript,
    User,
    Verdict,
    Words,
)
from modelless_web.records.owner import owner_token
from tests.studio.factories import a_generation, a_model, a_picture, png
from tests.support import factories

METHODS: Final = ("get", "head", "post", "put", "patch", "delete", "options")
SAFE: Final = ("get", "head", "options")
WORDS: Final = {
    "generation": "a fox that nobody else may see",
    "picture": "an owl that nobody else may see",
    "draft": "a hare that nobody else may see",
    "errorgroup": "a badger that nobody else may see",
    "audit": "a marten that nobody else may see",
    "board": "a heron that nobody else may see",
    "tag": "a robin that nobody else may see",
    "sketch": "a lynx that nobody else may see",
}
SEEN: Final = (
    *("generation", "picture", "reference", "errorgroup", "gateway", "group", "model", "user"),
    *("pricerule", "drift", "usage", "budget", "audit", "share"),
)
TOKEN: Final = re.compile(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)|<(?:[^>]*?:)?(\w+)>")
# The columns that only say that somebody came.
CAME: Final = {"last_login", "used_at", "opened", "last_opened_at"}
# The words of an address that may lead to a row, too.
QUERIES: Final = {
    "": (
        "?from={generation}",
        "?draft={draft}",
        "?undo={draft}",
        "?new={draft}&model={model}",
        "?along={reference}",
    ),
    "compare/": ("?of={generation}", "?of={generation}&of={nobody}"),
    "drafts/": ("?draft={draft}", "?undo={draft}"),
    "history/": (
        "?did={action}",
        "?q=board:heron",
        "?undo={generation}",
        "?before={nobody}",
        "?q=fox",
        "?model=1&view=list",
    ),
    "history/export/": ("?of={generation}", "?format=zip&of={generation}", "?format=csv&q=fox"),
    "usage/": ("?period=2026&by=day&by=model", "?format=csv"),
    "usage/everyone/": ("?person=person&by=owner", "?speed=1", "?format=csv&by=owner"),
    "history/cull/": ("?at={generation}", "?cull={cull}", "?cull={cull}&summary=1", "?q=fox"),
    "admin/autocomplete/": (
        "?app_label=records&model_name=picture&field_name=generation&term=fox",
        "?app_label=records&model_name=generation&field_name=owner&term=person",
        "?app_label=records&model_name=generation&field_name=error_group&term=badger",
    ),
    "admin/records/generation/": ("?q={generation}", "?q=fox", "?owner__id__exact={user}"),
    "admin/records/picture/": ("?q={generation}", "?generation__prompt__startswith=a"),
    "admin/records/reference/": ("?q={generation}", "?source_url__startswith=h"),
    "admin/records/user/": ("?q=person&people=all", "?password__startswith=m"),
}

type Ids = Mapping[str, object]


def patterns(found: list[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    """Every address of the URL conf, as it is written."""
    for item in found:
        route = before + str(item.pattern)
        if isinstance(item, URLResolver):
            yield from patterns(item.url_patterns, route)
        else:
            yield route


EVERY: Final = sorted(set(patterns(get_resolver().url_patterns)))


@dataclass(frozen=True)
class Work:
    """Somebody's generation, and everything that could leak of it."""

    owner: User
    row: Generation
    ids: Ids
    secrets: Mapping[str, bytes]

    def found_in(self, body: bytes) -> set[str]:
        """Which of the secrets an answer gives away."""
        return {name for name, secret in self.secrets.items() if secret in body}


def some_work(owner: User, *, in_trash: bool = False) -> Work:
    """Make a generation with an answer, a picture, a draft and an error, kept or in the trash."""
    group = ErrorGroup.objects.create(
        fingerprint=uuid7().hex,
        kind="validation",
        sample=WORDS["errorgroup"],
        first_seen=timezone.now(),
        last_seen=timezone.now(),
    )
    told = WORDS["generation"]
    asked = {"system": told}
    row = a_generation(owner, prompt=told, text=told, asked=asked, error_group=group)
    picture = a_picture(row, png(1000, 700), alt=WORDS["picture"])
    Sketch.objects.create(
        generation=row, number=1, webp=WORDS["sketch"].encode(), width=8, height=6
    )
    packed = Transcript.packed(sent=told.encode(), received=told.encode())
    Transcript.objects.create(generation=row, **packed)
    reference = factories.reference(owner, factories.photo(900, 600, "#a1b2c3"))
    reference.generations.add(row)
    draft = factories.draft(owner, WORDS["draft"])
    model = a_model(gateway=row.gateway)
    if in_trash:
        Generation.objects.filter(pk=row.pk).update(deleted_at=timezone.now())
        draft.trash()
        row.refresh_from_db()
    friends = Group.objects.create(name=uuid7().hex)
    board = Board.objects.create(owner=owner, name=WORDS["board"])
    board.generations.add(row)
    Tag.objects.create(owner=owner, name=WORDS["tag"]).generations.add(row)
    action = Action.objects.create(owner=owner, verb="tag", value=WORDS["tag"], state="done")
    cull = Cull.objects.create(pk=uuid7(), owner=owner, total=1)
    verdict = Verdict.objects.create(cull=cull, generation=row, key=uuid7(), word="reject")
    Generation.objects.filter(pk=row.pk).update(is_rejected=True)
    share = Share.objects.create(generation=row, with_prompt=True)
    budget = Budget.objects.create(scope="person", person=owner, period="day", limit=Decimal(5))
    money = (factories.rule(row.gateway), factories.drift(row.gateway), budget)
    marks = (reference, friends, board, action, cull, share)
    audit = Audit.objects.create(
        actor=factories.person(), what=Audit.What.LISTED, kind="generation", address=WORDS["audit"]
    )
    rows = (owner, row, audit, picture, draft, group, model, row.gateway, *marks, *money)
    ids = {str(each._meta.model_name): each.pk for each in rows}
    secrets = {name: words.encode() for name, words in WORDS.items()} | _files(picture)
    for name, place in {
        "reference": reference.original_name,
        "small reference": reference.thumbnail_name(320),
    }.items():
        secrets[name] = default_storage.open(place).read()
    return Work(owner, row, ids | {"nobody": uuid7(), "key": verdict.key}, secrets)


def nowhere(ids: Ids) -> Ids:
    """Ids like these, of rows that do not exist."""
    return {name: 10**9 if isinstance(pk, int) else uuid7() for name, pk in ids.items()}


def may(person: User, *models: str) -> User:
    """Give somebody the right to see some kinds of rows, unmasked."""
    codes = ["read_prompts", *(f"view_{model}" for model in models)]
    person.user_permissions.set(Permission.objects.filter(codename__in=codes))
    return person


def people(work: Work) -> dict[str, User | None]:
    """Everybody who may come, in the order of their rights; the stranger is nobody yet."""
    return {
        "stranger": None,
        "guest": factories.guest(),
        "other user": factories.person(),
        "staff without the permission": factories.person(is_staff=True),
        "staff": may(factories.person(is_staff=True), *SEEN),
        "owner": work.owner,
    }


def _files(picture: Picture) -> dict[str, bytes]:
    names = {f"{width} px": picture.thumbnail_name(width) for width in (320, 640)}
    names["original"] = picture.original_name
    return {name: default_storage.open(place).read() for name, place in names.items()}


def plain(route: str) -> str:
    """The route as Django tells it of what it resolved."""
    return route.replace("^", "")


def addresses(route: str, ids: Ids) -> list[str]:
    """The addresses behind a route that come closest to the rows; KeyError for a new parameter."""
    model = re.search(r"admin/(?:auth|records)/(\w+)/", route)
    values: dict[str, tuple[object, ...]] = {
        "share": (ids["share"],),
        "variant": ("original", "320", "640"),
        "side": ("sent", "received"),
        "choice": (0,),
        "number": (1,),
        "form": ("csv", "jsonl"),
        "pk": (ids[_model_of(route)],),
        "object_id": (ids[model[1]],) if model else (),
        "id": (ids["user"],),
        "token": (owner_token(),),
        # Of another link: with its own signature, a link is for everybody who comes.
        "signature": (Share().signature,),
        "app_label": ("records",),
        "url": ("nowhere",),
    }
    made = [re.sub(r"[\^$]|\\Z", "", route)]
    while found := TOKEN.search(made[0]):
        name = found[1] or found[2]
        made = [TOKEN.sub(str(value), place, count=1) for place in made for value in values[name]]
    assert all(plain(resolve("/" + place).route) == plain(route) for place in made)
    queries = ("", *(query.format(**ids) for query in QUERIES.get(route, ())))
    return [f"/{place}{query}" for place in made for query in queries]


def _model_of(route: str) -> str:
    return next(
        (
            name
            for name in ("generation", "share", "draft", "picture", "reference", "board", "action")
            if name in route
        ),
        "generation",
    )


def form(work: Work, ids: Ids) -> str:
    """What somebody may send along: ids of rows, in every field of a form that takes one."""
    fields: dict[str, Any] = {
        "model": ids["model"],
        "prompt": "words of mine",
        "submission": work.row.submission,
        "parent": ids["generation"],
        "references": ids["reference"],
        "mask": ids["reference"],
        "draft": ids["draft"],
        "version": 1,
        "name": "a name of mine",
        "of": ids["generation"],
        "board": ids["board"],
        "change": "star",
        "cull": ids["cull"],
        "generation": ids["generation"],
        "key": ids["key"],
        "word": "star",
        "which": "rejected",
        "lasting": 7,
    }
    return urlencode(fields)


def everything() -> dict[str, dict[str, Any]]:
    """Every row that there is, by its model and id, but for what only says that somebody came."""
    models: list[type[Model]] = [*apps.get_app_config("records").get_models(), Group]
    return {
        f"{model.__name__} {row[model._meta.pk.attname]}": {
            name: value for name, value in row.items() if name not in CAME
        }
        for model in models
        if model not in {Audit, Knock, Words}
        for row in model._default_manager.values()
    }
