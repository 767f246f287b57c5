"""Create: the composer and the newest results; and the form's way into the ledger."""

from dataclasses import replace
from itertools import groupby
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from modelless_web.engine import submissions, tasks
from modelless_web.records.ids import read_uuid, uuid7
from modelless_web.records.models import Draft, Generation, Model
from modelless_web.records.models.drafts import MOST_DRAFTS, offer
from modelless_web.records.money.budgets import OverBudgetError
from modelless_web.records.money.estimate import estimate
from modelless_web.records.money.outlook import Outlook, outlook
from modelless_web.studio.forms.composer import LONGEST_PROMPT, ComposerForm, initial
from modelless_web.studio.forms.drafts import restored
from modelless_web.studio.forms.references import posted
from modelless_web.studio.fragments import reswap
from modelless_web.studio.requests import (
    StudioRequest,
    find_draft,
    own_draft,
    own_generation,
)

NEWEST = 12
NO_CONTENT = 204
UNPROCESSABLE = 422
LONGEST_ID = 18
# What begins a new draft, so that nothing that is typed already is overwritten.
BEGINNINGS = {"new", "undo", "from", "prompt", "along"}
TAKES = {"all", "prompt", "parameters", "refine"}


# What the line beside Generate says about the draft.
SAID = {
    "saved": "Saved",
    "alone": "The answer that this refined is gone; it begins a new conversation now.",
    "apart": "Another tab has changed this draft, so what you typed here is now one of its own.",
    "unstored": "The picture can’t be stored now, so it does not go along. Try again in a moment.",
    "full": f"You have {MOST_DRAFTS} drafts, as many as there may be. Delete one first.",
}


@never_cache
@require_safe
def create(request: StudioRequest) -> HttpResponse:
    """The composer with the current draft, with a new one, or with what is taken elsewhere."""
    source, take = _source(request)
    draft = _draft(request)
    model = _model(request, draft, source, take)
    said = ""
    if draft.version:
        values = restored(draft)
        source = _refined(request, values["parent"])
        if values["parent"] and source is None:
            said, values["parent"] = SAID["alone"], ""
    else:
        values = initial(request.user, model, source, take)
        if source is None and request.GET.keys() & BEGINNINGS:
            values["prompt"] = ""
        if "prompt" in request.GET:
            values["prompt"] = request.GET["prompt"][:LONGEST_PROMPT]
        if "along" in request.GET:
            values["references"] = request.GET["along"]
    form = ComposerForm(initial=values | {"model": model}, person=request.user)
    page = _page(request, form, draft, source)
    return render(request, "studio/create.html", page | ({"said": said} if said else {}))


def unsaved(request: StudioRequest, said: str, sent: QueryDict) -> HttpResponse:
    """Create with what was sent, which can't be kept for the reason that is ``said``."""
    form = ComposerForm(initial=sent.dict(), person=request.user)
    source = _refined(request, sent.get("parent", ""))
    page = _page(request, form, _sent_draft(request), source) | {"said": said}
    return render(request, "studio/create.html", page, status=UNPROCESSABLE)


@require_safe
def picture_fields(request: StudioRequest) -> HttpResponse:
    """What only picture models take, for a composer that was made for another one."""
    form = ComposerForm(person=request.user)
    return render(request, "studio/create.html#pictures", {"form": form})


@require_POST
def submit(request: StudioRequest) -> HttpResponse:
    """Take the form: commit the generation, or say what is wrong and keep what was typed."""
    sent = posted(request.user, request.POST, request.FILES)
    form = ComposerForm(sent.data, person=request.user, faults=sent.faults)
    if not form.is_valid():
        return _composer(request, form, status=UNPROCESSABLE)
    data = form.cleaned_data
    try:
        generation = tasks.submit(
            submissions.new(
                owner=request.user,
                model=data["model"],
                parameters=form.built,
                asked=form.asked(),
                submission=data["submission"],
                parent=data["parent"],
            )
        )
    except OverBudgetError as refusal:
        return _composer(request, form, status=UNPROCESSABLE, refusal=str(refusal))
    if not request.htmx:
        return HttpResponseRedirect(generation.get_absolute_url(), status=303)
    return _taken(request, form)


@login_not_required
@require_POST
def cost(request: HttpRequest) -> HttpResponse:
    """What the composer would cost as it stands, for the line under Generate.

    Who has been signed out meanwhile is told nothing, and is not led away from what they type.
    """
    if not request.user.is_authenticated:
        return HttpResponse(status=NO_CONTENT)
    # Without the request: this line needs nothing of what surrounds a page.
    line = {"outlook": _outlook(ComposerForm(request.POST, person=request.user))}
    return HttpResponse(render_to_string("components/cost.html", line))


def _outlook(form: ComposerForm, refusal: str = "") -> Outlook | None:
    """What the form would cost; what has just been refused stays so until something changes."""
    sketch = form.sketch()
    if sketch is None:
        return None
    (model, parameters), now = sketch, timezone.now()
    thought = estimate(model.gateway, model.name, parameters.body(), form.person, now)
    found = outlook(thought, form.person, now)
    return replace(found, refusals=[refusal]) if refusal else found


def _taken(request: StudioRequest, form: ComposerForm) -> HttpResponse:
    """Make the composer ready for the next submission; what is typed stays where it is.

    It begins a conversation of its own: who refines on, refines the answer that is to come.
    """
    submission = uuid7().hex
    if "mending" in request.POST:
        fresh = QueryDict(mutable=True)
        fresh.update(form.data)
        fresh["submission"], fresh["parent"] = submission, ""
        return _composer(request, ComposerForm(fresh, person=request.user))
    # Without the request: this answer needs nothing of what surrounds a page.
    html = render_to_string("studio/create.html#taken", {"submission": submission})
    return reswap(HttpResponse(html), "none")


def _composer(
    request: StudioRequest, form: ComposerForm, status: int = 200, refusal: str = ""
) -> HttpResponse:
    source = form.refined()
    if request.htmx:
        context = _composer_context(form, source, refusal)
        return render(request, "studio/create.html#composer", context, status=status)
    page = _page(request, form, _sent_draft(request), source, refusal)
    return render(request, "studio/create.html", page, status=status)


def _draft(request: StudioRequest) -> Draft:
    """The draft to go on with: the one asked for, or where nothing is taken the last used.

    What has been sent comes back by its address alone. A new draft has version 0, and its id from
    the address if there is one, so that a reload finds what was typed after the page was made.
    """
    if "draft" in request.GET:
        draft = own_draft(request, request.GET["draft"])
        draft.open()
        return draft
    new = request.GET.get("new", "")
    if request.GET.keys() & BEGINNINGS:
        found = find_draft(request, new)
    else:
        found = Draft.objects.visible_to(request.user).with_sent().first()
        found = None if found and found.is_sent else found
    return found or Draft(pk=read_uuid(new) or offer(request.user), version=0)


def _sent_draft(request: StudioRequest) -> Draft:
    """The draft of a sent form, as far as its page had read it."""
    sent = request.POST.get("draft", "")
    draft = find_draft(request, sent) or Draft(pk=read_uuid(sent) or offer(request.user))
    version = request.POST.get("version", "")
    draft.version = int(version) if version.isdecimal() and len(version) < LONGEST_ID else 0
    return draft


def _refined(request: StudioRequest, pk: str) -> Generation | None:
    parent = read_uuid(pk)
    mine = Generation.objects.visible_to(request.user)
    return mine.filter(pk=parent).first() if parent else None


def _source(request: StudioRequest) -> tuple[Generation | None, str]:
    take = request.GET.get("take", "all")
    pk = request.GET.get("from", "")
    if not pk or take not in TAKES:
        return None, ""
    return own_generation(request, read_uuid(pk)), take


def _model(
    request: StudioRequest, draft: Draft, source: Generation | None, take: str
) -> Model | None:
    """The model to begin with: the one asked for, the draft's or source's, the last used, any."""
    offered = Model.objects.on_offer().filter(kind__in=Model.COMPOSABLE)
    wanted = request.GET.get("model", "") or draft.fields.get("model", "")
    if wanted.isdecimal() and len(wanted) <= LONGEST_ID:
        found = offered.filter(pk=wanted).first()
        if found:
            return found
    if source is None or take == "prompt":
        source = Generation.objects.visible_to(request.user).first()
    if source:
        same = offered.filter(name=source.model, gateway=source.gateway_id).first()
        if same and ("along" not in request.GET or same.most_along):
            return same
    if "along" in request.GET:
        return next((model for model in offered if model.most_along), None)
    return offered.filter(name="stable-diffusion").first() or offered.first()


def _page(
    request: StudioRequest,
    form: ComposerForm,
    draft: Draft,
    source: Generation | None,
    refusal: str = "",
) -> dict[str, Any]:
    rows = list(Generation.objects.visible_to(request.user).with_answers()[: NEWEST + 1])
    return _composer_context(form, source, refusal) | {
        "draft": draft,
        "said": SAID.get(request.GET.get("said", ""), ""),
        "undo": find_draft(request, request.GET.get("undo", ""), in_trash=True),
        "generations": rows[:NEWEST],
        "has_more": len(rows) > NEWEST,
    }


def _composer_context(
    form: ComposerForm, source: Generation | None, refusal: str = ""
) -> dict[str, Any]:
    models = list(form.fields["model"].queryset)  # type: ignore[attr-defined]
    # Few sets are taken by many models; each is said once.
    takes = list(dict.fromkeys(model.takes for model in models))
    gateways = [
        {
            "gateway": gateway,
            "options": [{"model": model, "takes": takes.index(model.takes)} for model in group],
        }
        for gateway, group in groupby(models, key=lambda model: model.gateway)
    ]
    reasons = [] if models else ["No gateway offers a model yet. See Models for the reason."]
    return {
        "form": form,
        "gateways": gateways,
        "takes": "|".join(takes),
        "source": source,
        "reasons": reasons,
        "outlook": _outlook(form, refusal),
        "refusal": refusal,
    }
