"""How much is on each board: one query for all of them, which counts no further than a thousand."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import IntegerField, OuterRef, QuerySet, Subquery

from modelless_web.records.language.query import parse
from modelless_web.records.models import Board, Placement, User
from modelless_web.records.search.find import find_each

MOST_COUNTED: Final = 1_000
MOST_SMART: Final = 50
"""Each is a search of its own."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many are on a board; ``is_more`` where there are more than were counted."""

    count: int
    is_more: bool = False

    def __str__(self) -> str:
        return f"{self.count:,}{'+' * self.is_more}"


class _Counted(Subquery):
    """How many rows a query has, of as many as it is cut to."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()
    empty_result_set_value = 0


def tallies(owner: User, boards: Collection[Board]) -> dict[int, Tally]:
    """What is on a person's boards, by their ids; of smart ones on the first fifty alone."""
    smart = [board for board in boards if board.is_smart][:MOST_SMART]
    hits = find_each(owner, [parse(board.query) for board in smart])
    placed = Placement.objects.filter(board=OuterRef("pk"), generation__deleted_at=None)
    by_hand = Board.objects.visible_to(owner).filter(query="")
    parts = [_part(by_hand, placed)]
    for board, rows in zip(smart, hits, strict=True):
        parts.append(_part(Board.objects.filter(pk=board.pk), rows))
    counts = parts[0].union(*parts[1:], all=True).order_by()
    return {pk: _tally(found) for pk, found in counts}


def _part(boards: QuerySet[Board], rows: QuerySet[Any]) -> QuerySet[Board, tuple[int, int]]:
    counted = _Counted(rows.order_by().values("pk")[: MOST_COUNTED + 1])
    return boards.order_by().annotate(found=counted).values_list("pk", "found")


def _tally(found: int) -> Tally:
    return Tally(min(found, MOST_COUNTED), is_more=found > MOST_COUNTED)
