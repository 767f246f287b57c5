"""Two to six generations side by side: their pictures, their words and what they were given."""

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import cached_property
from django.views.decorators.http import require_GET

from modelless_web.records.markdown import without_pictures
from modelless_web.records.models import Generation, Picture
from modelless_web.records.relations.inputs import changes, system_message
from modelless_web.records.relations.words import Difference
from modelless_web.studio.requests import StudioRequest, own_generations

FEWEST: Final = 2
MOST: Final = 6


@dataclass(frozen=True)
class Pane:
    """One picture to look at, under a letter and, where there are several, a number."""

    name: str
    picture: Picture


@dataclass(frozen=True)
class Side:
    """One of the generations, and what is different from the first."""

    letter: str
    row: Generation
    first: Generation
    lead_url: str

    @property
    def is_first(self) -> bool:
        return self.row.pk == self.first.pk

    @cached_property
    def panes(self) -> list[Pane]:
        stored = [picture for picture in self.row.pictures.all() if picture.is_stored]
        numbers = range(1, len(stored) + 1) if len(stored) > 1 else ("",)
        return [Pane(f"{self.letter}{n}", p) for n, p in zip(numbers, stored, strict=False)]

    @property
    def answer(self) -> str:
        return without_pictures(self.row.text)

    @cached_property
    def prompt_difference(self) -> Difference:
        return Difference(self.first.prompt, self.row.prompt)

    @cached_property
    def system_difference(self) -> Difference:
        return Difference(system_message(self.first), system_message(self.row))

    @cached_property
    def answer_difference(self) -> Difference:
        return Difference(without_pictures(self.first.text), self.answer)


@require_GET
def compare(request: StudioRequest) -> HttpResponse:
    """The generations named by ``of``, in that order; the others are held against the first."""
    wanted = list(dict.fromkeys(request.GET.getlist("of")))
    if not FEWEST <= len(wanted) <= MOST:
        context = {"sides": [], "number": len(wanted), "fewest": FEWEST, "most": MOST}
        return render(request, "studio/compare.html", context)
    return render(request, "studio/compare.html", compared(own_generations(request, wanted)))


def compared(rows: list[Generation]) -> dict[str, Any]:
    """Everything the page shows; the first of ``rows`` is what the others are held against."""
    sides = [
        Side(letter, row, rows[0], _url([row, *(other for other in rows if other != row)]))
        for letter, row in zip("ABCDEF", rows, strict=False)
    ]
    return {
        "sides": sides,
        "panes": [pane for side in sides for pane in side.panes],
        "changes": changes(rows),
        "has_answers": any(side.answer for side in sides),
        "has_system": any(system_message(row) for row in rows),
    }


def _url(rows: list[Generation]) -> str:
    return f"{reverse('compare')}?{urlencode([('of', str(row.pk)) for row in rows])}"
