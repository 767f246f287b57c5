"""What a person says of a board, and of how long things are kept."""

from typing import Any

from django import forms

from modelless_web.records.models import Board, User
from modelless_web.records.models.marks import LONGEST_BOARD

MOST_BOARDS = 500
LONGEST_KEPT = 36_500


class BoardForm(forms.ModelForm):  # type: ignore[type-arg]
    """A board's name, its query if it is a smart one, and how long things lie on it."""

    days_kept = forms.IntegerField(required=False, min_value=1, max_value=LONGEST_KEPT)

    class Meta:
        model = Board
        fields = ("name", "query", "days_kept")

    def __init__(self, data: Any, *, owner: User, instance: Board | None = None) -> None:
        super().__init__(data, instance=instance or Board(owner=owner))

    def clean_name(self) -> str:
        """On one line; a name that the person has used already is refused in words."""
        name = " ".join(self.cleaned_data["name"].replace("\0", "").split())[:LONGEST_BOARD]
        mine = Board.objects.visible_to(self.instance.owner)
        if not name:
            raise forms.ValidationError("A board needs a name.")
        if mine.filter(name__iexact=name).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(f"You have a board called {name} already.")
        if self.instance._state.adding and mine.count() >= MOST_BOARDS:
            raise forms.ValidationError(f"There may be {MOST_BOARDS} boards; delete one first.")
        return name


class KeepForm(forms.ModelForm):  # type: ignore[type-arg]
    """For how many days a person's work is kept; empty means for ever."""

    days_kept = forms.IntegerField(required=False, min_value=1, max_value=LONGEST_KEPT)

    class Meta:
        model = User
        fields = ("days_kept",)
