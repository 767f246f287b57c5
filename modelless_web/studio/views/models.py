"""Models: what the gateways offer."""

from asgiref.sync import sync_to_async
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from modelless_web.engine import catalogue, runtime
from modelless_web.records.models import Gateway, Model
from modelless_web.studio.requests import StudioRequest


@require_GET
def models(request: StudioRequest) -> HttpResponse:
    """Every gateway with the models that can be chosen now."""
    offered = Prefetch("models", Model.objects.on_offer().exclude(kind=Model.Kind.HIDDEN))
    gateways = [
        {"gateway": gateway, "models": list(gateway.models.all())}
        for gateway in Gateway.objects.filter(enabled=True).prefetch_related(offered)
    ]
    return render(request, "studio/models.html", {"gateways": gateways})


@require_POST
async def refresh(request: HttpRequest) -> HttpResponse:
    """Ask the gateways for their lists now. Async: a gateway may take its time."""
    await sync_to_async(lambda: request.user.pk)()
    engine = runtime.current()
    if engine:
        await catalogue.refresh(engine.runner.client)
    return HttpResponseRedirect(reverse("models"), status=303)
