"""Links that show a generation to whoever has them: whose they are, and the way to stop them.

Neither the address nor a word of what it shows: either would be a way to prompts and pictures.
"""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from modelless_web.backoffice import audit
from modelless_web.backoffice.base import ReadOnlyAdmin
from modelless_web.backoffice.filters import LivingFilter, SharerFilter
from modelless_web.backoffice.images import generation_link
from modelless_web.records.models import Audit, Share, User

RIGHT = "records.delete_share"
SHOWN = ("model", "queued_at", "owner__username", "owner__is_guest", "owner__opaque_id")


@admin.register(Share)
class ShareAdmin(ReadOnlyAdmin):
    list_display = (
        *("of_generation", "person", "made_at", "expires", "opened", "last_opened_at"),
        "with_prompt",
    )
    list_display_links = ("made_at",)
    list_filter = (LivingFilter, SharerFilter)
    sortable_by = ()
    fields = list_display
    actions = ("stop_sharing",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        shown = (f"generation__{column}" for column in SHOWN)
        own = (field.name for field in Share._meta.concrete_fields)
        rows = super().get_queryset(request).select_related("generation__owner")
        return rows.only(*own, *shown)

    def has_stop_permission(self, request: HttpRequest) -> bool:
        """Whether somebody may stop links of others; to stop one is to delete it."""
        return request.user.has_perm(RIGHT)

    @admin.action(description="Stop sharing", permissions=["stop"])
    def stop_sharing(self, request: HttpRequest, queryset: QuerySet[Share]) -> None:
        stopped = 0
        for share in queryset:
            audit.note(request, Audit.What.UNSHARED, "share", target=share.pk)
            stopped += share.delete()[0]
        links = "link" if stopped == 1 else "links"
        said = f"{stopped:,} {links} stopped. Whoever has them finds nothing from now on."
        self.message_user(request, said)

    @admin.display(description="generation")
    def of_generation(self, row: Share) -> SafeString:
        return generation_link(row.generation)

    @admin.display(description="person")
    def person(self, row: Share) -> User:
        return row.generation.owner

    @admin.display(description="expires", empty_value="when it is stopped")
    def expires(self, row: Share) -> Any:
        return row.expires_at
