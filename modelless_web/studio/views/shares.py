"""The links to one's own generation: made, and stopped."""

from contextlib import suppress
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from modelless_web.records.models import Generation, Share
from modelless_web.records.models.shares import MOST_SHARES, TooManySharesError, can_be_shared
from modelless_web.studio.forms.shares import ShareForm
from modelless_web.studio.requests import StudioRequest, own_generation

SEE_OTHER = 303


@require_POST
def share(request: StudioRequest, pk: UUID) -> HttpResponse:
    """Make a link to one's own generation; where there are as many as may be, none is made."""
    row = own_generation(request, pk)
    if not is_shareable(row):
        raise Http404
    form = ShareForm(request.POST)
    if not form.is_valid():
        raise BadRequest
    # Whoever sends this knows: the form goes with the last link that there may be.
    with suppress(TooManySharesError):
        form.make(row)
    return _back(request, row)


@require_POST
def stop(request: StudioRequest, pk: UUID, share: UUID) -> HttpResponse:
    """Stop a link to one's own generation; whoever has it finds nothing from now on."""
    row = own_generation(request, pk)
    row.shares.filter(pk=share).delete()
    return _back(request, row)


def is_shareable(row: Generation) -> bool:
    """Whether this studio has links, and this generation something to show."""
    return settings.ENVIRONMENT.sharing and can_be_shared(row)


def shares_of(request: StudioRequest, row: Generation) -> dict[str, Any]:
    """What the group of links shows: those that have not run out, and the form for a new one."""
    if not is_shareable(row):
        return {}
    shares = list(row.shares.unexpired())
    return {
        "share_form": ShareForm(auto_id="share_%s"),
        "shares": [(each, request.build_absolute_uri(address(each))) for each in shares],
        "most_shares": MOST_SHARES,
        "has_room": len(shares) < MOST_SHARES,
    }


def address(share: Share) -> str:
    """Where anybody finds what a link shows."""
    return reverse("shared", args=[share.pk, share.signature])


def _back(request: StudioRequest, row: Generation) -> HttpResponse:
    if not request.htmx:
        return HttpResponseRedirect(f"{row.get_absolute_url()}#shares", status=SEE_OTHER)
    context = {"generation": row, "share_is_open": True} | shares_of(request, row)
    return render(request, "components/shares.html", context)
