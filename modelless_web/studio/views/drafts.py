"""Drafts: kept while somebody types, and the list to choose from."""

from typing import Final
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from modelless_web.records.models import Draft
from modelless_web.records.models.drafts import TooManyDraftsError
from modelless_web.studio.forms.drafts import DraftForm
from modelless_web.studio.forms.references import posted
from modelless_web.studio.requests import StudioRequest, find_draft, lead, own_draft
from modelless_web.studio.views.create import SAID, UNPROCESSABLE, unsaved

SEE_OTHER: Final = 303
PAGE: Final = "studio/drafts.html"


@require_safe
def drafts(request: StudioRequest) -> HttpResponse:
    """The drafts to choose from, as a page of their own or for Create."""
    response = _list(request, find_draft(request, request.GET.get("draft", "")))
    # The same address is a page and a fragment; a cache must not mix them up.
    response["Vary"] = "HX-Request"
    return response


@require_POST
def save(request: StudioRequest) -> HttpResponse:
    """Keep what a page holds. A script is told what came of it, a form is led to the draft."""
    is_script = request.get_preferred_type(["text/html", "application/json"]) != "text/html"
    sent = posted(request.user, request.POST, request.FILES)
    form = DraftForm(sent.data)
    if sent.faults or not form.is_valid():
        said = " ".join(sent.faults) or form.fault
        return _refused(request, said, sent.data, is_script=is_script)
    page = form.cleaned_data
    try:
        kept = Draft.objects.write(request.user, page["draft"], page["version"], form.typed())
    except TooManyDraftsError:
        return _refused(request, SAID["full"], sent.data, is_script=is_script)
    said = "apart" if kept.has_parted else "saved"
    draft = kept.draft
    if not is_script:
        return lead(request, f"{draft.get_absolute_url()}&said={said}")
    told = {"draft": draft.pk, "version": draft.version, "title": draft.title}
    note = SAID["apart"] if kept.has_parted else ""
    return JsonResponse(told | {"said": SAID["saved"], "note": note})


@require_POST
def name(request: StudioRequest, pk: UUID) -> HttpResponse:
    """Give it a name."""
    row = own_draft(request, str(pk))
    row.rename(request.POST.get("name", ""))
    if request.htmx:
        return _list(request, row, renamed=True)
    return HttpResponseRedirect(f"{reverse('drafts')}?draft={row.pk}", status=SEE_OTHER)


@require_POST
def duplicate(request: StudioRequest, pk: UUID) -> HttpResponse:
    """Make a second draft of it and go on with that one."""
    row = own_draft(request, str(pk))
    try:
        made = Draft.objects.duplicate(row)
    except TooManyDraftsError:
        return lead(request, f"{row.get_absolute_url()}&said=full")
    return lead(request, made.get_absolute_url())


@require_POST
def trash(request: StudioRequest, pk: UUID) -> HttpResponse:
    """Put it into the trash and offer the way back; who has it open gets an empty composer."""
    row, current = own_draft(request, str(pk)), find_draft(request, request.POST.get("draft", ""))
    row.trash()
    if current and current.pk == row.pk:
        return lead(request, f"{reverse('create')}?undo={row.pk}")
    if request.htmx:
        return _list(request, current, undo=row)
    return HttpResponseRedirect(f"{reverse('drafts')}?undo={row.pk}", status=SEE_OTHER)


@require_POST
def restore(request: StudioRequest, pk: UUID) -> HttpResponse:
    """Bring it back from the trash, and go on with it."""
    row = own_draft(request, str(pk), in_trash=True)
    row.restore()
    return lead(request, row.get_absolute_url())


def _refused(
    request: StudioRequest, said: str, sent: QueryDict, *, is_script: bool
) -> HttpResponse:
    said = f"Not saved. {said}"
    if is_script:
        return JsonResponse({"said": said}, status=UNPROCESSABLE)
    return unsaved(request, said, sent)


def _list(
    request: StudioRequest,
    current: Draft | None,
    undo: Draft | None = None,
    *,
    renamed: bool = False,
) -> HttpResponse:
    context = {
        "draft": current,
        "drafts": list(Draft.objects.listed_for(request.user)),
        "undo": undo or find_draft(request, request.GET.get("undo", ""), in_trash=True),
        "renamed": renamed,
    }
    return render(request, PAGE + ("#list" if request.htmx else ""), context)
