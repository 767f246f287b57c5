"""Two to six generations side by side: their pictures, their words and what they were given."""

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from modelless_web.records.ids import read_uuid
from modelless_web.records.markdown import without_pictures
from modelless_web.records.models import Generation, Picture
from modelless_web.records.relations.inputs import changes, system_message
from modelless_web.records.relations.words import Difference
from modelless_web.studio.requests import StudioRequest, own_generations

FEWEST: Final = 2
MOST: Final = 6
LETTERS: Final = "ABCDEF"
SEE_OTHER: Final = 303


@dataclass(frozen=True)
class Pane:
    """One picture to look at, under a letter and, where there are several, a number."""

    name: str
    picture: Picture


@dataclass(frozen=True)
class Side:
    """One of the generations; the first is what the others are held against."""

    letter: str
    row: Generation
    lead_url: str

    @property
    def is_first(self) -> bool:
        return self.letter == LETTERS[0]

    @property
    def panes(self) -> list[Pane]:
        stored = [picture for picture in self.row.pictures.all() if picture.is_stored]
        numbers = range(1, len(stored) + 1) if len(stored) > 1 else ("",)
        return [Pane(f"{self.letter}{n}", p) for n, p in zip(numbers, stored, strict=False)]


@dataclass(frozen=True)
class Texts:
    """One kind of text of every side: the first whole, the others as they differ from it."""

    what: str
    first: str
    differences: list[tuple[str, Difference]]


@require_http_methods(["GET", "HEAD", "POST"])
def compare(request: StudioRequest) -> HttpResponse:
    """The generations named by ``of``, in that order; the others are held against the first.

    A form that picks them is led to the address that shows them.
    """
    said = request.POST or request.GET
    wanted = list(dict.fromkeys(map(read_uuid, said.getlist("of"))))
    if not FEWEST <= len(wanted) <= MOST:
        context = {"sides": [], "number": len(wanted), "fewest": FEWEST, "most": MOST}
        return render(request, "studio/compare.html", context)
    rows = own_generations(request, wanted)
    if request.method == "POST":
        return HttpResponseRedirect(_url(rows), status=SEE_OTHER)
    return render(request, "studio/compare.html", compared(rows))


def compared(rows: list[Generation]) -> dict[str, Any]:
    """Everything the page shows; the first of ``rows`` is what the others are held against."""
    sides = [
        Side(letter, row, _url([row, *(other for other in rows if other != row)]))
        for letter, row in zip(LETTERS, rows, strict=False)
    ]
    answers = [without_pictures(row.text) for row in rows]
    return {
        "sides": sides,
        "panes": [pane for side in sides for pane in side.panes],
        "prompts": _texts("Prompt", [row.prompt for row in rows]),
        "systems": _texts("System message", [system_message(row) for row in rows]),
        "answers": _texts("Answer", answers),
        "changes": changes(rows),
    }


def _texts(what: str, words: list[str]) -> Texts | None:
    """The texts held against the first; None where nobody has any."""
    if not any(words):
        return None
    first, *others = words
    against = zip(LETTERS[1:], (Difference(first, other) for other in others), strict=False)
    return Texts(what, first, list(against))


def _url(rows: list[Generation]) -> str:
    return f"{reverse('compare')}?{urlencode([('of', str(row.pk)) for row in rows])}"
