"""What staff can do for a generation: ask its gateway, rescue its pictures, copy it as code."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, re_path, reverse
from django.views.decorators.http import require_POST, require_safe

from modelless_web.backoffice import masks
from modelless_web.backoffice.base import PrivateAdmin
from modelless_web.backoffice.gateways import what_happened
from modelless_web.engine import runtime, tasks
from modelless_web.records.models import Audit, Gateway, Generation
from modelless_web.studio.snippets.code import code_of

ID = r"^(?P<pk>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
NO_ENGINE = "The engine does not run in this process; nothing was asked."
type Page = Callable[[HttpRequest, str], HttpResponse]

RIGHT = "records.change_generation"
"""Nobody changes the ledger by hand: the right lets staff have the engine do something."""


class TendingPage(PrivateAdmin):
    """What a generation's page has besides what it shows."""

    def get_urls(self) -> list[URLPattern]:
        places = {
            "ask": self._on_post(self.ask_gateway),
            "rescue": self._on_post(self.rescue_pictures),
            "code": require_safe(self.show_code),
        }
        own = [
            re_path(
                rf"{ID}/{name}/$",
                self.admin_site.admin_view(page),
                name=f"records_generation_{name}",
            )
            for name, page in places.items()
        ]
        return [*own, *super().get_urls()]

    def has_tend_permission(self, request: HttpRequest) -> bool:
        """Whether somebody may have the engine do something for a generation."""
        return request.user.has_perm(RIGHT)

    def ask_gateway(self, request: HttpRequest, pk: str) -> HttpResponse:
        """Ask its gateway now; let it go on if it waits; say what came."""
        row = _found(pk)
        self.note(request, Audit.What.ASKED, target=pk)
        self._ask(request, row)
        return _back(row)

    def rescue_pictures(self, request: HttpRequest, pk: str) -> HttpResponse:
        """Have its lost pictures fetched again, those that have an address left."""
        row = _found(pk)
        count = tasks.rescue_again(row)
        self.note(request, Audit.What.RESCUED, target=pk, count=count)
        if count:
            self.message_user(request, f"{count:,} lost pictures are fetched again.")
        else:
            said = "It has no lost picture with an address to fetch it from."
            self.message_user(request, said, messages.WARNING)
        return _back(row)

    def show_code(self, request: HttpRequest, pk: str) -> HttpResponse:
        """The request that was sent, as code in one language."""
        if not (self.has_view_permission(request) and masks.may_read(request.user)):
            raise PermissionDenied
        row = _found(pk)
        chosen = code_of(row, request.GET.get("language", ""))
        if not chosen:
            raise Http404
        self.note(request, Audit.What.CODE, target=pk)
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            **chosen,
            "title": "Copy as code",
            "opts": self.opts,
            "original": row,
        }
        return TemplateResponse(request, "admin/records/generation/code.html", context)

    def _on_post(self, page: Page) -> Page:
        """Ask for the right before the way it is asked for: others are told nothing."""

        def guarded(request: HttpRequest, pk: str) -> HttpResponse:
            if not self.has_tend_permission(request):
                raise PermissionDenied
            return require_POST(page)(request, pk)

        return guarded

    def _ask(self, request: HttpRequest, row: Generation) -> None:
        if runtime.current() is None:
            self.message_user(request, NO_ENGINE, messages.ERROR)
            return
        tasks.go_on(row)
        gateway = Gateway.objects.defer("key").get(pk=row.gateway_id)
        self.message_user(request, *what_happened(gateway))
        now = Generation.objects.only("status", "retry_at").get(pk=row.pk)
        if row.is_open:
            self.message_user(request, f"The generation: {now.get_status_display().lower()}.")


def _found(pk: str) -> Generation:
    rows = Generation.objects.select_related("gateway").defer("gateway__key")
    return get_object_or_404(rows, pk=UUID(pk))


def _back(row: Generation) -> HttpResponseRedirect:
    address = reverse("admin:records_generation_change", args=[row.pk])
    return HttpResponseRedirect(address, status=303)
