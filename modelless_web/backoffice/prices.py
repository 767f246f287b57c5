"""The price book: versions that are added and ended, never rewritten; from lists, files, hands."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin import ActionLocation
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from modelless_web.backoffice import pieces
from modelless_web.backoffice.base import KeepsHistoryAdmin, ReadOnlyAdmin
from modelless_web.backoffice.filters import GatewayFilter, InForceFilter
from modelless_web.records.models import Drift, Gateway, PicturePrice, PriceRule
from modelless_web.records.prices import book, drift, sheets
from modelless_web.records.prices.tariffs import tariff

MOST_VERSIONS = 50
MOST_BYTES = 4 * 1024 * 1024
FIRST = "by hand it goes before what lists and files say, for as long as it holds"
COPIED = ("gateway", "model", "task", "group", *PriceRule.TERMS, "note")


class PicturePriceForm(forms.ModelForm):  # type: ignore[type-arg]
    """One price of pictures; those taken over from the version before are prices, too."""

    def has_changed(self) -> bool:
        return bool(self["price"].data) or (super().has_changed() and not self.initial)


class PicturePrices(admin.TabularInline):  # type: ignore[type-arg]
    model = PicturePrice
    form = PicturePriceForm
    extra = 0
    verbose_name_plural = "prices of one picture"

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class SheetForm(forms.Form):
    """A file of prices, to be tried or to be taken."""

    file = forms.FileField(label="CSV file", max_length=200)

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError("The file is larger than 4 MB.")
        return file


@admin.register(PriceRule)
class PriceRuleAdmin(KeepsHistoryAdmin):
    kept_because = "has priced generations, which keep it. End it instead."
    inlines = (PicturePrices,)
    list_display = (
        "model_shown",
        "task",
        "gateway",
        "terms",
        "group",
        "valid_from",
        "valid_until",
        "source",
        "used",
    )
    list_filter = (InForceFilter, GatewayFilter, "source", "currency")
    list_select_related = ("gateway",)
    search_fields = ("model", "task", "note")
    search_help_text = "A part of the model's id, of the task or of the note."
    ordering = ("gateway__name", "model", "task", "-valid_from")
    sortable_by = ("model_shown", "valid_from")
    actions = ("end_now",)
    fieldsets = (
        (None, {"fields": ("gateway", ("model", "task"), ("currency", "group", "group_ratio"))}),
        (
            "Asked",
            {"fields": ("per_request", ("per_prompt", "per_cached", "per_completion"))},
        ),
        ("Valid", {"fields": (("valid_from", "valid_until"), "note")}),
    )
    about = ("Use", {"fields": ("source", "used", "next_version", "versions")})

    def get_urls(self) -> list[URLPattern]:
        own = [
            path("import/", self.admin_site.admin_view(self.take), name="records_pricerule_import"),
            path("table/", self.admin_site.admin_view(self.table), name="records_pricerule_table"),
        ]
        return [*own, *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request).select_related("gateway").defer("gateway__key")
        return rows.prefetch_related("picture_prices")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A rule that is in the book is only read; whoever may change it adds a new version."""
        return obj is None and super().has_change_permission(request)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*self.fieldsets, self.about) if obj else self.fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("source", "used", "next_version", "versions") if obj else ()

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name == "gateway":
            kwargs.setdefault("queryset", Gateway.objects.filter(is_practice=False).defer("key"))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """The version before, where the form is to make the next of it."""
        before = self._before(request)
        if before is None:
            return super().get_changeform_initial_data(request)
        values = {name: getattr(before, name) for name in COPIED}
        return {**values, "gateway": before.gateway_id, "valid_from": timezone.now()}

    def get_formset_kwargs(
        self, request: HttpRequest, obj: Any, inline: Any, prefix: str
    ) -> dict[str, Any]:
        options: dict[str, Any] = super().get_formset_kwargs(request, obj, inline, prefix)
        before = None if obj.pk else self._before(request)
        if before:
            prices = before.picture_prices.all()
            options["initial"] = [
                {"size": each.size, "quality": each.quality, "price": each.price} for each in prices
            ]
        return options

    def get_formsets_with_inlines(self, request: HttpRequest, obj: Any = None) -> Any:
        before = None if obj else self._before(request)
        for formset, inline in super().get_formsets_with_inlines(request, obj):
            formset.extra = before.picture_prices.count() if before else 0
            yield formset, inline

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        PriceRule.objects.publish(obj)

    def _before(self, request: HttpRequest) -> PriceRule | None:
        pk = request.GET.get("after", "")
        return PriceRule.objects.filter(pk=int(pk)).first() if pk.isdecimal() else None

    @admin.action(
        description="End now: no price is known from now on",
        description_plural="End now: no price is known from now on",
        location=[ActionLocation.CHANGE_LIST, ActionLocation.CHANGE_FORM],
        permissions=["change"],
    )
    def end_now(self, request: HttpRequest, queryset: QuerySet[PriceRule]) -> None:
        now = timezone.now()
        chosen = list(PriceRule.objects.in_force(now).filter(pk__in=queryset.values("pk")))
        book.end(chosen, now)
        for rule in chosen:
            self.log_change(request, rule, "Ended.")
        self.message_user(request, f"{len(chosen):,} ended. What they have priced keeps its price.")

    def take(self, request: HttpRequest) -> HttpResponse:
        """A file of prices: first what it would change, then, if so wanted, the change."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = SheetForm(request.POST or None, request.FILES or None)
        plan = None
        if request.method == "POST" and form.is_valid():
            plan = sheets.plan(form.cleaned_data["file"].read(), timezone.now())
            if "take" in request.POST and not plan.problems:
                sheets.carry_out(plan)
                self.message_user(request, f"The prices are in the book: {plan.sentence}")
                return HttpResponseRedirect(reverse("admin:records_pricerule_changelist"))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Take prices from a file",
            "form": form,
            "plan": plan,
            "columns": sheets.COLUMNS,
        }
        return render(request, "admin/records/pricerule/import.html", context)

    def table(self, request: HttpRequest) -> StreamingHttpResponse:
        """The whole book in the form that ``take`` takes."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        reply = StreamingHttpResponse(
            sheets.table(PriceRule.objects.all()), content_type="text/csv; charset=utf-8"
        )
        reply["Content-Disposition"] = 'attachment; filename="prices.csv"'
        return reply

    @admin.display(description="model", ordering="model")
    def model_shown(self, rule: PriceRule) -> str:
        return rule.model or "every other model"

    @admin.display(description="asks")
    def terms(self, rule: PriceRule) -> str:
        return "; ".join(tariff(rule))

    @admin.display(description="rows that used it")
    def used(self, rule: PriceRule) -> SafeString:
        url = reverse("admin:records_generation_changelist")
        return format_html('<a href="{}?price_rule__id__exact={}">Look at them</a>', url, rule.pk)

    @admin.display(description="change")
    def next_version(self, rule: PriceRule) -> SafeString:
        url = reverse("admin:records_pricerule_add")
        is_by_hand = rule.source == PriceRule.Source.HAND
        return format_html(
            '<a href="{}?after={}">Make a new version of it</a>: {}. '
            "What this one has priced stays as it is.",
            url,
            rule.pk,
            "this one ends when the new one begins" if is_by_hand else FIRST,
        )

    @admin.display(description="its history")
    def versions(self, rule: PriceRule) -> SafeString | str:
        same = PriceRule.objects.filter(gateway=rule.gateway, model=rule.model, task=rule.task)
        rows = same.order_by("-valid_from", "-pk").prefetch_related("picture_prices")
        return pieces.table(
            [
                (
                    pieces.link(each, _minute(each.valid_from)),
                    _minute(each.valid_until),
                    "; ".join(tariff(each)),
                    each.get_source_display(),
                    each.note,
                )
                for each in rows[:MOST_VERSIONS]
            ],
            *("From", "Until", "Asks", "Source", "Note"),
        )


@admin.register(Drift)
class DriftAdmin(ReadOnlyAdmin):
    """The alarms; they go by themselves when what they tell of is over."""

    list_display = ("gateway", "model", "what", "seen_at", "checked_at")
    list_display_links = None
    list_select_related = ("gateway",)
    list_filter = (GatewayFilter,)
    sortable_by = ("seen_at",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("gateway").defer("gateway__key")

    @admin.display(description="what parts ways")
    def what(self, alarm: Drift) -> str:
        return drift.sentence(alarm)


def _minute(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else "now"
