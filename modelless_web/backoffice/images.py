"""What the pages of everything have in common that has bytes in the store: previews and finds."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, re_path
from django.utils.safestring import SafeString

from modelless_web.backoffice import masks, pieces, thumbnails
from modelless_web.backoffice.base import PrivateAdmin
from modelless_web.records.ids import read_uuid
from modelless_web.records.models import Audit, Generation
from modelless_web.records.models.stored import StoredImage
from modelless_web.studio.views.pictures import respond

SHA256_DIGITS = 64
ID = r"(?P<pk>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"


class ImagesAdmin(PrivateAdmin):
    """Rows of one kind of image, with a place for their bytes."""

    # A preview leads to the bytes, and a link in a link is none.
    list_display_links = ("dimensions",)
    ordering = ("-id",)
    sortable_by = ()
    search_fields = ("sha256",)
    search_help_text = "An id, a SHA-256, or a part of the address it came from."

    def asks_for_words(self, request: HttpRequest, term: str) -> bool:
        return read_uuid(term) is None

    def with_id(self, queryset: QuerySet[Any], pk: UUID) -> QuerySet[Any]:
        """The one of this id, and those of the generation of this id."""
        raise NotImplementedError

    def search(
        self, request: HttpRequest, queryset: QuerySet[Any], term: str
    ) -> tuple[QuerySet[Any], bool]:
        """An id or a whole hash is found by index; anything else is looked for in addresses."""
        pk = read_uuid(term)
        if not term:
            return queryset, False
        if pk:
            return self.with_id(queryset, pk), False
        if len(term) == SHA256_DIGITS:
            return queryset.filter(sha256=term.lower()), False
        return queryset.filter(source_url__icontains=term), False

    def get_urls(self) -> list[URLPattern]:
        image = re_path(
            rf"^{ID}/image/(?P<variant>320|640|original)/$",
            self.admin_site.admin_view(self.image),
            name=f"records_{self.opts.model_name}_image",
        )
        return [image, *super().get_urls()]

    def image(self, request: HttpRequest, pk: str, variant: str) -> HttpResponseBase:
        """The bytes of any person's, for staff who may see pictures."""
        if not (self.has_view_permission(request) and masks.may_read(request.user)):
            raise PermissionDenied
        row = get_object_or_404(self.model, pk=UUID(pk))
        answer = respond(request, row, variant)
        if not thumbnails.is_of_page(request, row.pk, variant):
            self.note(request, Audit.What.PICTURE, target=pk)
        return answer

    @admin.display(description="picture")
    def shown_small(self, row: StoredImage) -> SafeString | str:
        return pieces.preview(row, look="small")

    @admin.display(description="picture")
    def shown_large(self, row: StoredImage) -> SafeString | str:
        return pieces.preview(row, "640", look="large")

    @admin.display(description="size")
    def bytes(self, row: StoredImage) -> str:
        return pieces.bytes_text(row.size) if row.size else pieces.NOTHING

    @admin.display(description="dimensions")
    def dimensions(self, row: StoredImage) -> str:
        return f"{row.width} × {row.height}" if row.width else pieces.NOTHING

    @admin.display(description="address")
    def address(self, row: Any) -> SafeString | str:
        return pieces.pre(row.source_url, 2_000)


def generation_link(row: Generation) -> SafeString:
    """Without a word of the prompt: that takes the right to see generations."""
    return pieces.link(row, f"{row.model}, {row.queued_at:%Y-%m-%d %H:%M:%S}")
