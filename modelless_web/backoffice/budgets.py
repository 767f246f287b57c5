"""Budgets: how much may be spent, by whom, and how much of it is gone now."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from modelless_web.backoffice.base import LargeTableAdmin
from modelless_web.records.models import Budget
from modelless_web.records.models.generations import today
from modelless_web.records.money.amounts import spoken
from modelless_web.records.money.budgets import Standing, with_standing
from modelless_web.records.money.nearness import Nearness, nearest

WHOSE = {Budget.Scope.PERSON: "person", Budget.Scope.GROUP: "group"}


class BudgetForm(forms.ModelForm):  # type: ignore[type-arg]
    """A budget, with whom it is for said once."""

    def clean(self) -> dict[str, Any] | None:
        """Ask for the one whom the scope names, and for nobody else."""
        cleaned = super().clean() or self.cleaned_data
        needed = WHOSE.get(cleaned.get("scope", ""))
        for name in WHOSE.values():
            if name == needed and not cleaned.get(name):
                self.add_error(name, f"Say which {name} it is for.")
            elif name != needed and cleaned.get(name):
                self.add_error(name, f"Leave this empty, or make it a budget of one {name}.")
        return cleaned


@admin.register(Budget)
class BudgetAdmin(LargeTableAdmin):
    form = BudgetForm
    list_display = ("__str__", "is_hard", "enabled", "spent", "set_aside", "left")
    list_filter = ("scope", "period", "is_hard", "enabled")
    list_select_related = ("person", "group")
    autocomplete_fields = ("person", "group")
    sortable_by = ()
    fields = (
        "scope",
        "person",
        "group",
        "limit",
        "currency",
        "period",
        "is_hard",
        "refuses_unknown",
        "enabled",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With how each stands today, in UTC."""
        return with_standing(super().get_queryset(request), today())

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """With those that are near the end of one, above the list of them all."""
        near = [_told(one) for one in nearest(today())]
        return super().changelist_view(request, {**(extra_context or {}), "near": near})

    @admin.display(description="spent")
    def spent(self, row: Any) -> str:
        return _said(row, row.spent)

    @admin.display(description="set aside")
    def set_aside(self, row: Any) -> str:
        return _said(row, row.reserved)

    @admin.display(description="left")
    def left(self, row: Any) -> str:
        return _said(row, None if row.spent is None else Standing.of(row, today()).left)


def _said(row: Any, amount: Decimal | None) -> str:
    if row.period == Budget.Period.GENERATION:
        return "-"
    return "by person" if amount is None else spoken(amount, row.currency)


def _told(one: Nearness) -> dict[str, Any]:
    """How near somebody is, in words."""
    budget = one.budget
    at_limit = "Refused from now on" if budget.is_hard else "Warned from now on"
    return {
        "who": one.person or budget.person or budget.group or "Everybody together",
        "budget": budget,
        "spent": spoken(one.spent, budget.currency),
        "reserved": spoken(one.reserved, budget.currency),
        "limit": f"{spoken(budget.limit, budget.currency)} {budget.get_period_display()}",
        "percent": f"{int(100 * one.share)}",
        "state": at_limit if one.is_at_limit else "Near",
        "is_at_limit": one.is_at_limit,
    }
