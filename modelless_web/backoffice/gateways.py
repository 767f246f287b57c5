"""Gateways: where generations are made, with keys that can be given and never read back."""

from functools import partial
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import ActionLocation
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from modelless_web.backoffice import pieces
from modelless_web.backoffice.base import KeepsHistoryAdmin
from modelless_web.backoffice.reconcile.page import ReconcilePage
from modelless_web.engine import runtime, tasks
from modelless_web.gateway.address import normalise
from modelless_web.records.models import Gateway
from modelless_web.records.prices import bills, drift

# Fields of the form that a posted request must not reach for such rows, shown or not.
REWRITTEN = ("name", "base_url", "new_key", "forget_key")


class GatewayForm(forms.ModelForm):  # type: ignore[type-arg]
    """A gateway. The key goes in and does not come out; a new host needs it anew."""

    base_url = forms.CharField(
        label="Base address",
        max_length=500,
        widget=forms.TextInput(attrs={"class": "vTextField", "inputmode": "url"}),
        help_text="Up to and with the version, such as https://api.modelless.co/v1",
    )
    new_key = forms.CharField(
        label="New key",
        required=False,
        max_length=500,
        widget=forms.PasswordInput(attrs={"class": "vTextField", "autocomplete": "new-password"}),
        help_text="Kept encrypted and never shown. Leave it empty to keep the one there is.",
    )
    forget_key = forms.BooleanField(label="Forget the key", required=False)

    class Meta:
        model = Gateway
        fields = ("name", "base_url", "price_group", "enabled")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tail = self.instance.key_tail
        if "new_key" in self.fields and tail:
            self.fields["new_key"].widget.attrs["placeholder"] = f"ends in …{tail}"

    def clean_base_url(self) -> str:
        """Mend what people paste, as the gateway room does for every call."""
        try:
            return normalise(self.cleaned_data["base_url"])
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error

    def clean_new_key(self) -> str:
        key: str = self.cleaned_data["new_key"]
        if key and not (key.isascii() and key.isprintable() and " " not in key):
            raise forms.ValidationError("The key contains characters that no key can have.")
        return key

    def clean(self) -> dict[str, Any] | None:
        """Refuse contradictions, and a stored key on its way to another host."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("new_key") and cleaned.get("forget_key"):
            self.add_error("forget_key", "Give a new key, or forget the old one; not both.")
        elif self._leads_elsewhere() and not (cleaned.get("new_key") or cleaned.get("forget_key")):
            self.add_error(
                "new_key",
                "The address now leads to another host. Give its key, or forget the old one.",
            )
        return cleaned

    def _leads_elsewhere(self) -> bool:
        """Whether the key that is stored was meant for somebody else."""
        before, after = self.initial.get("base_url"), self.cleaned_data.get("base_url")
        if not (before and after and has_key(self.instance)):
            return False
        return _origin(before) != _origin(after)

    def save(self, commit: bool = True) -> Any:
        if self.cleaned_data.get("new_key"):
            self.instance.set_key(self.cleaned_data["new_key"])
        elif self.cleaned_data.get("forget_key"):
            self.instance.set_key("")
        return super().save(commit)


def has_key(gateway: Gateway) -> bool:
    """Whether a key is stored; it is not decrypted for the answer."""
    return Gateway.objects.filter(pk=gateway.pk).exclude(key="").exists()


def _origin(address: str) -> tuple[str, str]:
    parts = urlsplit(address)
    return parts.scheme, parts.netloc.lower()


@admin.register(Gateway)
class GatewayAdmin(ReconcilePage, KeepsHistoryAdmin):
    form = GatewayForm
    kept_because = (
        "has a history of generations, which is kept. "
        "Take away the tick at “Enabled” to stop using it instead."
    )
    list_display = (
        "name",
        "base_url",
        "enabled",
        "down_since",
        "asked_again_at",
        "is_practice",
        "key_shown",
        "checked_at",
        "trouble",
    )
    search_fields = ("name", "base_url")
    actions = ("ask_for_models",)
    readonly_fields = (
        "key_shown",
        "checked_at",
        "trouble",
        "priced_at",
        "price_trouble",
        "prices",
        "balance",
        "alarms",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        # A key that no key file opens must not close the page that can replace it.
        return super().get_queryset(request).defer("key")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        state = ("State", {"fields": ("checked_at", "trouble")})
        told = ("priced_at", "price_trouble", "prices", "balance", "alarms")
        money = ("Prices", {"fields": ("price_group", *told)})
        if obj is None:
            blank = ("name", "base_url", "new_key", "price_group", "enabled")
            return [(None, {"fields": blank})]
        if is_rewritten(obj):
            whence = (
                "This is the studio's own practice gateway; each start gives it a new address."
                if obj.is_practice
                else "Name, address and key follow MODELLESS_BASE_URL and MODELLESS_API_KEY, "
                "which are read again at each start."
            )
            fields = ("name", "base_url", "key_shown", "enabled")
            head = (None, {"fields": fields, "description": whence})
            return [head, state] if obj.is_practice else [head, money, state]
        keys: tuple[str, ...] = ("key_shown", "new_key", "forget_key")
        if not self.has_change_permission(request, obj):
            keys = ("key_shown",)
        return [
            (None, {"fields": ("name", "base_url", "enabled")}),
            ("Key", {"fields": keys}),
            money,
            state,
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        rewritten = REWRITTEN if obj and is_rewritten(obj) else ()
        return (*self.readonly_fields, *rewritten)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Rows that the next start would make again are not deleted."""
        return not (obj and is_rewritten(obj)) and super().has_delete_permission(request, obj)

    @admin.display(description="key")
    def key_shown(self, row: Gateway) -> str:
        if row.key_tail:
            return f"ends in …{row.key_tail}"
        return "Given" if has_key(row) else "None"

    @admin.display(description="price book")
    def prices(self, row: Gateway) -> SafeString:
        url = reverse("admin:records_pricerule_changelist")
        return format_html('<a href="{}?gateway={}">Its prices</a>', url, row.pk)

    @admin.display(description="balance, as reported", empty_value=pieces.NOTHING)
    def balance(self, row: Gateway) -> str | None:
        bill = bills.newest([row.pk], timezone.now()).get(row.pk)
        return f"{bills.sentence(bill)}, {bill.read_at:%Y-%m-%d %H:%M} UTC" if bill else None

    @admin.display(description="prices and costs part ways", empty_value=pieces.NOTHING)
    def alarms(self, row: Gateway) -> str | None:
        found = drift.alarms([row.pk]).get(row.pk, ())
        return " ".join(drift.sentence(alarm) for alarm in found) or None

    @admin.action(
        description="Ask for models, prices and balance now",
        description_plural="Ask for models, prices and balance now",
        location=[ActionLocation.CHANGE_LIST, ActionLocation.CHANGE_FORM],
        permissions=["change"],
    )
    def ask_for_models(self, request: HttpRequest, queryset: QuerySet[Gateway]) -> None:
        chosen = list(queryset.values_list("pk", flat=True))
        # After the commit: SQLite has one writer, and the answer is written by another thread.
        transaction.on_commit(partial(self._ask, request, chosen))

    def _ask(self, request: HttpRequest, chosen: list[int]) -> None:
        engine = runtime.current()
        if engine is None:
            self.message_user(
                request,
                "The engine does not run in this process; nothing was asked.",
                messages.ERROR,
            )
            return
        tasks.refresh_models()
        for gateway in Gateway.objects.filter(pk__in=chosen).defer("key"):
            self.message_user(request, *what_happened(gateway))


def is_rewritten(gateway: Gateway) -> bool:
    """Whether each start of the studio writes the row anew."""
    return gateway.is_practice or gateway.from_environment


def what_happened(gateway: Gateway) -> tuple[str, int]:
    """What came of asking a gateway, as a sentence and its level."""
    if not gateway.enabled:
        return f"{gateway} is not enabled, so it was not asked.", messages.WARNING
    if gateway.trouble:
        return f"{gateway} did not give its list: {gateway.trouble}", messages.ERROR
    offered = gateway.models.filter(seen_at=gateway.checked_at).count()
    return f"{gateway} offers {offered:,} models.", messages.SUCCESS
