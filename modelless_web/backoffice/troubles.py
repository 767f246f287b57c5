"""Errors that come again and again, counted; the ones that no rule recognised first to look at."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from modelless_web.backoffice.base import PrivateAdmin
from modelless_web.records.models import ErrorGroup


@admin.register(ErrorGroup)
class ErrorGroupAdmin(PrivateAdmin):
    list_display = (
        *("sample", "kind", "status", "code", "is_known"),
        *("count", "first_seen", "last_seen"),
    )
    list_filter = ("is_known", "kind")
    search_fields = ("sample", "code")
    search_help_text = "A part of the message or of the code."
    fields = (*list_display, "examples")
    readonly_fields = fields

    @admin.display(description="generations")
    def examples(self, row: ErrorGroup) -> SafeString:
        """The way to the generations that ended so."""
        address = reverse("admin:records_generation_changelist")
        words = f"All {row.count:,} of them"
        return format_html('<a href="{}?error_group={}">{}</a>', address, row.pk, words)
