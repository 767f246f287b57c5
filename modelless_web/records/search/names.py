"""What the names in queries stand for: the tags, boards and models that there are.

Each kind is read once, however many queries ask, those of smart boards within them too.
"""

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property, reduce
from operator import or_

from django.db.models import Q, QuerySet

from modelless_web.records.language.query import Query, parse
from modelless_web.records.models import Board, Model, Tag, User


class Names:
    """The names in some queries of one person, or of the operator (``owner`` is None)."""

    def __init__(self, owner: User | None, queries: Iterable[Query]) -> None:
        self._owner = owner
        self._queries = list(queries)
        self._boards: dict[str, list[Board]] = {}

    def boards(self, name: str) -> list[Board]:
        """Those of that name: one at most of a person's own."""
        if name not in self._boards:
            self._boards[name] = self._boards_called(name)
        return self._boards[name]

    def tags(self, name: str) -> list[int]:
        """The ids of the tags of that name."""
        return self._tags[name]

    def models(self, name: str) -> set[str]:
        """Every spelling that a gateway has offered, and the one that was typed."""
        typed = name.rstrip("*").lower()
        is_prefix = name.endswith("*")
        offered = {model for model in self._models if model.lower().startswith(typed)}
        same = offered if is_prefix else {one for one in offered if one.lower() == typed}
        return {name.rstrip("*"), *same}

    def people(self, name: str) -> list[int]:
        """The ids of those of that name: with them an index finds their rows in order."""
        return list(User.objects.filter(username__iexact=name).values_list("pk", flat=True))

    def _boards_called(self, name: str) -> list[Board]:
        if self._owner is None:
            return list(Board.objects.filter(name__iexact=name))
        return [board for board in self._own_boards if board.name.lower() == name.lower()]

    @cached_property
    def _own_boards(self) -> list[Board]:
        return list(self._own(Board.objects.all()))

    @cached_property
    def _tags(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        tags = self._own(Tag.objects.filter(name__in=self._asked["tag"])).order_by()
        for name, pk in tags.values_list("name", "pk"):
            found[name].append(pk)
        return found

    @cached_property
    def _models(self) -> list[str]:
        named = reduce(
            or_, (Q(name__istartswith=name.rstrip("*")) for name in self._asked["model"])
        )
        return list(Model.objects.filter(named).values_list("name", flat=True).distinct())

    @cached_property
    def _asked(self) -> dict[str, set[str]]:
        """The values by operator, in these queries and those of the boards that they name."""
        asked: dict[str, set[str]] = defaultdict(set)
        queries = [*self._queries]
        for query in queries:
            for term in query.terms:
                if term.operator == "board" and term.value not in asked["board"]:
                    queries += [parse(board.query) for board in self.boards(term.value)]
                asked[term.operator].add(term.value)
        return asked

    def _own[Row: Tag | Board](self, rows: QuerySet[Row]) -> QuerySet[Row]:
        return rows if self._owner is None else rows.filter(owner=self._owner)
