"""What a share link shows to whoever has it: one generation, and no way to anything else.

A wrong address, a link that has run out or is stopped, what lies in the trash: one answer for all.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from modelless_web.records.models import Generation, Picture, Share
from modelless_web.studio.views.pictures import respond


@login_not_required
@require_safe
def shared(request: HttpRequest, pk: UUID, signature: str) -> HttpResponse:
    """The page: answers, pictures, model and date; the prompt only if its owner chose so."""
    share = _living(pk, signature)
    row = get_object_or_404(Generation.objects.with_answers(), pk=share.generation_id)
    # Without the request: nothing of who looks, and nothing of the studio's own, gets onto it.
    page = render_to_string("studio/shared.html", _shown(share, row))
    if request.method == "GET":
        Share.objects.count_opening(pk)
    return _discreet(HttpResponse(page))


@login_not_required
@require_safe
def picture(
    request: HttpRequest, pk: UUID, signature: str, number: str, variant: str
) -> HttpResponseBase:
    """A picture of that page, by its number there."""
    share = _living(pk, signature)
    row = _numbered(Picture.objects.filter(generation=share.generation_id)).get(int(number))
    if row is None:
        raise Http404
    return _discreet(respond(request, row, variant, name=f"picture-{number}"))


def _living(pk: UUID, signature: str) -> Share:
    share = Share.objects.behind(pk, signature) if settings.ENVIRONMENT.sharing else None
    if share is None:
        raise Http404
    return share


def _shown(share: Share, row: Generation) -> dict[str, Any]:
    """What the page shows. An answer's own words for a picture may well be the prompt."""
    numbers = {picture.pk: number for number, picture in _numbered(row.pictures.all()).items()}
    answers = [
        {
            "html": slot.html,
            "pictures": [
                (numbers[picture.pk], picture) for picture in slot.pictures if picture.is_stored
            ],
        }
        for slot in row.slots
    ]
    return {"share": share, "generation": row, "answers": answers}


def _numbered(pictures: Iterable[Picture]) -> dict[int, Picture]:
    """The pictures of one generation by numbers from 1 on, which tell no id of a row."""
    return dict(enumerate(pictures, 1))


def _discreet[T: HttpResponseBase](response: T) -> T:
    """Keep the address from search engines and other sites, and the answer from being kept."""
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "private, no-store"
    return response
