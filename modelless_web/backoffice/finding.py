"""What is typed above the list of generations, and the list that it finds."""

import re
from typing import Any, Final

from django.contrib.admin.views.main import ChangeList
from django.db.models import FETCH_RAISE, Prefetch, QuerySet
from django.db.models.functions import Left
from django.http import HttpRequest

from modelless_web.backoffice import masks
from modelless_web.backoffice.filters import ends_in, owners
from modelless_web.backoffice.once import once
from modelless_web.backoffice.paginator import BoundedPaginator
from modelless_web.records.ids import read_uuid
from modelless_web.records.language.query import Query, Term, parse
from modelless_web.records.models import Generation, Picture
from modelless_web.records.search.hits import Hits, find_within

type Rows = QuerySet[Any]

LISTED: Final = (
    "model",
    "status",
    "error_kind",
    "total_tokens",
    "cost",
    "cost_basis",
    "currency",
    "queued_at",
    "saved_at",
    "picture_count",
    "owner__username",
    "owner__is_guest",
    "owner__opaque_id",
    "gateway__name",
)
PROMPT_SHOWN: Final = 90
REQUEST_ID: Final = re.compile(r"(?=.*\d)\S+")
HITS: Final = "hits"
MOST_TRIED: Final = 2_000
"""Hits that a page looks through: for more of them PostgreSQL takes longer than people wait."""


class GenerationList(ChangeList):
    """The list, light: no heavy column is read, and a forgotten join is an error."""

    hits: Hits | None

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> Rows:
        rows = super().get_queryset(request, exclude_parameters)
        self.hits = hits_of(request)
        light: Rows = (
            self.apply_select_related(rows)
            .annotate(prompt_start=Left("prompt", PROMPT_SHOWN + 1))
            .only(*LISTED)
            .fetch_mode(FETCH_RAISE)
        )
        # Nobody else gets to see one.
        return _with_pictures(light) if masks.may_read(request.user) else light

    def get_results(self, request: HttpRequest) -> None:
        """A page of it, or all that may be shown on one."""
        super().get_results(request)
        if not self.result_count:
            # To look for what is not there may take as long as it took to count it.
            self.result_list = self.queryset.none()
        elif not self.multi_page or (self.show_all and self.can_show_all):
            self.result_list = self.paginator.object_list.all()

    def newest(self, most: int) -> tuple[Rows, bool]:
        """The rows to add up, newest first, and whether there are hits that were not tried."""
        if self.hits is None:
            return self.queryset.order_by("-queued_at"), False
        newest = self.hits.newest(most)
        return newest.of(self.queryset), not newest.is_all


class HitsPaginator(BoundedPaginator):
    """Pages of what was found by words, among their newest hits."""

    note = (
        f"Only the newest {MOST_TRIED:,} with these words were looked through; narrow the list "
        "by days to reach older ones."
    )

    def __init__(self, rows: Rows, per_page: int, hits: Hits) -> None:
        self._newest = hits.newest(MOST_TRIED)
        super().__init__(self._newest.of(rows), per_page)

    @property
    def _found(self) -> int:
        return self._newest.count

    @property
    def is_bounded(self) -> bool:
        """Whether there are more hits than were looked through."""
        return not self._newest.is_all

    @property
    def shown_count(self) -> str:
        """The number of rows in words."""
        return f"{self._found:,}{'+' * self.is_bounded}"


def search(request: HttpRequest, rows: Rows, term: str) -> Rows:
    """By id or request id at once; else by the query language of the history."""
    pk = read_uuid(term)
    if pk:
        return rows.filter(pk=pk)
    if is_request_id(request, term):
        return _of_request(rows, term)
    # The index of words knows times, and whose a row is, but no other filter of the list.
    query = Query((*parse(term).terms, *_days(request)))
    found, hits = find_within(rows, query, owners(request) or ())
    once(request, HITS, lambda: hits)
    return found


def hits_of(request: HttpRequest) -> Hits | None:
    """The hits among which a request has searched for words, if it has."""
    return once(request, HITS, lambda: None)


def asks_for_words(request: HttpRequest, term: str) -> bool:
    """Whether a search would tell what people wrote."""
    return not (read_uuid(term) or is_request_id(request, term) or masks.allows(parse(term)))


def is_request_id(request: HttpRequest, text: str) -> bool:
    """Whether a gateway gave a generation this id; only one word with a digit is looked up."""
    if not REQUEST_ID.fullmatch(text) or any(term.operator for term in parse(text).terms):
        return False
    return once(request, f"request id {text}", _of_request(Generation.objects.all(), text).exists)


def _of_request(rows: Rows, request_id: str) -> Rows:
    # Those without one are not in the index, and both databases want to be told.
    return rows.exclude(error_request_id="").filter(error_request_id=request_id)


def _days(request: HttpRequest) -> list[Term]:
    """The days to which the list is narrowed, as the query language says it."""
    first, after = ends_in(request.GET)
    asked = {"after": first, "before": after}
    return [Term(day.isoformat(), operator) for operator, day in asked.items() if day]


def _with_pictures(rows: Rows) -> Rows:
    stored = Picture.objects.filter(state=Picture.State.STORED)
    return rows.prefetch_related(Prefetch("pictures", stored, to_attr="stored_pictures"))
