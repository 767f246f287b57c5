"""The ledger, to be read: what was asked, what came, what it cost."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import SEARCH_VAR, ChangeList
from django.core.exceptions import BadRequest, PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, re_path
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from modelless_web.backoffice import exchange, finding, masks, money, pieces
from modelless_web.backoffice.figures.page import TotalsPage
from modelless_web.backoffice.filters import (
    CostFilter,
    DaysFilter,
    DurationFilter,
    GatewayFilter,
    KindFilter,
    ModelFilter,
    PersonFilter,
    PracticeFilter,
)
from modelless_web.backoffice.tending import TendingPage
from modelless_web.records.ids import read_uuid
from modelless_web.records.models import Audit, Generation
from modelless_web.studio.download import download

HEAVY = ("asked", "request", "response", "text", "reasoning", "error_message", "error_body")
ALONG = ("choices", "pictures", "references", "attempts")
MOST_CHILDREN = 20


@admin.register(Generation)
class GenerationAdmin(TotalsPage, TendingPage):
    list_display = (
        "time",
        "picture",
        "prompt_shortened",
        "model",
        "gateway",
        "owner",
        "status",
        "error_kind",
        "tokens",
        "cost_shown",
        "duration",
    )
    list_select_related = ("owner", "gateway")
    list_filter = (
        ("day", DaysFilter),
        "status",
        PersonFilter,
        PracticeFilter,
        GatewayFilter,
        KindFilter,
        "error_kind",
        "charge",
        CostFilter,
        DurationFilter,
        ModelFilter,
    )
    # By time and not by id: filters, dates and order then all read from one index.
    ordering = ("-queued_at", "-id")
    sortable_by = ("time",)
    search_fields = ("prompt",)
    search_help_text = (
        "Words, or as in the history: model: status: kind: tag: tokens:>500 cost:>0.05 "
        "charge:maybe before: after: owner:name error:kind. An id or a request id leads straight "
        "there."
    )
    fieldsets = (
        (
            "Summary",
            {
                "fields": (
                    "status",
                    "owner",
                    "gateway_link",
                    ("model", "model_kind"),
                    "prompt_text",
                    "usage",
                    ("finish_reason", "damaged"),
                    "id",
                )
            },
        ),
        ("Request", {"fields": ("request_pretty", "references_shown", "asked_pretty", "sent")}),
        (
            "Response",
            {"fields": ("answer", "thoughts", "choices_shown", "response_pretty", "received")},
        ),
        (
            "Error",
            {
                "fields": (
                    ("error_kind", "error_status", "error_code"),
                    "error_message",
                    "error_request_id",
                    "error_body_text",
                    "error_group_link",
                )
            },
        ),
        ("Timeline of the stream", {"fields": ("timeline", "duration")}),
        ("Files", {"fields": ("pictures_shown",)}),
        (
            "Money",
            {"fields": ("charge", "rule_shown", "estimate_shown", "actual_cost", "difference")},
        ),
        (
            "Attempts and lineage",
            {
                "fields": (
                    "attempts_shown",
                    "descent",
                    "parent_link",
                    "children_links",
                    "deleted_at",
                )
            },
        ),
    )

    def get_urls(self) -> list[URLPattern]:
        export = re_path(
            r"^export/(?P<form>csv|jsonl)/$",
            self.admin_site.admin_view(self.export),
            name="records_generation_export",
        )
        return [export, *super().get_urls()]

    def export(self, request: HttpRequest, form: str) -> HttpResponseBase:
        """Everything that the filters of the list find, for staff who may see it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            listed = self.get_changelist_instance(request)
        except IncorrectLookupParameters as error:
            raise BadRequest from error
        if self.refuses(request, listed.query):
            raise PermissionDenied(masks.REFUSED)
        self.note(request, Audit.What.EXPORT)
        return download(listed.queryset, form, masks.columns(request.user))

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return finding.GenerationList

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer(*HEAVY)

    def find(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Generation | None:
        """The whole row, in a fixed number of queries."""
        pk = read_uuid(object_id)
        if pk is None:
            return None
        rows = Generation.objects.select_related("owner", "gateway", "error_group", "price_rule")
        rows = rows.defer("gateway__key", "owner__password")
        return rows.prefetch_related(*ALONG).filter(pk=pk).first()

    def asks_for_words(self, request: HttpRequest, term: str) -> bool:
        return finding.asks_for_words(request, term)

    def search(
        self, request: HttpRequest, queryset: QuerySet[Any], term: str
    ) -> tuple[QuerySet[Any], bool]:
        return (finding.search(request, queryset, term) if term else queryset), False

    def get_sortable_by(self, request: HttpRequest) -> Any:
        """By time, but for what was searched for: that is the newest first."""
        return () if request.GET.get(SEARCH_VAR) else super().get_sortable_by(request)

    def get_paginator(
        self,
        request: HttpRequest,
        queryset: QuerySet[Any],
        per_page: int,
        *rest: Any,
        **more: Any,
    ) -> Any:
        hits = finding.hits_of(request)
        if hits is None:
            return super().get_paginator(request, queryset, per_page, *rest, **more)
        return finding.HitsPaginator(queryset, per_page, hits)

    @admin.display(description="time (UTC)", ordering="queued_at")
    def time(self, row: Generation) -> str:
        return f"{row.queued_at:%Y-%m-%d %H:%M:%S}"

    @admin.display(description="prompt")
    def prompt_shortened(self, row: Any) -> str:
        if masks.is_hidden(row):
            return masks.HIDDEN
        return Truncator(" ".join(row.prompt_start.split())).chars(finding.PROMPT_SHOWN)

    @admin.display(description="tokens", empty_value=pieces.NOTHING)
    def tokens(self, row: Generation) -> str | None:
        return None if row.total_tokens is None else f"{row.total_tokens:,}"

    @admin.display(description="cost")
    def cost_shown(self, row: Generation) -> str:
        return money.cost(row)

    @admin.display(description="seconds")
    def duration(self, row: Generation) -> str:
        return pieces.seconds_text(row.seconds)

    @admin.display(description="picture")
    def picture(self, row: Any) -> SafeString | str:
        if masks.is_hidden(row):
            return masks.HIDDEN if row.picture_count else pieces.NOTHING
        first = row.stored_pictures[0] if row.stored_pictures else None
        return pieces.preview(first, look="small")

    @admin.display(description="gateway")
    def gateway_link(self, row: Generation) -> SafeString:
        return pieces.link(row.gateway, row.gateway)

    @admin.display(description="prompt")
    def prompt_text(self, row: Generation) -> SafeString | str:
        return pieces.pre(row.prompt)

    @admin.display(description="tokens")
    def usage(self, row: Generation) -> str:
        if row.total_tokens is None:
            return "Not reported"
        asked, came = row.prompt_tokens or 0, row.completion_tokens or 0
        return f"{row.total_tokens:,} = {asked:,} in + {came:,} out"

    @admin.display(description="pictures")
    def pictures_shown(self, row: Generation) -> SafeString | str:
        return exchange.pictures(row)

    @admin.display(description="pictures that went along")
    def references_shown(self, row: Generation) -> SafeString | str:
        return exchange.references(row)

    @admin.display(description="text")
    def answer(self, row: Generation) -> SafeString | str:
        return pieces.pre(row.text)

    @admin.display(description="reasoning")
    def thoughts(self, row: Generation) -> SafeString | str:
        return pieces.pre(row.reasoning)

    @admin.display(description="body")
    def error_body_text(self, row: Generation) -> SafeString | str:
        return pieces.pre(row.error_body)

    @admin.display(description="all like it")
    def error_group_link(self, row: Generation) -> SafeString | str:
        group = row.error_group
        return pieces.link(group, f"{group.count:,} so far") if group else pieces.NOTHING

    @admin.display(description="attempts before")
    def attempts_shown(self, row: Generation) -> SafeString | str:
        return exchange.attempts(row)

    @admin.display(description="times")
    def timeline(self, row: Generation) -> SafeString | str:
        return exchange.timeline(row)

    @admin.display(description="choices")
    def choices_shown(self, row: Generation) -> SafeString | str:
        return exchange.choices(row)

    @admin.display(description="body as sent")
    def request_pretty(self, row: Generation) -> SafeString | str:
        return pieces.pretty(row.request)

    @admin.display(description="as asked in the form")
    def asked_pretty(self, row: Generation) -> SafeString | str:
        return pieces.pretty(row.asked)

    @admin.display(description="answer as assembled")
    def response_pretty(self, row: Generation) -> SafeString | str:
        return pieces.pretty(row.response)

    @admin.display(description="sent")
    def sent(self, row: Generation) -> SafeString | str:
        return exchange.transcript(row, "sent_zlib")

    @admin.display(description="received")
    def received(self, row: Generation) -> SafeString | str:
        return exchange.transcript(row, "received_zlib")

    @admin.display(description="rule")
    def rule_shown(self, row: Generation) -> SafeString | str:
        return money.rule(row)

    @admin.display(description="estimate")
    def estimate_shown(self, row: Generation) -> str:
        return money.estimate(row)

    @admin.display(description="actual")
    def actual_cost(self, row: Generation) -> str:
        return money.actual(row)

    @admin.display(description="difference")
    def difference(self, row: Generation) -> str:
        return money.difference(row)

    @admin.display(description="made from")
    def parent_link(self, row: Generation) -> SafeString | str:
        made_from = Q(children=row.pk)
        parent = Generation.objects.filter(made_from).only("model", "queued_at").first()
        if parent is None:
            return pieces.NOTHING
        return pieces.link(parent, f"{parent.model}, {parent.queued_at:%Y-%m-%d %H:%M:%S}")

    @admin.display(description="made from this")
    def children_links(self, row: Generation) -> SafeString | str:
        children = row.children.only("model", "status", "queued_at", "parent_id")[:MOST_CHILDREN]
        rows = [
            (
                pieces.link(child, f"{child.queued_at:%Y-%m-%d %H:%M:%S}"),
                child.model,
                child.get_status_display(),
            )
            for child in children
        ]
        return pieces.table(rows, "Time", "Model", "Status")
