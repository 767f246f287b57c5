"""Models: what the gateways offer."""

from django.db.models import Prefetch
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from modelless_web.engine import tasks
from modelless_web.records.models import Gateway, Model
from modelless_web.studio.requests import StudioRequest


@require_safe
def models(request: StudioRequest) -> HttpResponse:
    """Every gateway with the models that can be chosen now."""
    offered = Prefetch("models", Model.objects.on_offer().exclude(kind=Model.Kind.HIDDEN))
    gateways = [
        {"gateway": gateway, "models": list(gateway.models.all())}
        for gateway in Gateway.objects.filter(enabled=True).prefetch_related(offered)
    ]
    return render(request, "studio/models.html", {"gateways": gateways})


@require_POST
def refresh(request: StudioRequest) -> HttpResponse:
    """Ask the gateways for their lists now."""
    tasks.refresh_models()
    return HttpResponseRedirect(reverse("models"), status=303)
