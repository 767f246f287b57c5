"""Every page that shows words of others, with every attempt in every place where they stand."""

import re
from collections.abc import Callable, Iterator
from typing import Final
from uuid import uuid4

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from tests.browser.hostile.words import COUNT
from tests.browser.hostile.yardstick import Walk
from tests.support.console import Console

READ_ONLY: Final = ("generation", "picture", "reference", "errorgroup", "drift", "share")
EDITED: Final = ("budget", "gateway", "model", "user", "pricerule")
KINDS: Final = READ_ONLY + EDITED

CREATE: Final = (
    "/",
    "/?draft={draft}",
    "/?from={generation}&take=all",
    "/?from={generation}&take=refine",
    "/?prompt={words}&said={words}",
    "/?model={words}&undo={words}&new={words}",
    "/?along={words}",
)
HISTORY: Final = (
    "/history/",
    "/history/?before={generations[50]}",
    "/history/?view=list",
    "/history/?view=list&before={generations[50]}",
    "/history/?view={words}&before={words}&at={words}&x={words}",
    "/history/?did={action}",
)
OTHERS: Final = (
    "/generations/{generation}/",
    "/generations/{generation}/card/",
    "/generations/{generation}/code/?language={words}",
    "/shared/{share}/{signature}/",
    "/compare/?of={generation}&of={generations[50]}",
    "/history/cull/",
    "/history/export/?q={words}",
    "/models/",
    "/boards/",
    "/actions/{action}/?next={words}",
    "/history/trash/",
    "/history/facets/?q={words}",
    "/history/facets/",
    "/drafts/",
    "/drafts/?draft={draft}",
    "/drafts/?undo={words}&draft={words}",
    "/usage/?by=model",
    "/usage/?period={words}&model={words}&status={words}&measure={words}&by={words}",
    "/usage/everyone/?by=owner&by=model&speed=1",
    "/usage/everyone/?person={words}&from={words}",
    "/account/login/?next={words}",
)
LISTS: Final = (
    "/admin/",
    "/admin/records/",
    "/admin/auth/group/",
    *(f"/admin/records/{kind}/" for kind in KINDS),
    *(f"/admin/records/{kind}/?p=2" for kind in KINDS),
    *(f"/admin/records/picture/?p={number}" for number in range(3, 7)),
    *(f"/admin/records/{kind}/?q={{words}}" for kind in KINDS),
    *(f"/admin/records/{kind}/?{{words}}={{words}}" for kind in KINDS),
    "/admin/records/generation/?model={words}&kind={words}&practice={words}",
    "/admin/records/generation/?owner__id__exact={words}",
    "/admin/records/generation/?owner={words}",
    "/admin/records/generation/?cost={piece}&took={piece}",
    "/admin/records/generation/totals/?owner={piece}&model={words}",
    # The log grows with every page that is opened here; these are the rows that were written.
    "/admin/records/audit/?kind__exact=seed",
    "/admin/engine/",
    "/admin/storage/",
    "/admin/records/gateway/?_popup=1&q={words}",
)
FORMS: Final = (
    "/admin/auth/group/{group}/change/",
    "/admin/auth/group/{group}/delete/",
    "/admin/auth/group/{group}/history/",
    "/admin/password_change/",
    "/admin/records/audit/{audit}/change/",
    "/admin/records/audit/{audit}/history/",
    "/admin/records/gateway/reconcile/",
    "/admin/records/generation/{generation}/code/?language={words}",
    "/admin/records/user/{user}/password/",
    "/admin/records/user/{owner}/delete/",
    *(f"/admin/records/{kind}/{{{kind}}}/change/" for kind in KINDS),
    *(f"/admin/records/{kind}/{{{kind}}}/history/" for kind in KINDS),
    *(f"/admin/records/{kind}/{{{kind}}}/delete/" for kind in EDITED),
    *(f"/admin/records/{kind}/add/" for kind in EDITED),
    *(f"/admin/records/{kind}/{{piece}}/change/" for kind in KINDS),
    "/admin/records/pricerule/add/?after={pricerule}",
    "/admin/records/pricerule/import/",
)
FRAGMENTS: Final = (
    "/generations/{generation}/",
    "/generations/{generation}/card/",
    "/generations/{generation}/code/?language=python",
    "/history/?before={generations[50]}",
    "/history/?view=list&before={generations[50]}",
    "/drafts/?draft={draft}",
    "/history/facets/",
    "/history/complete/?q={words}",
    "/actions/{action}/",
)
LOST: Final = (
    "/{words}",
    "/generations/{piece}/",
    "/pictures/{piece}/original",
    "/account/owner/{piece}/",
    "/?from={piece}",
    "/?draft={piece}",
    "/admin/{words}/",
    "/admin/records/{piece}/",
)
# What carries words to a page, and where every page of that kind shows them.
CARRIERS: Final = {
    "create": "address owner gateway model prompt run-model message body request-id choice thought"
    " draft draft-prompt draft-system draft-stop draft-n draft-temperature picture-trouble"
    " asked-system asked-stop asked-temperature",
    "history": "prompt run-model alt owner",
    "others": "tag board smart query action owner gateway address trouble model description"
    " price-trouble price-note alarmed"
    " prompt run-model finish echoed asked-stop asked-temperature sent sent-stop name value"
    " reply-name reply choice thought attempt message body request-id picture-trouble draft"
    " draft-words",
    "lists": "owner gateway model run-model prompt sample group-code user tail address trouble alt"
    " group logged visited price-note price-group alarmed",
    "forms": "owner gateway address tail trouble model description run-model prompt finish sent"
    " echoed sent-stop name value reply-name reply text reasoning code message request-id body"
    " attempt choice thought choice-finish bytes answer alt picture-trouble sample group-code user"
    " price-trouble price-note price-group alarmed first last email group logged change visited"
    " asked-system asked-stop asked-temperature",
}
ALONE: Final = (
    *("prompt", "run-model", "gateway", "sent", "echoed", "name", "value", "reply-name", "reply"),
    *("message", "body", "request-id", "attempt", "finish", "choice", "thought", "alt", "file"),
)
PAGES: Final = {
    "create": CREATE,
    "history": HISTORY,
    "others": OTHERS,
    "lists": LISTS,
    "forms": FORMS,
}
# Addresses that are no pages, answer to POST alone, or are tried in the files beside this one.
NO_PAGES: Final = {
    *("health", "owner", "picture", "raw", "sketch", "submit", "stop", "again", "trash"),
    *("restore", "logout", "picture-fields", "reference", "references", "take-along"),
    *("share", "stop-sharing", "shared-picture"),
    *("save-draft", "name-draft", "duplicate-draft", "trash-draft", "restore-draft"),
    *("mark", "act", "undo", "keep", "change-board", "delete-board", "complete", "verdict"),
    *("undo-verdict", "act-on-cull", "time-zone", "cost"),
    *("refresh-models", "admin:login", "admin:logout", "admin:jsi18n", "admin:autocomplete"),
    *("admin:view_on_site", "admin:password_change_done", "admin:auth_group_add"),
    *(f"admin:records_{kind}_{verb}" for kind in READ_ONLY for verb in ("add", "delete")),
    *("admin:records_audit_add", "admin:records_audit_delete"),
    *("admin:records_generation_ask", "admin:records_generation_rescue"),
    *("admin:records_picture_image", "admin:records_reference_image"),
    "admin:records_generation_export",
    "admin:records_pricerule_table",
    "balances",
}


def names(found: list[URLPattern | URLResolver], space: str = "") -> Iterator[str]:
    """The names of all addresses below these."""
    for item in found:
        if isinstance(item, URLResolver):
            inner = f"{item.namespace}:" if item.namespace else space
            yield from names(item.url_patterns, inner)
        elif item.name:
            yield space + item.name


def test_every_page_there_is_is_walked() -> None:
    paths = [path.partition("?")[0] for part in PAGES.values() for path in part]
    walked = {resolve(re.sub(r"{.*?}", str(uuid4()), path)).view_name for path in paths}
    assert set(names(get_resolver().url_patterns)) - NO_PAGES == walked - {"admin:None"}


@pytest.mark.parametrize("part", PAGES)
def test_a_page_is_what_plain_words_would_make_of_it(
    walk: Walk, console: Console, figures: Callable[..., None], part: str
) -> None:
    console.pardon("The specified value|favicon.ico")
    for path in PAGES[part]:
        walk.open(path)
    assert walk.missed(CARRIERS[part].split()) == {}
    figures(f"hostile payloads, {part}", tried=walk.tried, pages=walk.pages, through=0)


@pytest.mark.parametrize("path", FRAGMENTS)
def test_a_fragment_is_what_plain_words_would_make_of_it(walk: Walk, path: str) -> None:
    walk.compare_fragment(path)


def test_a_query_is_only_words(use: Walk, console: Console) -> None:
    console.pardon("favicon.ico")
    # A twin would have another number of words, and so another page.
    use.open("/history/?q={words}&view=list&sort=best")
    use.open("/history/complete/?q={words}")


def test_what_is_not_there_is_told_without_harm(
    walk: Walk, console: Console, figures: Callable[..., None]
) -> None:
    console.pardon("404")
    for path in LOST:
        walk.open(path, status=404)
    figures("hostile addresses", tried=walk.pages, through=0)


def test_every_row_by_itself(
    walk: Walk, console: Console, figures: Callable[..., None], is_long: bool
) -> None:
    console.pardon("The specified value")
    for number in range(0, COUNT, 1 if is_long else 25):
        walk.open(f"/generations/{{generations[{number}]}}/")
        walk.open(f"/?from={{generations[{number}]}}&take=all")
        walk.open(f"/admin/records/generation/{{generations[{number}]}}/change/")
        walk.open(f"/admin/records/picture/{{pictures[{number}]}}/change/")
    assert walk.missed(ALONE if is_long else ()) == {}
    figures("hostile payloads, one by one", tried=walk.tried, pages=walk.pages, through=0)
