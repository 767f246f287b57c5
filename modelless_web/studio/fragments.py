"""The one file that knows htmx: what a page is sent, as HTML that finds its own place.

Events become out-of-band swaps. Text is appended with its offset checked, so that a page never
shows a piece twice or misses one: what does not fit is read again from the ledger.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import django_htmx.http
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from modelless_web.engine.live import News
from modelless_web.records.models import Generation, Status, User

CARD = "components/card.html"
SAID = {
    Status.QUEUED: "Generation queued.",
    Status.RUNNING: "Generation started.",
    Status.SUCCEEDED: "Generation finished.",
    Status.FAILED: "Generation failed.",
    Status.CANCELLED: "Generation stopped.",
    Status.INTERRUPTED: "Generation interrupted.",
}

type Place = tuple[str, int, str]


@dataclass(frozen=True, slots=True)
class Card:
    """A row as the ledger had it, and the fragment that makes every page show it so."""

    row: Generation
    html: str


def cards(pks: Collection[UUID]) -> list[Card]:
    """Read and render whole cards; whose they are is for the caller to ask."""
    return [_card(row) for row in Generation.objects.filter(pk__in=pks).fetch_cards()]


def _card(row: Generation) -> Card:
    if row.is_deleted:
        removal = '<article id="{}" hx-swap-oob="delete"></article>'
        return Card(row, format_html(removal, row.dom_id))
    return Card(row, render_to_string(CARD, {"generation": row, "oob": True}))


def appended(kind: str, generation: str, index: int, text: str) -> SafeString:
    """Text to append to a running slot."""
    return format_html(
        '<span hx-swap-oob="beforeend:#{}-{}-{}">{}</span>', kind, generation, index, text
    )


def staged(generation: str, words: str, progress: int | None) -> SafeString:
    """The line on what a run is doing now, and, where it is known how far it is, its bar."""
    line = format_html('<span id="stage-{}" hx-swap-oob="true">{}</span>', generation, words)
    if progress is None:
        return line
    return line + format_html(
        '<progress id="progress-{0}" hx-swap-oob="true" max="100" value="{1}">{1} %</progress>',
        generation,
        progress,
    )


def running_count(count: int) -> SafeString:
    """The number of open runs; the page's title and icon follow it."""
    words = f"{count:,} running" if count else ""
    return format_html(
        '<span id="running-count" hx-swap-oob="true" data-count="{}">{}</span>', count, words
    )


def said(status: str) -> SafeString:
    """A sentence for the polite status region."""
    return format_html('<p id="status" hx-swap-oob="innerHTML">{}</p>', SAID[Status(status)])


def reswap(response: HttpResponse, method: str) -> HttpResponse:
    """Tell htmx to put the answer elsewhere than the form asked for."""
    return django_htmx.http.reswap(response, method)  # type: ignore[arg-type]


@dataclass(slots=True)
class Page:
    """What one open page shows of running generations, and how to bring it up to date."""

    user: User
    shown: dict[Place, int] = field(default_factory=dict)
    statuses: dict[str, str] = field(default_factory=dict)
    running: set[UUID] = field(default_factory=set)

    def join(self, since: float) -> str:
        """Everything that is open or has changed since the page was made, as whole cards."""
        mine = Generation.objects.visible_to(self.user)
        self.running = set(mine.open().values_list("pk", flat=True))
        rows = Generation.objects.filter(owner=self.user).with_answers().changed_since(since)
        return self._cards([_card(row) for row in rows], is_news=False)

    def stale(self, news: Sequence[News]) -> set[UUID]:
        """The generations that must be read again to show what the news says."""
        told = {UUID(item["generation"]) for item in news if item["kind"] == "card"}
        return told | self._gaps(news, told)

    def update(self, news: Sequence[News], cards: Iterable[Card]) -> str:
        """The fragments that bring the page from what it shows to what the news says.

        ``cards`` are those of the stale generations, as the ledger has them by now.
        """
        mine = [card for card in cards if card.row.owner_id == self.user.pk]
        parts = [self._cards(mine, is_news=True)] if mine else []
        parts += self._pieces(item for item in news if item["kind"] != "card")
        return "".join(parts)

    def _gaps(self, news: Sequence[News], known: set[UUID]) -> set[UUID]:
        """Generations of which a piece of text is missing here."""
        ends: dict[Place, int] = {}
        missing = set()
        for item in news:
            if item["kind"] in {"text", "reasoning"}:
                place = _place(item)
                known_end = ends.get(place, self.shown.get(place, 0))
                if item["offset"] > known_end:
                    missing.add(UUID(item["generation"]))
                ends[place] = max(known_end, item["offset"] + len(item["text"]))
        return missing - known

    def _cards(self, cards: Iterable[Card], *, is_news: bool) -> str:
        parts: list[str] = []
        for card in sorted(cards, key=lambda card: card.row.pk):
            row = card.row
            parts.append(card.html)
            if row.is_open and not row.is_deleted:
                self.running.add(row.pk)
            else:
                self.running.discard(row.pk)
            if row.is_deleted:
                self._forget(row)
                continue
            self._remember(row)
            if is_news and self.statuses.get(str(row.pk)) != row.status:
                parts.append(said(row.status))
            self.statuses[str(row.pk)] = row.status
        if parts:
            parts.append(running_count(len(self.running)))
        return "".join(parts)

    def _remember(self, row: Generation) -> None:
        self._forget(row)
        if row.status == Status.RUNNING:
            for choice in row.choices.all():
                self.shown["text", choice.index, str(row.pk)] = len(choice.text)
                self.shown["reasoning", choice.index, str(row.pk)] = len(choice.reasoning)

    def _forget(self, row: Generation) -> None:
        pk = str(row.pk)
        for place in [place for place in self.shown if place[2] == pk]:
            del self.shown[place]

    def _pieces(self, news: Iterable[News]) -> list[str]:
        parts: list[str] = []
        runs: dict[Place, list[str]] = {}
        for item in news:
            if self.statuses.get(item["generation"]) not in {Status.QUEUED, Status.RUNNING}:
                continue
            if item["kind"] == "stage":
                parts.append(staged(item["generation"], item["stage"], item["progress"]))
            else:
                self._append(item, runs)
        parts += [appended(k, pk, index, "".join(t)) for (k, index, pk), t in runs.items()]
        return parts

    def _append(self, item: News, runs: dict[Place, list[str]]) -> None:
        place = _place(item)
        shown = self.shown.get(place, 0)
        fresh = item["text"][shown - item["offset"] :] if item["offset"] <= shown else ""
        if fresh:
            runs.setdefault(place, []).append(fresh)
            self.shown[place] = shown + len(fresh)


def _place(item: News) -> Place:
    return item["kind"], item["index"], item["generation"]
