"""The pictures that go along with a prompt: added, shown, and taken from what answers brought."""

from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from modelless_web.records import references
from modelless_web.records.ids import uuid7
from modelless_web.records.store import NotAPictureError, StoreError
from modelless_web.studio.forms.composer import ComposerForm
from modelless_web.studio.forms.references import posted
from modelless_web.studio.requests import StudioRequest, lead, own_picture, own_reference
from modelless_web.studio.views.pictures import respond

STRIP = "components/references.html"


@require_POST
def add(request: StudioRequest) -> HttpResponse:
    """Keep what was dropped, pasted, chosen or taken from an answer; answer with the strip."""
    sent = posted(request.user, request.POST, request.FILES)
    form = ComposerForm(initial=sent.data.dict(), person=request.user)
    return render(request, STRIP, {"form": form, "faults": sent.faults})


@require_safe
def show(request: StudioRequest, pk: UUID, variant: str) -> HttpResponseBase:
    """One of them: its bytes as they are sent, or a thumbnail."""
    return respond(request, own_reference(request, pk), variant)


@require_POST
def take(request: StudioRequest, pk: UUID) -> HttpResponse:
    """Begin a new draft that a picture of an answer goes along with. Raises Http404."""
    try:
        row = references.take_again(request.user, own_picture(request, pk))
    except NotAPictureError as error:
        raise Http404 from error
    except StoreError:
        return lead(request, f"{reverse('create')}?new={uuid7()}&said=unstored")
    return lead(request, f"{reverse('create')}?new={uuid7()}&along={row.pk}")
