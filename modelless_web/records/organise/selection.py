"""What a person means: some generations picked one by one, or all that match a query."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, QuerySet, Sum

from modelless_web.records.language.query import parse
from modelless_web.records.models import Action, Generation, Picture, Reference, User
from modelless_web.records.search.find import find


@dataclass(frozen=True, slots=True)
class Counts:
    """How much a selection is: generations, their stored pictures, and bytes."""

    generations: int
    pictures: int
    size: int


@dataclass(frozen=True, slots=True)
class Selection:
    """Some of one person's generations; without ``picked`` all that match ``query``.

    In the trash a query means nothing: picked ones there, or everything.
    """

    owner: User
    query: str = ""
    picked: tuple[UUID, ...] | None = None
    in_trash: bool = False

    def rows(self) -> QuerySet[Generation]:
        """The rows it means now, newest first."""
        rows: QuerySet[Generation]
        if self.in_trash:
            rows = Generation.objects.filter(owner=self.owner).trashed()
        elif self.picked is None:
            rows = find(self.owner, parse(self.query))
        else:
            rows = Generation.objects.visible_to(self.owner)
        return rows if self.picked is None else rows.filter(pk__in=self.picked)

    def counts(self) -> Counts:
        """Count what it means now."""
        rows = self.rows().order_by()
        stored = Picture.objects.filter(generation__in=rows, state=Picture.State.STORED)
        pictures = stored.aggregate(count=Count("pk"), size=Sum("size"))
        return Counts(rows.count(), pictures["count"], pictures["size"] or 0)

    def references(self) -> Counts:
        """Count the pictures that went along with what it means now, each once."""
        went = Reference.generations.through.objects.filter(generation__in=self.rows().order_by())
        rows = Reference.objects.filter(pk__in=went.values("reference"))
        found = rows.aggregate(count=Count("pk"), size=Sum("size"))
        return Counts(0, found["count"], found["size"] or 0)

    @classmethod
    def of(cls, action: Action) -> "Selection":
        """What an action was begun for."""
        picked = None if action.picked is None else tuple(map(UUID, action.picked))
        return cls(action.owner, action.query, picked, action.verb in Action.IN_TRASH)
