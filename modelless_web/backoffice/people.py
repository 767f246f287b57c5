"""The people: accounts to manage, guests to look up."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from modelless_web.backoffice.base import KeepsHistoryAdmin, LargeTableAdmin
from modelless_web.backoffice.filters import PeopleFilter, PersonFilter
from modelless_web.records.models import User

admin.site.unregister(Group)
POWERS = ("is_staff", "is_superuser", "groups", "user_permissions")


@admin.register(User)
class UserAdmin(KeepsHistoryAdmin, DjangoUserAdmin):  # type: ignore[type-arg]
    kept_because = (
        "has a history of generations, which is kept. "
        "Take away the tick at “Active” to close the account instead."
    )
    list_display = ("__str__", "is_staff", "is_active", "is_guest", "date_joined", "last_login")
    list_filter = (PeopleFilter, "is_staff", "is_active")
    search_fields = ("username", "email")
    search_help_text = "A name or an email address."
    sortable_by = ()
    readonly_fields = ("opaque_id", "is_guest", "last_login", "date_joined", "history")
    fieldsets = (
        (None, {"fields": ("username", "password", "is_active", "history")}),
        ("About", {"fields": ("first_name", "last_name", "email", "is_guest", "opaque_id")}),
        ("What they may do here", {"fields": POWERS}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Only a superuser gives powers: others could give them to themselves."""
        powers = () if request.user.is_superuser else POWERS
        return (*self.readonly_fields, *powers)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may_touch(request, obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may_touch(request, obj) and super().has_delete_permission(request, obj)

    def _may_touch(self, request: HttpRequest, person: User | None) -> bool:
        return person is None or not person.is_superuser or request.user.is_superuser

    @admin.display(description="generations")
    def history(self, person: User) -> SafeString:
        url = reverse("admin:records_generation_changelist")
        query = urlencode({PersonFilter.parameter_name: person.username})
        return format_html('<a href="{}?{}">Look at them</a>', url, query)


@admin.register(Group)
class GroupAdmin(LargeTableAdmin, DjangoGroupAdmin):
    """Django's own page for groups, with our lists."""
