"""A draft as a page sends it: the composer's fields, raw, and which page it comes from."""

from typing import Any, Final

from django import forms

from modelless_web.records.ids import uuid7
from modelless_web.records.models.drafts import Draft, Typed
from modelless_web.studio.forms.chat import SAMPLING
from modelless_web.studio.forms.composer import LONGEST_PROMPT, ComposerForm
from modelless_web.studio.forms.fields import plain_lines
from modelless_web.studio.forms.images import CHOICES

FIELDS: Final = tuple(
    {*ComposerForm.base_fields, *SAMPLING, *CHOICES} - {"submission"},
)
MOST_EDITS: Final = 2**31 - 1


class DraftForm(forms.Form):
    """What a page holds. Nothing is judged but its length: that is for Generate to do."""

    draft = forms.UUIDField()
    version = forms.IntegerField(min_value=0, max_value=MOST_EDITS)
    writer = forms.CharField(required=False, max_length=64)
    edit = forms.IntegerField(required=False, min_value=0, max_value=MOST_EDITS)
    submission = forms.CharField(required=False, max_length=64)

    def clean(self) -> None:
        """Raise ValidationError for a field that is longer than a draft may be."""
        if any(len(text) > LONGEST_PROMPT for text in self.fields_as_typed().values()):
            raise forms.ValidationError(
                f"One of the fields is longer than {LONGEST_PROMPT:,} characters."
            )

    def fields_as_typed(self) -> dict[str, str]:
        """The composer's fields with the newlines that scripts see; absent ones are left out."""
        return {name: _plain(self.data[name]) for name in FIELDS if name in self.data}

    @property
    def fault(self) -> str:
        """Why it can't be kept: too long, or not what a page of the studio sends."""
        too_long = self.non_field_errors()
        return (
            str(too_long[0])
            if too_long
            else "This page is out of date; copy your words and reload."
        )

    def typed(self) -> Typed:
        """What is to be kept, once the form is valid."""
        data = self.cleaned_data
        return Typed(
            fields=self.fields_as_typed(),
            submission=data["submission"],
            writer=data["writer"],
            edit=data["edit"] or 0,
        )


def restored(draft: Draft) -> dict[str, Any]:
    """What a composer holds that goes on with a draft, which says whether it ``is_sent``.

    An unsent one keeps its one-time id: who presses Generate again after a crash finds the
    generation that they asked for before it, if there is one.
    """
    values: dict[str, Any] = dict.fromkeys(FIELDS, "") | draft.fields
    if draft.is_sent:
        return values | {"submission": uuid7().hex, "parent": ""}
    return values | {"submission": draft.submission or uuid7().hex}


def _plain(text: str) -> str:
    # A form sends other newlines than it was given, and PostgreSQL's JSON takes no NUL.
    return plain_lines(text).replace("\0", "")
