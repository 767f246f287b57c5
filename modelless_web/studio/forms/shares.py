"""How long a generation is shown to others, and with what."""

from datetime import timedelta
from typing import Final

from django import forms

from modelless_web.records.models import Generation, Share

FOREVER: Final = 0
DAYS: Final = ((1, "1 day"), (7, "7 days"), (30, "30 days"), (FOREVER, "Until I stop it"))


class ShareForm(forms.Form):
    """What somebody chooses for a new link."""

    lasting = forms.TypedChoiceField(choices=DAYS, coerce=int, initial=7, label="Show it for")
    with_prompt = forms.BooleanField(required=False, label="With the prompt")

    def make(self, generation: Generation) -> Share:
        """Make the link that was chosen. Raises TooManySharesError."""
        days = self.cleaned_data["lasting"]
        lasting = timedelta(days=days) if days != FOREVER else None
        return Share.objects.make(
            generation, lasting=lasting, with_prompt=self.cleaned_data["with_prompt"]
        )
