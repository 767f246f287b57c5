"""A page without a browser: takes fragments as htmx does, and shows what then stands on it."""

from html.parser import HTMLParser
from typing import Final

VOID: Final = {"br", "hr", "img", "input", "link", "meta", "use", "rect"}
APPEND: Final = "beforeend:#"


class Paper(HTMLParser):
    """``texts``: the running texts by their id; ``cards``: each card's status by generation.

    ``lost`` are the pieces for which there was no place: a browser drops them without a word.
    """

    def __init__(self) -> None:
        super().__init__()
        self.texts: dict[str, str] = {}
        self.cards: dict[str, str] = {}
        self.prose = ""
        self.lost: list[str] = []
        self._inside: list[str] = []

    def show(self, fragments: str) -> None:
        """Put each fragment in its place."""
        self.reset()
        self.feed(fragments)
        self.close()
        assert self._inside == [], "a fragment is not closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in VOID:
            return
        said = {name: value or "" for name, value in attrs}
        place = said.get("id", "")
        if not self._inside:
            place = self._begin(tag, place, said)
        elif place.startswith(("text-", "reasoning-")):
            self.texts[place] = ""
        self._inside.append(place)

    def _begin(self, tag: str, place: str, said: dict[str, str]) -> str:
        swap = said.get("hx-swap-oob", "")
        if swap.startswith(APPEND):
            place = swap.removeprefix(APPEND)
            if place not in self.texts:
                self.lost.append(place)
        elif tag == "article":
            self._take_card(place.removeprefix("generation-"), said)
        return place

    def _take_card(self, pk: str, said: dict[str, str]) -> None:
        self.texts = {place: text for place, text in self.texts.items() if pk not in place}
        self.cards.pop(pk, None)
        self.prose = ""
        if said["hx-swap-oob"] != "delete":
            self.cards[pk] = said["data-status"]

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        if self._inside and self._inside[-1] in self.texts:
            self.texts[self._inside[-1]] += data
        else:
            self.prose += data
