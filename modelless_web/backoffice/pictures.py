"""The pictures, to be looked at: our copies and where they came from."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from modelless_web.backoffice import masks
from modelless_web.backoffice.filters import MediaTypeFilter
from modelless_web.backoffice.generations import HEAVY
from modelless_web.backoffice.images import ImagesAdmin, generation_link
from modelless_web.records.models import Picture


@admin.register(Picture)
class PictureAdmin(ImagesAdmin):
    list_display = (
        "shown_small",
        "of_generation",
        "state",
        "media_type",
        "bytes",
        "dimensions",
        "source",
        "settled_at",
    )
    list_filter = ("state", MediaTypeFilter)
    list_select_related = ("generation",)
    fieldsets = (
        (None, {"fields": ("shown_large", "of_generation", ("choice", "position"), "alt")}),
        (
            "Our copy",
            {"fields": ("state", "media_type", "bytes", "dimensions", "colour", "sha256")},
        ),
        (
            "Where it came from",
            {"fields": ("source", "address", "attempts", "trouble", "settled_at")},
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request).select_related("generation")
        return rows.defer(*(f"generation__{column}" for column in HEAVY))

    def with_id(self, queryset: QuerySet[Any], pk: UUID) -> QuerySet[Any]:
        return queryset.filter(Q(pk=pk) | Q(generation_id=pk))

    @admin.display(description="generation")
    def of_generation(self, row: Picture) -> SafeString:
        return generation_link(row.generation)

    @admin.display(description="source host")
    def source(self, row: Picture) -> str:
        if masks.is_hidden(row):
            return masks.HIDDEN
        return row.source_host or "In the answer itself"
