"""The models that gateways offer: what each is for, and whether people can choose it."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from modelless_web.backoffice.base import LargeTableAdmin
from modelless_web.backoffice.filters import GatewayFilter
from modelless_web.records.models import Gateway, Model


@admin.register(Model)
class ModelAdmin(LargeTableAdmin):
    list_display = (
        "name",
        "gateway",
        "kind",
        "enabled",
        "most_runs",
        "is_listed",
        "traits_shown",
        "seen_at",
    )
    list_editable = ("kind", "enabled", "most_runs")
    list_filter = ("kind", "enabled", GatewayFilter)
    list_select_related = ("gateway",)
    search_fields = ("name", "description")
    search_help_text = "A part of the id or of the description."
    readonly_fields = ("is_listed", "traits_shown", "seen_at")
    fields = ("gateway", "name", "kind", "description", "enabled", "most_runs", *readonly_fields)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("gateway").defer("gateway__key")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """What goes on the wire stays as the gateway says it."""
        return (*self.readonly_fields, *(("gateway", "name") if obj else ()))

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        kwargs.setdefault("queryset", Gateway.objects.defer("key"))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @admin.display(description="listed", boolean=True)
    def is_listed(self, row: Model) -> bool:
        """Whether the gateway named it when it was asked last."""
        checked_at = row.gateway.checked_at
        return row.seen_at is None or (checked_at is not None and row.seen_at >= checked_at)

    @admin.display(description="traits")
    def traits_shown(self, row: Model) -> str:
        traits = row.traits
        said = {
            "makes pictures": row.makes_pictures or traits.makes_pictures,
            "reads pictures": traits.takes_images,
            "streams": traits.streams,
        }
        return ", ".join(words for words, holds in said.items() if holds)
