"""Whose calendar a person's days follow."""

from functools import cache
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from modelless_web.records.models import User


@cache
def zones() -> tuple[str, ...]:
    """The names of all time zones that this system knows, UTC first."""
    return ("UTC", *sorted(available_timezones() - {"UTC", "localtime", "Factory"}))


@cache
def _options() -> dict[str, SafeString]:
    return {name: format_html('<option value="{0}">{0}</option>', name) for name in zones()}


class ZoneSelect(forms.Select):
    """A select that is written at once: a template for each of 600 options takes 20 ms."""

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        chosen = format_html('<option value="{0}" selected>{0}</option>', value)
        options = _options()
        return format_html(
            '<select name="{}"{}>{}</select>',
            name,
            flatatt(self.build_attrs(self.attrs, attrs)),
            format_html_join(
                "", "{}", ((chosen if zone == value else options[zone],) for zone in options)
            ),
        )


class ZoneForm(forms.ModelForm):  # type: ignore[type-arg]
    """One select; nothing chosen yet shows UTC, which is what counts then."""

    time_zone = forms.ChoiceField(
        choices=lambda: [(name, name) for name in zones()], widget=ZoneSelect
    )

    class Meta:
        model = User
        fields = ("time_zone",)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if not self.initial.get("time_zone"):
            self.initial["time_zone"] = "UTC"
