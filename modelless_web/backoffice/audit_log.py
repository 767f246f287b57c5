"""The audit log, to be read: who of the staff saw or did what."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from modelless_web.backoffice.base import PrivateAdmin
from modelless_web.records.models import Audit


@admin.register(Audit)
class AuditAdmin(PrivateAdmin):
    list_display = ("time", "actor", "what", "kind", "target", "count", "address")
    list_filter = ("what", ("at", admin.DateFieldListFilter))
    list_select_related = ("actor",)
    sortable_by = ()
    search_fields = ("actor__username", "target")
    search_help_text = "The name of a member of the staff, or the id of what was seen."
    fields = list_display

    @admin.display(description="time (UTC)")
    def time(self, row: Audit) -> str:
        return f"{row.at:%Y-%m-%d %H:%M:%S}"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("actor__password")

    def asks_for_words(self, request: HttpRequest, term: str) -> bool:
        return False
