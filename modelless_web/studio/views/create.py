"""Create: the composer and the newest results; and the form's way into the ledger."""

from itertools import groupby
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_GET, require_POST

from modelless_web.engine import tasks
from modelless_web.records.ids import uuid7
from modelless_web.records.models import Generation, Model
from modelless_web.studio.forms.chat import LONGEST_PROMPT, ChatForm, initial
from modelless_web.studio.fragments import reswap
from modelless_web.studio.requests import StudioRequest, own_generation, read_uuid

NEWEST = 12
UNPROCESSABLE = 422
LONGEST_ID = 18
TAKES = {"all", "prompt", "parameters", "refine"}


@require_GET
def create(request: StudioRequest) -> HttpResponse:
    """The composer, filled with a sample or from an earlier generation."""
    source, take = _source(request)
    model = _model(request, source, take)
    values = initial(request.user, model, source, take)
    if "prompt" in request.GET:
        values["prompt"] = request.GET["prompt"][:LONGEST_PROMPT]
    form = ChatForm(initial=values, person=request.user)
    return render(request, "studio/create.html", _page(request, form, source, take))


@require_POST
def submit(request: StudioRequest) -> HttpResponse:
    """Take the form: commit the generation, or say what is wrong and keep what was typed."""
    form = ChatForm(request.POST, person=request.user)
    if not form.is_valid():
        return _composer(request, form, status=UNPROCESSABLE)
    data = form.cleaned_data
    generation = tasks.submit(
        owner=request.user,
        model=data["model"],
        parameters=form.parameters(),
        asked=form.asked(),
        submission=data["submission"],
        parent=data["parent"],
    )
    if not request.htmx:
        return HttpResponseRedirect(generation.get_absolute_url(), status=303)
    return _taken(request, form)


def _taken(request: StudioRequest, form: ChatForm) -> HttpResponse:
    """Make the composer ready for the next submission; what is typed stays where it is.

    It begins a conversation of its own: who refines on, refines the answer that is to come.
    """
    submission = uuid7().hex
    if "mending" in request.POST:
        fresh = QueryDict(mutable=True)
        fresh.update(form.data)
        fresh["submission"], fresh["parent"] = submission, ""
        return _composer(request, ChatForm(fresh, person=request.user))
    # Without the request: this answer needs nothing of what surrounds a page.
    html = render_to_string("studio/create.html#taken", {"submission": submission})
    return reswap(HttpResponse(html), "none")


def _composer(request: StudioRequest, form: ChatForm, status: int = 200) -> HttpResponse:
    source = form.refined()
    if request.htmx:
        context = _composer_context(form, source)
        return render(request, "studio/create.html#composer", context, status=status)
    return render(request, "studio/create.html", _page(request, form, source, ""), status=status)


def _source(request: StudioRequest) -> tuple[Generation | None, str]:
    take = request.GET.get("take", "all")
    pk = request.GET.get("from", "")
    if not pk or take not in TAKES:
        return None, ""
    return own_generation(request, read_uuid(pk)), take


def _model(request: StudioRequest, source: Generation | None, take: str) -> Model | None:
    """The model to begin with: the one asked for, the source's, the last used, the first."""
    offered = Model.objects.on_offer().filter(kind__in=Model.COMPOSABLE)
    wanted = request.GET.get("model", "")
    if wanted.isdecimal() and len(wanted) <= LONGEST_ID:
        return offered.filter(pk=wanted).first() or offered.first()
    if source is None or take == "prompt":
        source = Generation.objects.visible_to(request.user).first()
    if source:
        same = offered.filter(name=source.model, gateway=source.gateway_id).first()
        if same:
            return same
    return offered.filter(name="stable-diffusion").first() or offered.first()


def _page(
    request: StudioRequest, form: ChatForm, source: Generation | None, take: str
) -> dict[str, Any]:
    rows = list(Generation.objects.visible_to(request.user).with_answers()[: NEWEST + 1])
    refined = source if take == "refine" or form.is_bound else None
    return _composer_context(form, refined) | {
        "taken": take,
        "generations": rows[:NEWEST],
        "has_more": len(rows) > NEWEST,
    }


def _composer_context(form: ChatForm, source: Generation | None) -> dict[str, Any]:
    models = list(form.fields["model"].queryset)  # type: ignore[attr-defined]
    gateways = [
        {"gateway": gateway, "models": list(group)}
        for gateway, group in groupby(models, key=lambda model: model.gateway)
    ]
    reasons = [] if models else ["No gateway offers a model yet. See Models for the reason."]
    return {"form": form, "gateways": gateways, "source": source, "reasons": reasons}
