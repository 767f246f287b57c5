"""Usage: what a person has used and what it cost, by day, model and end."""

from typing import Final

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from modelless_web.records.models import Usage
from modelless_web.studio.forms.zone import ZoneForm
from modelless_web.studio.reports.asked import dimensions, read
from modelless_web.studio.reports.report import Report, door
from modelless_web.studio.reports.table import table
from modelless_web.studio.requests import StudioRequest, may_view_all

DIMENSIONS: Final = ("day", "model", "status", "charge")


@require_safe
def usage(request: StudioRequest) -> HttpResponse:
    """A person's own usage, of the period and the filters in the address."""
    return page(request, ZoneForm(instance=request.user))


@require_POST
def time_zone(request: StudioRequest) -> HttpResponse:
    """Choose whose calendar the days of new generations follow."""
    form = ZoneForm(request.POST, instance=request.user)
    if not form.is_valid():
        return page(request, form, status=422)
    form.save()
    return HttpResponseRedirect(reverse("usage"), status=303)


def page(request: StudioRequest, form: ZoneForm, status: int = 200) -> HttpResponse:
    """The page around a form."""
    today = request.user.day(timezone.now())
    asked = read(request, today, DIMENSIONS)
    mine = Usage.spans.filter(owner=request.user)
    report = Report(mine, mine, asked, today, door("history"))
    if request.GET.get("format") == "csv":
        return table(report, asked.by or DIMENSIONS)
    context = report.context() | {
        "form": form,
        "dimensions": dimensions(DIMENSIONS, asked),
        "may_view_all": may_view_all(request.user),
        "stored_bytes": request.user.stored_bytes,
    }
    return render(request, "studio/usage.html", context, status=status)
