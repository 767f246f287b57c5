"""What narrows the history."""

from datetime import date
from typing import Any

from django import forms

from modelless_web.records.models import Status, User
from modelless_web.records.search.facets import models_used


class HistoryFilter(forms.Form):
    """Model, status and dates, from the address; what can't be read is left out."""

    model = forms.ChoiceField(required=False)
    status = forms.ChoiceField(required=False, choices=[("", "Any status"), *Status.choices])
    since = forms.DateField(
        label="From", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label="To", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, data: Any, *, person: User) -> None:
        super().__init__(data)
        self.fields["model"].choices = [  # type: ignore[attr-defined]
            ("", "Any model"),
            *((name, name) for name in models_used(person)),
        ]

    @property
    def values(self) -> dict[str, str | date]:
        """The filters that are set and make sense."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    @property
    def chips(self) -> list[tuple[str, str]]:
        """Each filter that is set: its name, and how a person reads it."""
        words = []
        for name, value in self.values.items():
            shown = Status(str(value)).label if name == "status" else str(value)
            words.append((name, f"{self.fields[name].label or name.capitalize()}: {shown}"))
        return words
