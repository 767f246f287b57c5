"""Usage of everybody, for who answers for the bill."""

from typing import Any, Final

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from modelless_web.records.language.query import Term
from modelless_web.records.models import Usage, UsageOfAll, User
from modelless_web.records.usage.reading import GENERATIONS, most_of
from modelless_web.records.usage.speed import Speed, queue, speeds
from modelless_web.studio.reports.asked import dimensions, read
from modelless_web.studio.reports.report import Report, door, nowhere
from modelless_web.studio.reports.table import table
from modelless_web.studio.requests import StudioRequest, may_view_all

MODELS: Final = 12
"""Of which it is told how fast they were."""
DIMENSIONS: Final = ("owner", "model", "day", "status", "charge")


@require_safe
def everyone(request: StudioRequest) -> HttpResponse:
    """The same by person, too, with what failed, how long it took and what waits.

    How long answers took is read from the ledger, and only where ``speed`` is in the address.
    """
    if not may_view_all(request.user):
        raise Http404
    report = reading(request)
    asked = report.asked
    if request.GET.get("format") == "csv":
        return table(report, asked.by or DIMENSIONS)
    if request.htmx and "speed" in request.GET:
        response = render(request, "studio/everyone.html#speed", {"speeds": speeds_of(report)})
    else:
        response = render(request, "studio/everyone.html", context(request, report))
    # The same address is a page and a fragment; a cache must not mix them up.
    response["Vary"] = "HX-Request"
    return response


def context(request: StudioRequest, report: Report) -> dict[str, Any]:
    """What the page shows."""
    is_slow = "speed" in request.GET
    speed = {"speeds": speeds_of(report)} if is_slow else {"speed_url": report.url(speed="1")}
    own = {
        "is_for_staff": True,
        "may_view_all": True,
        "dimensions": dimensions(DIMENSIONS, report.asked),
        "people": report.people(),
        "queue": queue(),
    }
    return report.context() | speed | own


def reading(request: StudioRequest) -> Report:
    """What the address asks for, of everybody or of one person."""
    today = request.user.day(timezone.now())
    asked = read(request, today, DIMENSIONS)
    may_look = request.user.has_perm("records.view_generation")
    way = door("admin:records_generation_changelist") if may_look else nowhere
    if not asked.person:
        together, each = UsageOfAll.spans.all(), Usage.spans.all()
        return Report(together, each, asked, today, way, is_about_money=True)
    person = User.objects.filter(username__iexact=asked.person).first()
    cells = Usage.spans.filter(owner=person) if person else Usage.spans.none()
    terms = [Term(asked.person, "owner")]
    return Report(cells, cells, asked, today, way, terms, is_about_money=True)


def speeds_of(report: Report) -> list[Speed]:
    """How fast the models were that were used the most."""
    models = [model for (model,) in most_of(report.rows, "model", GENERATIONS, MODELS)]
    person = report.asked.person
    return speeds(models, report.asked.period, Q(owner__username__iexact=person) if person else Q())
