"""Models: what the gateways offer and ask for it; for staff also what the gateways report."""

from collections.abc import Iterable
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from modelless_web.engine import tasks
from modelless_web.records.models import Gateway
from modelless_web.records.prices import bills, drift
from modelless_web.records.prices.offers import SORTS, offers
from modelless_web.studio.requests import StudioRequest


@require_safe
def models(request: StudioRequest) -> HttpResponse:
    """Every gateway with the models that can be chosen now, those that match, in order."""
    words = request.GET.get("q", "")[:200]
    sort = request.GET.get("sort", "")
    sort = sort if sort in SORTS else "name"
    found = offers(request.user, timezone.now(), words, sort)
    reported = _reported(gateway for gateway, _ in found) if _may_see_bills(request) else {}
    context = {
        "gateways": [
            {"gateway": gateway, "offers": fitting, **reported.get(gateway.pk, {})}
            for gateway, fitting in found
        ],
        "words": words,
        "sort": sort,
        "sorts": SORTS,
        "may_see_bills": bool(reported),
    }
    return render(request, "studio/models.html", context)


@require_safe
def balances(request: StudioRequest) -> HttpResponse:
    """What the gateways report now of the keys' accounts, asked once a minute. For staff."""
    if not _may_see_bills(request):
        raise Http404
    tasks.refresh_bills()
    reported = _reported(Gateway.objects.filter(enabled=True).defer("key"))
    context = {"balances": [{"pk": pk, **told} for pk, told in reported.items()]}
    return render(request, "studio/models.html#balances", context)


@require_POST
def refresh(request: StudioRequest) -> HttpResponse:
    """Ask the gateways for their lists now."""
    tasks.refresh_models()
    return HttpResponseRedirect(reverse("models"), status=303)


def _may_see_bills(request: StudioRequest) -> bool:
    """Those who look after the gateways answer for the bill."""
    return request.user.is_staff and request.user.has_perm("records.view_gateway")


def _reported(gateways: Iterable[Gateway]) -> dict[int, dict[str, Any]]:
    """The newest report and the alarms of each gateway that costs anything."""
    paid = [gateway.pk for gateway in gateways if not gateway.is_practice]
    newest, alarms = bills.newest(paid, timezone.now()), drift.alarms(paid)
    return {
        pk: {
            "bill": newest.get(pk),
            "balance": bills.sentence(newest[pk]) if pk in newest else "",
            "alarms": [drift.sentence(alarm) for alarm in alarms.get(pk, ())],
        }
        for pk in paid
    }
