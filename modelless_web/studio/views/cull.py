"""Culling: one generation at a time, one key per verdict, and one thing done at the end."""

from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.core.exceptions import BadRequest
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from modelless_web.engine import tasks
from modelless_web.records.ids import read_uuid, uuid7
from modelless_web.records.models import Board, Cull, Generation, Tag
from modelless_web.records.models.culls import LONGEST_QUERY
from modelless_web.records.organise import culls
from modelless_web.records.organise.changes import UnknownChangeError
from modelless_web.records.organise.selection import Selection
from modelless_web.studio.requests import StudioRequest
from modelless_web.studio.views.action import last_action
from modelless_web.studio.views.marks import read_change

SEE_OTHER: Final = 303
UNPROCESSABLE: Final = 422
NO_CONTENT: Final = 204
# What the page holds ready; pictures are loaded for the next two of them.
AT_ONCE: Final = 48
MOST_TAGS: Final = 200


@require_safe
def cull(request: StudioRequest) -> HttpResponse:
    """The generation to be judged and those that follow or, after the last, what came of it.

    ``q`` what is culled, ``cull`` the walk's id, ``at`` where it stands, or ``after`` which.
    """
    walk = _walk(request, request.GET)
    after = read_uuid(request.GET.get("after", ""))
    if request.htmx and after:
        candidates = _read(request, culls.ahead(walk, after, AT_ONCE))
        return render(request, "studio/cull.html#candidates", {"candidates": candidates})
    if "summary" not in request.GET:
        candidates = _candidates(request, walk, after)
        if candidates:
            return render(request, "studio/cull.html", _judged(walk, candidates))
    return render(request, "studio/cull.html", _summary(request, walk))


@require_POST
def verdict(request: StudioRequest) -> HttpResponse:
    """Keep one verdict and go on to the next."""
    walk = _walk(request, request.POST)
    word = request.POST.get("word", "")
    pk, key = _uuid(request, "generation"), _uuid(request, "key")
    if word not in culls.CHANGES:
        raise BadRequest("There is no such verdict.")
    try:
        tasks.judge(walk, pk, key, word)
    except culls.NotThereError as error:
        raise Http404 from error
    return _then(request, _address(walk, after=pk))


@require_POST
def undo(request: StudioRequest) -> HttpResponse:
    """Take one verdict back, and go back to what it was about."""
    walk = _walk(request, request.POST)
    pk = tasks.take_back(walk, _uuid(request, "key"))
    return _then(request, _address(walk, at=pk))


@require_POST
def act(request: StudioRequest) -> HttpResponse:
    """Do one thing to all that were rejected, starred or rated in this cull."""
    walk = _walk(request, request.POST)
    picked = tuple(_group(walk, request.POST.get("which", "")).values_list("pk", flat=True))
    change, value = read_change(request)
    try:
        if not picked:
            raise UnknownChangeError("There are none of these in this cull.")
        action = tasks.change(Selection(request.user, picked=picked), change, value)
    except UnknownChangeError as error:
        context = _summary(request, walk) | {"problem": str(error)}
        return render(request, "studio/cull.html", context, status=UNPROCESSABLE)
    address = _address(walk, summary=1, did=action.pk)
    return HttpResponseRedirect(address, status=SEE_OTHER)


def _walk(request: StudioRequest, words: QueryDict) -> Cull:
    query = words.get("q", "").replace("\0", "")[:LONGEST_QUERY]
    return culls.planned(request.user, read_uuid(words.get("cull", "")), query)


def _uuid(request: StudioRequest, name: str) -> UUID:
    found = read_uuid(request.POST.get(name, ""))
    if found is None:
        raise Http404
    return found


def _candidates(request: StudioRequest, walk: Cull, after: UUID | None) -> list[Generation]:
    at = read_uuid(request.GET.get("at", ""))
    pks = culls.ahead(walk, at or after, AT_ONCE)
    return _read(request, [at, *pks] if at else pks)


def _read(request: StudioRequest, pks: list[UUID]) -> list[Generation]:
    rows = Generation.objects.visible_to(request.user).with_answers().in_bulk(pks)
    return [rows[pk] for pk in pks if pk in rows]


def _judged(walk: Cull, candidates: list[Generation]) -> dict[str, Any]:
    """What the page shows around the first of the candidates."""
    current = candidates[0]
    previous = culls.before(walk, current.pk)
    return _around(walk) | {
        "candidates": candidates,
        "current": current,
        "position": culls.position(walk, current.pk),
        "key": uuid7(),
        "back_url": _address(walk, at=previous) if previous else "",
    }


def _summary(request: StudioRequest, walk: Cull) -> dict[str, Any]:
    looked_at = walk.rows().count()
    starred, rejected = walk.starred().count(), walk.rejected().count()
    latest = walk.rows().order_by("pk").values_list("pk", flat=True).first()
    return _around(walk) | {
        "looked_at": looked_at,
        "starred": starred,
        "rejected": rejected,
        "left": looked_at - starred - rejected,
        "rated": _rated(walk),
        "passed": walk.passed().count(),
        "goes_on": bool(culls.ahead(walk, latest, 1)),
        "is_full": looked_at >= culls.MOST_LOOKED_AT,
        "boards": Board.objects.visible_to(request.user).filter(query=""),
        "tags": Tag.objects.visible_to(request.user)[:MOST_TAGS],
        "action": last_action(request),
        "back_url": _address(walk, at=latest) if latest else "",
        "on_url": _address(walk, after=latest) if latest else _address(walk),
    }


def _rated(walk: Cull) -> list[tuple[int, int]]:
    """How many have at least so many stars, from five down, where a step adds any."""
    counts = [(least, walk.rated(least).count()) for least in range(5, 0, -1)]
    return [
        (least, count)
        for (least, count), (_, above) in zip(counts, [(6, 0), *counts], strict=False)
        if count > above
    ]


def _around(walk: Cull) -> dict[str, Any]:
    query = f"?{urlencode({'q': walk.query})}" if walk.query else ""
    return {
        "walk": walk,
        "last": culls.last(walk),
        "here": _address(walk),
        "summary_url": _address(walk, summary=1),
        "leave_url": reverse("history") + query,
        "again_url": reverse("cull") + query,
    }


def _group(walk: Cull, name: str) -> QuerySet[Generation]:
    """The generations of a cull that one radio button means."""
    if name == "rejected":
        return walk.rejected()
    if name == "starred":
        return walk.starred()
    least = name.removeprefix("rated-")
    return walk.rated(int(least)) if least in {"1", "2", "3", "4", "5"} else walk.rows().none()


def _address(walk: Cull, **words: object) -> str:
    said = {"q": walk.query, "cull": walk.pk, **words}
    return f"{reverse('cull')}?{urlencode({name: word for name, word in said.items() if word})}"


def _then(request: StudioRequest, address: str) -> HttpResponse:
    if request.htmx:
        return HttpResponse(status=NO_CONTENT)
    return HttpResponseRedirect(address, status=SEE_OTHER)
