"""The trash, and for how long things are kept out of it."""

from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from modelless_web.records.ids import read_uuid
from modelless_web.records.models import Generation
from modelless_web.records.retention import KEPT_IN_TRASH
from modelless_web.studio.forms.boards import KeepForm
from modelless_web.studio.requests import StudioRequest
from modelless_web.studio.views.action import last_action

SEE_OTHER: Final = 303
PAGE: Final = 48


@require_safe
def trash(request: StudioRequest) -> HttpResponse:
    """What was deleted in the last thirty days, newest deletion first."""
    rows = Generation.objects.filter(owner=request.user).trashed()
    rows = rows.filter(_before(request)).order_by("-deleted_at", "-pk")
    page = list(rows.with_answers()[: PAGE + 1])
    older = _cursor(page[PAGE - 1]) if len(page) > PAGE else {}
    return render(
        request,
        "studio/trash.html",
        {
            "generations": page[:PAGE],
            "next_url": f"{reverse('trash-list')}?{urlencode(older)}" if older else "",
            "days": KEPT_IN_TRASH.days,
            "form": KeepForm(None, instance=request.user),
            "action": last_action(request),
            "here": reverse("trash-list"),
        },
    )


def _cursor(last: Generation) -> dict[str, str]:
    """The words of the address of the page after this one."""
    return {
        "deleted": last.deleted_at.isoformat() if last.deleted_at else "",
        "before": str(last.pk),
    }


def _before(request: StudioRequest) -> Q:
    """What the cursor in the address leaves: all that was deleted earlier."""
    pk = read_uuid(request.GET.get("before", ""))
    try:
        deleted = datetime.fromisoformat(request.GET.get("deleted", ""))
    except ValueError:
        return Q()
    if pk is None or deleted.tzinfo is None:
        return Q()
    # The wider condition alone leads into the index.
    return Q(deleted_at__lte=deleted) & (Q(deleted_at__lt=deleted) | Q(pk__lt=pk))


@require_POST
def keep(request: StudioRequest) -> HttpResponse:
    """Say for how long what is neither starred nor on a board is kept."""
    form = KeepForm(request.POST, instance=request.user)
    if form.is_valid():
        form.save()
    return HttpResponseRedirect(reverse("trash-list"), status=SEE_OTHER)
