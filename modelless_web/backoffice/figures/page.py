"""The totals and the chart of a list, at an address of their own: the list never waits for them."""

from datetime import date
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from modelless_web.backoffice.figures.cells import count
from modelless_web.backoffice.figures.chart import Link, chart
from modelless_web.backoffice.figures.totals import figures, newest_durations
from modelless_web.backoffice.filters import DaysFilter

TEMPLATE = "admin/records/generation/totals.html"


class TotalsPage(admin.ModelAdmin):  # type: ignore[type-arg]
    """What a list of generations has besides its rows."""

    def get_urls(self) -> list[URLPattern]:
        totals = path(
            "totals/",
            self.admin_site.admin_view(self.totals),
            name="records_generation_totals",
        )
        return [totals, *super().get_urls()]

    def totals(self, request: HttpRequest) -> HttpResponse:
        """What the filters of the list find, added up: a piece of its page, or a page."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            listed: Any = self.get_changelist_instance(request)
            counted = count(listed, request)
        except IncorrectLookupParameters as error:
            raise BadRequest from error
        since, until = _ends(listed)
        context = {
            **self.admin_site.each_context(request),
            "title": "Totals",
            "opts": self.opts,
            "cl": listed,
            "figures": figures(counted, newest_durations(counted.rows)),
            "chart": chart(counted.cells, since, until, _link(listed)),
        }
        # Written by the middleware of htmx: whether a piece is asked for.
        template = f"{TEMPLATE}#totals" if getattr(request, "htmx", False) else TEMPLATE
        return TemplateResponse(request, template, context)


def _ends(listed: ChangeList) -> tuple[date | None, date | None]:
    return next(spec.ends for spec in listed.filter_specs if isinstance(spec, DaysFilter))


def _link(listed: ChangeList) -> Link:
    def link(first: date, after: date) -> str:
        days = {"day__gte": first.isoformat(), "day__lt": after.isoformat()}
        address = reverse("admin:records_generation_changelist")
        return address + listed.get_query_string(days, ["day__"])

    return link
