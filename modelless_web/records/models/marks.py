"""How people put their generations in order: tags and boards; stars and ratings are columns."""

import unicodedata
from typing import TYPE_CHECKING, Final, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils import timezone

from modelless_web.records.models.generations import Generation

if TYPE_CHECKING:
    from modelless_web.records.models.users import User

LONGEST_TAG: Final = 50
LONGEST_BOARD: Final = 80


class OwnedQuerySet[Row: models.Model](models.QuerySet[Row]):
    def visible_to(self, user: "User") -> Self:
        """Start of every query on a person's behalf: their own."""
        return self.filter(owner=user)


class NamedQuerySet[Row: "Tag | Board"](OwnedQuerySet[Row]):
    @transaction.atomic
    def hand_over(self, user: "User") -> None:
        """Make them another person's; what has a name that is taken is merged into the one there.

        A merged board stays what the other one is: its own rule, its own days.
        """
        for row in self:
            own = self.model._default_manager.filter(owner=user, name__iexact=row.name).first()
            if own is None:
                self.filter(pk=row.pk).update(owner=user)
            else:
                own.generations.add(*row.generations.all())
                row.delete()


class Tag(models.Model):
    """A word of one person's own, on any number of their generations."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="tags", db_index=False
    )
    name = models.CharField(max_length=LONGEST_TAG)
    generations = models.ManyToManyField(Generation, related_name="tags")

    objects = NamedQuerySet["Tag"].as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="one_tag_per_name")]

    def __str__(self) -> str:
        return self.name


class Board(models.Model):
    """A named collection: of what was placed on it or, with a query, of whatever matches that."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="boards", db_index=False
    )
    name = models.CharField(max_length=LONGEST_BOARD)
    query = models.CharField(
        max_length=1000, blank=True, help_text="What a smart board shows, as in the search box."
    )
    days_kept = models.PositiveIntegerField(
        null=True, blank=True, help_text="After so many days what lies here goes to the trash."
    )
    made_at = models.DateTimeField(default=timezone.now)
    generations = models.ManyToManyField(Generation, through="Placement", related_name="boards")

    objects = NamedQuerySet["Board"].as_manager()

    class Meta:
        ordering = [Lower("name")]
        constraints = [
            models.UniqueConstraint("owner", Lower("name"), name="one_board_per_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_smart(self) -> bool:
        """Whether it shows what matches its query, and nothing can be placed on it."""
        return bool(self.query)


class Placement(models.Model):
    """A generation on a board; it may be on many."""

    board = models.ForeignKey(Board, models.CASCADE, related_name="placements", db_index=False)
    generation = models.ForeignKey(Generation, models.CASCADE, related_name="placements")
    placed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["board", "generation"], name="once_on_each_board"),
        ]

    def __str__(self) -> str:
        return f"{self.generation_id} on {self.board_id}"


def tag_name(words: str) -> str:
    """The one way in which a tag is written: one line, lower case, the longest 50 characters."""
    plain = unicodedata.normalize("NFKC", words).replace("\0", "").casefold()
    return " ".join(plain.split())[:LONGEST_TAG].strip()
