"""Whose calendar a person's days follow."""

from functools import cache
from typing import Any
from zoneinfo import available_timezones

from django import forms

from modelless_web.records.models import User


@cache
def zones() -> tuple[str, ...]:
    """The names of all time zones that this system knows, UTC first."""
    return ("UTC", *sorted(available_timezones() - {"UTC", "localtime", "Factory"}))


class ZoneForm(forms.ModelForm):  # type: ignore[type-arg]
    """One select; nothing chosen yet shows UTC, which is what counts then."""

    time_zone = forms.ChoiceField(choices=lambda: [(name, name) for name in zones()])

    class Meta:
        model = User
        fields = ("time_zone",)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if not self.initial.get("time_zone"):
            self.initial["time_zone"] = "UTC"
