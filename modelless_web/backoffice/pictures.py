"""The pictures, to be looked at: our copies and where they came from."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, re_path
from django.utils.safestring import SafeString

from modelless_web.backoffice import masks, pieces, thumbnails
from modelless_web.backoffice.base import PrivateAdmin
from modelless_web.backoffice.filters import MediaTypeFilter
from modelless_web.backoffice.finding import read_uuid
from modelless_web.backoffice.generations import HEAVY
from modelless_web.records.models import Audit, Picture
from modelless_web.studio.views.pictures import respond

SHA256_DIGITS = 64
ID = r"(?P<pk>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"


@admin.register(Picture)
class PictureAdmin(PrivateAdmin):
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
    ordering = ("-id",)
    sortable_by = ()
    search_fields = ("sha256",)
    search_help_text = "An id, a SHA-256, or a part of the address it came from."
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

    def asks_for_words(self, request: HttpRequest, term: str) -> bool:
        return read_uuid(term) is None

    def search(
        self, request: HttpRequest, queryset: QuerySet[Any], term: str
    ) -> tuple[QuerySet[Any], bool]:
        """An id or a whole hash is found by index; anything else is looked for in addresses."""
        pk = read_uuid(term)
        if not term:
            return queryset, False
        if pk:
            return queryset.filter(Q(pk=pk) | Q(generation_id=pk)), False
        if len(term) == SHA256_DIGITS:
            return queryset.filter(sha256=term.lower()), False
        return queryset.filter(source_url__icontains=term), False

    def get_urls(self) -> list[URLPattern]:
        image = re_path(
            rf"^{ID}/image/(?P<variant>320|640|original)/$",
            self.admin_site.admin_view(self.image),
            name="records_picture_image",
        )
        return [image, *super().get_urls()]

    def image(self, request: HttpRequest, pk: str, variant: str) -> HttpResponseBase:
        """The bytes of any person's picture, for staff who may see pictures."""
        if not (self.has_view_permission(request) and masks.may_read(request.user)):
            raise PermissionDenied
        row = get_object_or_404(Picture, pk=UUID(pk))
        answer = respond(request, row, variant)
        if not thumbnails.is_of_page(request, row.pk, variant):
            self.note(request, Audit.What.PICTURE, target=pk)
        return answer

    @admin.display(description="picture")
    def shown_small(self, row: Picture) -> SafeString | str:
        return pieces.preview(row, look="small")

    @admin.display(description="picture")
    def shown_large(self, row: Picture) -> SafeString | str:
        return pieces.preview(row, "640", look="large")

    @admin.display(description="generation")
    def of_generation(self, row: Picture) -> SafeString:
        """Without a word of the prompt: that takes the right to see generations."""
        of = row.generation
        return pieces.link(of, f"{of.model}, {of.queued_at:%Y-%m-%d %H:%M:%S}")

    @admin.display(description="size")
    def bytes(self, row: Picture) -> str:
        return pieces.bytes_text(row.size) if row.size else pieces.NOTHING

    @admin.display(description="dimensions")
    def dimensions(self, row: Picture) -> str:
        return f"{row.width} × {row.height}" if row.width else pieces.NOTHING

    @admin.display(description="source host")
    def source(self, row: Picture) -> str:
        if masks.is_hidden(row):
            return masks.HIDDEN
        return row.source_host or "In the answer itself"

    @admin.display(description="address")
    def address(self, row: Picture) -> SafeString | str:
        return pieces.pre(row.source_url, 2_000)
