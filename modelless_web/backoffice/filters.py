"""Filters whose choices are read from small tables, never from the long one."""

from typing import Any

from django.contrib.admin import SimpleListFilter
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest

from modelless_web.records.models import Gateway, Model
from modelless_web.records.models.stored import FORMATS

type Rows = QuerySet[Any]
type Choices = list[tuple[str, str]]


class ModelFilter(SimpleListFilter):
    """By model id."""

    title = "model"
    parameter_name = "model"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        names = Model.objects.order_by("name").values_list("name", flat=True).distinct()
        return [(name, name) for name in names]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        return queryset.filter(model=self.value()) if self.value() else queryset


class KindFilter(SimpleListFilter):
    """By kind of model."""

    title = "kind of model"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [(str(value), str(label)) for value, label in Model.Kind.choices]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        return queryset.filter(model_kind=self.value()) if self.value() else queryset


class GatewayFilter(SimpleListFilter):
    """By gateway; its key is not even read."""

    title = "gateway"
    parameter_name = "gateway"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [(str(pk), name) for pk, name in Gateway.objects.values_list("pk", "name")]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        value = self.value() or ""
        return queryset.filter(gateway_id=int(value)) if value.isdecimal() else queryset


class PracticeFilter(SimpleListFilter):
    """Practice, or the real thing."""

    title = "practice"
    parameter_name = "practice"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [("no", "Real gateways"), ("yes", "Practice")]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        if self.value() not in {"yes", "no"}:
            return queryset
        # A handful of ids instead of a join: both databases then keep to the index.
        wanted = Gateway.objects.filter(is_practice=self.value() == "yes")
        return queryset.filter(gateway_id__in=list(wanted.values_list("pk", flat=True)))


class MediaTypeFilter(SimpleListFilter):
    """By the kinds of picture that the store keeps."""

    title = "media type"
    parameter_name = "media_type"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [(f"image/{ending}", name) for name, ending in FORMATS.items()]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        return queryset.filter(media_type=self.value()) if self.value() else queryset


class PeopleFilter(SimpleListFilter):
    """Accounts, unless guests are asked for: there may be very many of them."""

    title = "kind of person"
    parameter_name = "people"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [("guests", "Guests"), ("all", "Everybody")]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        if self.value() == "all":
            return queryset
        return queryset.filter(is_guest=self.value() == "guests")

    def choices(self, changelist: ChangeList) -> Any:
        for choice in super().choices(changelist):
            is_default = choice["query_string"] == changelist.get_query_string(
                remove=[self.parameter_name or ""]
            )
            yield {**choice, "display": "Accounts"} if is_default else choice
