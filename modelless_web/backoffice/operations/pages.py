"""Pages of the admin that belong to no one kind of row."""

from typing import Any

from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from modelless_web.backoffice.operations import engine, storage

RIGHT = "records.view_generation"


def show_engine(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """Processes and their leases, the queue, gateways that are down, rescues and chores."""
    _check(request)
    return _page(request, site, "engine", {"title": "Engine and leases", **engine.state()})


def show_storage(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """Whose pictures take how much room."""
    _check(request)
    figures = {"title": "Storage by person", "storage": storage.storage()}
    return _page(request, site, "storage", figures)


def _check(request: HttpRequest) -> None:
    if not request.user.has_perm(RIGHT):
        raise PermissionDenied


def _page(
    request: HttpRequest, site: AdminSite, name: str, context: dict[str, Any]
) -> HttpResponse:
    return TemplateResponse(request, f"admin/{name}.html", site.each_context(request) | context)
