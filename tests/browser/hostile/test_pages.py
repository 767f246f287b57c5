"""Every page of the studio and of admin, with every attempt in every place that shows words."""

from collections.abc import Callable
from typing import Final

import pytest

from tests.browser.hostile.yardstick import Walk
from tests.support.console import Console

STUDIO: Final = (
    "/",
    "/?draft={draft}",
    "/?from={generation}&take=all",
    "/?from={generation}&take=refine",
    "/?prompt={words}&said={words}",
    "/?model={words}&undo={words}&new={words}",
    "/generations/{generation}/",
    "/generations/{generation}/card/",
    "/history/",
    "/history/?view=list",
    "/history/?model={words}&status={words}&since={words}&before={words}&x={words}",
    "/models/",
    "/drafts/",
    "/drafts/?draft={draft}",
    "/account/login/?next={words}",
)
KINDS: Final = ("gateway", "model", "generation", "picture", "errorgroup", "user")
ADMIN: Final = (
    "/admin/",
    "/admin/records/",
    "/admin/auth/group/",
    "/admin/auth/group/{group}/change/",
    "/admin/auth/group/{group}/delete/",
    "/admin/auth/group/{group}/history/",
    "/admin/password_change/",
    "/admin/records/user/{user}/password/",
    *(f"/admin/records/{kind}/" for kind in KINDS),
    *(f"/admin/records/{kind}/?q={{words}}" for kind in KINDS),
    *(f"/admin/records/{kind}/{{{kind}}}/change/" for kind in KINDS),
    *(f"/admin/records/{kind}/{{{kind}}}/history/" for kind in KINDS),
    *(f"/admin/records/{kind}/{{{kind}}}/delete/" for kind in ("gateway", "model", "user")),
    *(f"/admin/records/{kind}/add/" for kind in ("gateway", "model", "user")),
)


def test_studio(walk: Walk, console: Console, figures: Callable[..., None]) -> None:
    for path in STUDIO:
        print(path)
        walk.open(path)
    print(sorted((n, len(s)) for n,s in walk.seen.items()))


def test_admin(walk: Walk, console: Console, figures: Callable[..., None]) -> None:
    for path in ADMIN:
        print(path)
        walk.open(path)
    print(sorted((n, len(s)) for n,s in walk.seen.items()))
