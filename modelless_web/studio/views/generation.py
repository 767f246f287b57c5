"""One generation: its page, its card, its bytes, and what can be done with it."""

import json
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from modelless_web.engine import submissions, tasks
from modelless_web.records.ids import uuid7
from modelless_web.records.models import Generation, Transcript
from modelless_web.records.money.budgets import OverBudgetError
from modelless_web.records.relations.inputs import given, measured, parameters, revised_prompts
from modelless_web.records.relations.lineage import lineage
from modelless_web.records.relations.twins import twins
from modelless_web.records.relations.words import Difference
from modelless_web.records.retention import KEPT_IN_TRASH
from modelless_web.studio.fragments import running_count
from modelless_web.studio.requests import StudioRequest, own_generation
from modelless_web.studio.snippets.code import code_of
from modelless_web.studio.views.marks import marks_of
from modelless_web.studio.views.shares import shares_of

CARD = "components/card.html"
LANGUAGE = "code-language"
A_YEAR = 365 * 24 * 60 * 60
SEE_OTHER = 303
UNPROCESSABLE = 422


@require_safe
def generation(request: StudioRequest, pk: UUID) -> HttpResponse:
    """The detail, as a page of its own or for the drawer; of what is in the trash, the way back."""
    try:
        row = own_generation(request, pk)
    except Http404:
        return _in_trash(request, own_generation(request, pk, in_trash=True))
    template = "studio/generation.html" + ("#detail" if request.htmx else "")
    chosen = code_of(row, request.COOKIES.get(LANGUAGE, ""))
    response = render(request, template, detail(request, row) | chosen)
    # The same address is a page and a fragment; a cache must not mix them up.
    response["Vary"] = "HX-Request"
    return response


@require_safe
def code(request: StudioRequest, pk: UUID) -> HttpResponse:
    """The request as code in one language, which is remembered: the snippet, or the page."""
    row = own_generation(request, pk)
    chosen = code_of(row, request.GET.get("language", ""))
    if not chosen:
        raise Http404
    if request.htmx:
        response = render(request, "components/code.html#snippet", chosen)
    else:
        context = detail(request, row) | chosen | {"code_is_open": True}
        response = render(request, "studio/generation.html", context)
    response["Vary"] = "HX-Request"
    response.set_cookie(
        LANGUAGE,
        chosen["language"].slug,
        max_age=A_YEAR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


@require_safe
def card(request: StudioRequest, pk: UUID) -> HttpResponse:
    """The card and the count of what runs, for pages that no stream reaches."""
    response = render(request, CARD, {"generation": own_generation(request, pk), "oob": True})
    response.write(running_count(Generation.objects.visible_to(request.user).open().count()))
    return response


@require_safe
def raw(request: StudioRequest, pk: UUID, side: str) -> HttpResponse:
    """The exact bytes that were sent or received, keys redacted."""
    row = own_generation(request, pk)
    transcript = Transcript.objects.filter(generation=row).first()
    body = getattr(transcript, side) if transcript else b""
    name = f"{side}-{row.pk}.txt"
    return HttpResponse(
        body,
        content_type="text/plain; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@require_POST
def stop(request: StudioRequest, pk: UUID) -> HttpResponse:
    """Stop it; what came is kept."""
    row = own_generation(request, pk)
    tasks.stop(row)
    return _back(request, row)


@require_POST
def again(request: StudioRequest, pk: UUID) -> HttpResponse:
    """Send the same request once more."""
    row = own_generation(request, pk)
    submission = request.POST.get("submission", "").replace("\0", "")[:64]
    try:
        made = tasks.submit(submissions.again(row, submission or uuid7().hex))
    except OverBudgetError as refusal:
        return _not_again(request, row, str(refusal))
    if request.htmx:
        # The button's one-time id is used up; the next press is a new wish.
        return render(request, f"{CARD}#again", {"generation": row})
    return HttpResponseRedirect(made.get_absolute_url(), status=SEE_OTHER)


def _not_again(request: StudioRequest, row: Generation, reason: str) -> HttpResponse:
    """Say beside the button why it was not sent."""
    if request.htmx:
        context = {"generation": row, "not_again": reason}
        return render(request, f"{CARD}#again", context, status=UNPROCESSABLE)
    page = detail(request, row) | code_of(row, "") | {"not_again": reason}
    return render(request, "studio/generation.html", page, status=UNPROCESSABLE)


@require_POST
def trash(request: StudioRequest, pk: UUID) -> HttpResponse:
    """Put it into the trash and offer the way back."""
    row = own_generation(request, pk)
    tasks.trash(row)
    if request.htmx:
        return render(request, "components/toast.html", {"generation": row, "oob": True})
    return HttpResponseRedirect(f"{reverse('history')}?undo={row.pk}", status=SEE_OTHER)


@require_POST
def restore(request: StudioRequest, pk: UUID) -> HttpResponse:
    """Bring it back from the trash."""
    row = own_generation(request, pk, in_trash=True)
    tasks.restore(row)
    return _back(request, own_generation(request, pk))


def _in_trash(request: StudioRequest, row: Generation) -> HttpResponse:
    """What was made of it may still lead to it, and so may a page that is open elsewhere."""
    template = "studio/generation.html" + ("#trashed" if request.htmx else "")
    context = {"generation": row, "days": KEPT_IN_TRASH.days}
    response = render(request, template, context)
    response["Vary"] = "HX-Request"
    return response


def _back(request: StudioRequest, row: Generation) -> HttpResponse:
    if request.htmx:
        return render(request, CARD, {"generation": own_generation(request, row.pk), "oob": True})
    return HttpResponseRedirect(row.get_absolute_url(), status=SEE_OTHER)


def detail(request: StudioRequest, row: Generation) -> dict[str, Any]:
    """Everything the detail shows around the card."""
    return {
        "generation": row,
        "parameters": parameters(row),
        "measured": measured(row),
        "given": given(row),
        "revised": [Difference(row.prompt, text) for text in revised_prompts(row)],
        "lineage": lineage(row),
        "pictures": _pictures(row),
        "request_json": json.dumps(row.request, indent=2, ensure_ascii=False),
        "response_json": json.dumps(row.response, indent=2, ensure_ascii=False)
        if row.response
        else "",
        "attempts": row.attempts.all(),
        "transcript": Transcript.objects.filter(generation=row).exists(),
        **marks_of(request, row),
        **shares_of(request, row),
    }


def _pictures(row: Generation) -> list[dict[str, Any]]:
    """Each picture, with the earlier one that has the very same bytes."""
    found = twins(row)
    return [{"picture": picture, "twin": found.get(picture.pk)} for picture in row.pictures.all()]
