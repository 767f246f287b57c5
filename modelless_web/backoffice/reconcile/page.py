"""The page on which a gateway's bill is laid beside the ledger. Nothing of it is kept."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from modelless_web.backoffice.reconcile.bill import MOST_BYTES, Billed, BillError, read
from modelless_web.backoffice.reconcile.compare import Row, compare
from modelless_web.records.export.csv import line
from modelless_web.records.models import Gateway
from modelless_web.records.models.prices import CURRENCY
from modelless_web.records.money.amounts import ZERO, spoken

MOST_SHOWN: Final = 500
HEAD: Final = (
    *("day", "model", "billed_requests", "billed_amount"),
    *("billed_prompt_tokens", "billed_completion_tokens"),
    *("requests", "maybe_requests", "cost", "maybe_cost", "without_price"),
    *("prompt_tokens", "completion_tokens"),
    *("requests_difference", "amount_difference"),
)


class BillForm(forms.Form):
    """A bill, whose it is, and how its days are meant."""

    gateway = forms.ModelChoiceField(Gateway.objects.defer("key"), empty_label=None)
    bill = forms.FileField(
        help_text="CSV in UTF-8, up to 5 MiB, with a head: day, date, time or created_at; model or"
        " model_name; amount, cost or quota; and, if it has them, requests or count,"
        " prompt_tokens, completion_tokens.",
    )
    currency = forms.CharField(initial="USD", max_length=3, validators=[CURRENCY])
    time_zone = forms.CharField(
        initial="UTC", max_length=64, help_text="Whose days the bill has, such as Europe/Berlin."
    )

    def clean_bill(self) -> bytes:
        file: Any = self.cleaned_data["bill"]
        if (file.size or 0) > MOST_BYTES:
            raise forms.ValidationError("The file is larger than 5 MiB; send a part of it.")
        return bytes(file.read())

    def clean_time_zone(self) -> ZoneInfo:
        name = self.cleaned_data["time_zone"]
        if name not in available_timezones():
            raise forms.ValidationError("This system knows no such time zone.")
        return ZoneInfo(name)

    def compared(self) -> list[Row]:
        """Every day and model, matching or not; none where the file is no bill, and why is said."""
        told = self.cleaned_data
        try:
            bill = read(told["bill"], told["time_zone"])
            return compare(bill, told["gateway"], told["currency"], told["time_zone"])
        except BillError as error:
            self.add_error("bill", str(error))
            return []


class ReconcilePage(admin.ModelAdmin):  # type: ignore[type-arg]
    """What the list of gateways has besides its rows."""

    def get_urls(self) -> list[URLPattern]:
        page = path(
            "reconcile/",
            self.admin_site.admin_view(self.reconcile),
            name="records_gateway_reconcile",
        )
        return [page, *super().get_urls()]

    def reconcile(self, request: HttpRequest) -> HttpResponse:
        """Ask for a bill, and show or send what does not match."""
        if not (
            self.has_view_permission(request) and request.user.has_perm("records.view_generation")
        ):
            raise PermissionDenied
        form = BillForm(request.POST or None, request.FILES or None)
        rows = form.compared() if form.is_valid() else []
        if rows and "download" in request.POST:
            return _sent(rows)
        return TemplateResponse(request, "admin/reconcile.html", self._context(request, form, rows))

    def _context(self, request: HttpRequest, form: BillForm, rows: Sequence[Row]) -> dict[str, Any]:
        apart = [row for row in rows if not row.matches]
        return {
            **self.admin_site.each_context(request),
            "title": "Reconcile a bill",
            "opts": self.opts,
            "form": form,
            "rows": apart[:MOST_SHOWN],
            "hidden": max(0, len(apart) - MOST_SHOWN),
            "apart": len(apart),
            "compared": len(rows),
            "total": spoken(sum((row.difference or ZERO for row in apart), ZERO), rows[0].currency)
            if rows
            else "",
        }


def _sent(rows: Sequence[Row]) -> HttpResponse:
    """Every compared row as a table that no spreadsheet takes for formulas."""
    response = HttpResponse(b"".join(_lines(rows)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="reconciled.csv"'
    return response


def _lines(rows: Sequence[Row]) -> Iterator[bytes]:
    yield line(list(HEAD))
    for row in rows:
        billed, kept = row.billed or Billed(amount=ZERO), row.kept
        yield line(
            [
                row.day.isoformat(),
                row.model,
                billed.requests,
                _number(billed.amount),
                billed.prompt_tokens,
                billed.completion_tokens,
                kept.requests,
                kept.maybe_requests,
                _number(kept.cost),
                _number(kept.maybe_cost),
                kept.unpriced,
                int(kept.prompt_tokens),
                int(kept.completion_tokens),
                row.requests_apart,
                _number(row.difference),
            ]
        )


def _number(amount: Decimal | None) -> str:
    """With a point and without an exponent; empty where there is none."""
    return "" if amount is None else f"{amount.normalize():f}"
