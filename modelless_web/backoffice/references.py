"""The pictures that people gave along with their prompts, to be looked at."""

from typing import Any, Final
from uuid import UUID

from django.contrib import admin
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from modelless_web.backoffice import pieces
from modelless_web.backoffice.filters import MediaTypeFilter, PersonFilter
from modelless_web.backoffice.images import ImagesAdmin, generation_link
from modelless_web.records.models import Generation, Reference

MOST_NAMED: Final = 20


@admin.register(Reference)
class ReferenceAdmin(ImagesAdmin):
    list_display = (
        *("shown_small", "owner", "newest", "media_type", "bytes", "dimensions"),
        *("made_at", "used_at"),
    )
    list_filter = (PersonFilter, MediaTypeFilter)
    fieldsets = (
        (None, {"fields": ("shown_large", "owner", "went_along", ("made_at", "used_at"))}),
        ("Our copy", {"fields": ("media_type", "bytes", "dimensions", "colour", "sha256")}),
        ("Where it came from", {"fields": ("address", "expires_at")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        newest = Generation.objects.only("model", "queued_at").order_by("-pk")[:MOST_NAMED]
        rows = super().get_queryset(request).select_related("owner").defer("owner__password")
        return rows.prefetch_related(Prefetch("generations", newest, to_attr="newest_rows"))

    def with_id(self, queryset: QuerySet[Any], pk: UUID) -> QuerySet[Any]:
        of = Reference.generations.through.objects.filter(generation=pk).values("reference")
        return queryset.filter(Q(pk=pk) | Q(pk__in=of))

    @admin.display(description="newest generation")
    def newest(self, row: Any) -> SafeString | str:
        return generation_link(row.newest_rows[0]) if row.newest_rows else pieces.NOTHING

    @admin.display(description="went along with")
    def went_along(self, row: Any) -> SafeString | str:
        links = ((generation_link(generation),) for generation in row.newest_rows)
        return format_html_join(", ", "{}", links) or pieces.NOTHING
