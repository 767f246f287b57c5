"""Culls: a person walks through what matches a query and says of each what it is worth."""

from typing import Final

from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet
from django.utils import timezone

from modelless_web.records.models.generations import Generation
from modelless_web.records.models.marks import OwnedQuerySet

LONGEST_QUERY: Final = 1_000


class Cull(models.Model):
    """One walk, newest first. Its id is of version 7: what was made after it is not part of it."""

    id = models.UUIDField(primary_key=True, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="culls")
    query = models.CharField(max_length=LONGEST_QUERY, blank=True)
    total = models.PositiveIntegerField(help_text="How many matched when it began.")
    begun_at = models.DateTimeField(default=timezone.now)

    objects = OwnedQuerySet["Cull"].as_manager()

    def __str__(self) -> str:
        return f"{self.total} of “{self.query}”"

    def rows(self) -> QuerySet[Generation]:
        """What was looked at here, whatever it matches by now, in the trash or not."""
        return self._of(self.verdicts.all())

    def starred(self) -> QuerySet[Generation]:
        """What got its star here and has it still; a rejection outranks it."""
        return self._said("star").filter(is_starred=True, is_rejected=False)

    def rejected(self) -> QuerySet[Generation]:
        """What was rejected here and is so still."""
        return self._said("reject").filter(is_rejected=True)

    def rated(self, least: int) -> QuerySet[Generation]:
        """What was rated here with so many stars or more, 1 to 5, and is so still."""
        words = [str(stars) for stars in range(least, 6)]
        return self._said(*words).filter(rating__gte=least, is_rejected=False)

    def passed(self) -> QuerySet[Generation]:
        """What was only looked at here, and had been starred or rejected before."""
        marked = self.rows().filter(Q(is_starred=True) | Q(is_rejected=True))
        return marked.exclude(pk__in=self.verdicts.exclude(word="").values("generation"))

    def _said(self, *words: str) -> QuerySet[Generation]:
        return self._of(self.verdicts.filter(word__in=words))

    def _of(self, verdicts: "QuerySet[Verdict]") -> QuerySet[Generation]:
        # All of them the owner's: named too, SQLite would walk through all that person has.
        return Generation.objects.filter(pk__in=verdicts.order_by().values("generation"))


class Verdict(models.Model):
    """What was said of one generation in a cull, or that it was passed by, and how to undo it."""

    cull = models.ForeignKey(Cull, models.CASCADE, related_name="verdicts", db_index=False)
    generation = models.ForeignKey(Generation, models.CASCADE, related_name="+")
    key = models.UUIDField(help_text="One-time id of the key press: sent twice, it counts once.")
    word = models.CharField(max_length=6, blank=True)
    actions = models.JSONField(default=list, help_text="Ids of the changes that it made.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cull", "key"], name="once_per_key_press"),
        ]
        indexes = [models.Index(fields=["cull", "generation"], name="verdicts_of_a_cull")]

    def __str__(self) -> str:
        return f"{self.word or 'passed'}: {self.generation_id}"
