"""What the admin pages have in common: reading only, and keeping what has a history."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import ActionLocation
from django.contrib.admin.options import Action
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from modelless_web.backoffice.paginator import BoundedPaginator


class LargeTableAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Lists of any length: no full counts, no counts beside the filters."""

    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Ask for the right before the row: Django would tell anybody which rows there are."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        return super().history_view(request, object_id, extra_context)


class ReadOnlyAdmin(LargeTableAdmin):
    """The record is written by the engine alone; people look at it."""

    actions = None
    # A generation's page in the studio is there for its owner only.
    view_on_site = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_view_permission(request, obj) or super().has_change_permission(
            request, obj
        )


class KeepsHistoryAdmin(LargeTableAdmin):
    """Rows that generations point to: deleted one by one, and only while nothing does."""

    kept_because = ""

    def get_actions(
        self, request: HttpRequest, action_location: ActionLocation = ActionLocation.CHANGE_LIST
    ) -> dict[str, Action | None]:
        actions = super().get_actions(request, action_location)
        actions.pop("delete_selected", None)
        return actions

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Say in one sentence why a row is kept; Django would list every generation instead."""
        row = self.get_object(request, unquote(object_id))
        if row and self.has_delete_permission(request, row) and row.generations.exists():
            self.message_user(request, f"{row} {self.kept_because}", messages.ERROR)
            name = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
            return HttpResponseRedirect(reverse(name, args=[quote(row.pk)]))
        return super().delete_view(request, object_id, extra_context)
