"""What the admin pages have in common: reading only, and keeping what has a history."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import ActionLocation
from django.contrib.admin.options import Action
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from modelless_web.backoffice import audit, masks, thumbnails
from modelless_web.backoffice.paginator import BoundedPaginator
from modelless_web.records.models import Audit


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

    actions: tuple[str, ...] | None = None
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


class PrivateAdmin(ReadOnlyAdmin):
    """Rows with words and pictures of people: masked, or seen on the record."""

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        row = self.find(request, object_id, from_field)
        if row is None:
            return None
        if not masks.may_read(request.user):
            return masks.hide(row)
        thumbnails.show([row], request.user)
        return row

    def find(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """The row as it is, or None."""
        return super().get_object(request, object_id, from_field)

    def asks_for_words(self, request: HttpRequest, term: str) -> bool:
        """Whether a search would tell what people wrote."""
        return True

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if self.refuses(request, search_term):
            return queryset.none(), False
        return self.search(request, queryset, search_term.strip())

    def search(
        self, request: HttpRequest, queryset: QuerySet[Any], term: str
    ) -> tuple[QuerySet[Any], bool]:
        """The rows that somebody finds who may search for anything."""
        return super().get_search_results(request, queryset, term)

    def refuses(self, request: HttpRequest, term: str) -> bool:
        """Whether somebody may not search for this."""
        is_asked = bool(term.strip()) and not masks.may_read(request.user)
        return is_asked and self.asks_for_words(request, term.strip())

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """Guessing what a column begins with is reading it, letter by letter."""
        is_refused = masks.is_private_lookup(self.model, lookup)
        if is_refused and not masks.may_read(request.user):
            return False
        return super().lookup_allowed(lookup, value, request)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        answer = super().changelist_view(request, extra_context)
        listed = _context(answer).get("cl")
        if listed is None:
            return answer
        listed.result_list = list(listed.result_list)
        if masks.may_read(request.user):
            has_pictures = thumbnails.show(listed.result_list, request.user)
            what = Audit.What.PICTURED if has_pictures else Audit.What.LISTED
            self.note(request, what, count=len(listed.result_list))
        else:
            for row in listed.result_list:
                masks.hide(row)
            is_refused = self.refuses(request, listed.query)
            _context(answer)["masked"] = masks.REFUSED if is_refused else masks.SENTENCE
        return answer

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        answer = super().change_view(request, object_id, form_url, extra_context)
        if "original" not in _context(answer):
            return answer
        if masks.may_read(request.user):
            self.note(request, Audit.What.READ, target=unquote(object_id))
        else:
            _context(answer)["masked"] = masks.SENTENCE
        return answer

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        answer = super().history_view(request, object_id, extra_context)
        if "action_list" not in _context(answer):
            return answer
        if masks.may_read(request.user):
            self.note(request, Audit.What.READ, target=unquote(object_id))
        else:
            for entry in _context(answer)["action_list"]:
                entry.object_repr = entry.change_message = masks.HIDDEN
            _context(answer)["masked"] = masks.SENTENCE
        return answer

    def note(self, request: HttpRequest, what: Audit.What, **columns: Any) -> None:
        """Write into the audit log what somebody sees or does here."""
        audit.note(request, what, self.opts.model_name or "", **columns)


def _context(answer: HttpResponse) -> dict[str, Any]:
    """What a page that is still to be written will show; nothing of any other answer."""
    context = answer.context_data if isinstance(answer, TemplateResponse) else None
    return {} if context is None else context


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

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What goes along: counted, and named for those alone who may read it."""
        named, counts, refused, protected = super().get_deleted_objects(objs, request)
        if not masks.may_read(request.user):
            named = [str(each) for each in objs]
        return named, counts, refused, protected
