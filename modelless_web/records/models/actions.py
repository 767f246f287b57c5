"""What a person does to many generations at once, and how each of them was before."""

from typing import ClassVar, Final

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from modelless_web.records.ids import uuid7
from modelless_web.records.models.generations import Generation
from modelless_web.records.models.marks import OwnedQuerySet

DONE: Final = {
    "star": "starred",
    "unstar": "no longer starred",
    "rate": "rated {}",
    "reject": "rejected",
    "accept": "no longer rejected",
    "tag": "tagged “{}”",
    "untag": "no longer tagged “{}”",
    "place": "put on the board",
    "remove": "taken off the board",
    "trash": "moved to the trash",
    "restore": "restored",
    "purge": "deleted for good",
}


class Action(models.Model):
    """One change of a whole selection: carried out in steps, and undone in steps."""

    class Verb(models.TextChoices):
        STAR = "star", "Star"
        UNSTAR = "unstar", "Take the star off"
        RATE = "rate", "Rate"
        REJECT = "reject", "Reject"
        ACCEPT = "accept", "Take the rejection back"
        TAG = "tag", "Tag"
        UNTAG = "untag", "Take a tag off"
        PLACE = "place", "Put on a board"
        REMOVE = "remove", "Take off a board"
        TRASH = "trash", "Delete"
        RESTORE = "restore", "Restore"
        PURGE = "purge", "Delete for good"

    class State(models.TextChoices):
        RUNNING = "running", "Under way"
        DONE = "done", "Done"
        UNDOING = "undoing", "Being undone"
        UNDONE = "undone", "Undone"

    OPEN: ClassVar = (State.RUNNING, State.UNDOING)
    IN_TRASH: ClassVar = (Verb.RESTORE, Verb.PURGE)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="actions")
    verb = models.CharField(max_length=8, choices=Verb)
    value = models.CharField(max_length=100, blank=True)
    query = models.CharField(max_length=1000, blank=True)
    picked = models.JSONField(null=True, help_text="Chosen one by one; else all that match.")
    newest = models.UUIDField(null=True, help_text="What came later is not meant.")
    position = models.UUIDField(null=True, help_text="The last that was looked at.")
    state = models.CharField(max_length=8, choices=State, default=State.RUNNING)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField(default=timezone.now)
    stepped_at = models.DateTimeField(default=timezone.now)

    objects = OwnedQuerySet["Action"].as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["stepped_at"],
                name="actions_under_way",
                condition=Q(state__in=("running", "undoing")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_verb_display()} {self.total}"

    @property
    def said(self) -> str:
        """What has been done, as far as it has: "63 moved to the trash"."""
        if self.state in {self.State.UNDOING, self.State.UNDONE}:
            return f"{self.done:,} as they were before"
        return f"{self.changed:,} {DONE[self.verb].format(self.value)}"

    @property
    def looked_at(self) -> str:
        """How far it is: "1,500 of 2,001"."""
        return f"{self.done:,} of {self.total:,}"

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    @property
    def can_be_undone(self) -> bool:
        return self.state == self.State.DONE and self.verb != self.Verb.PURGE and self.changed > 0

    @property
    def percent(self) -> int:
        """How far it is, 0 to 100."""
        return min(100, 100 * self.done // self.total) if self.total else 100


class Former(models.Model):
    """How one generation was before an action changed it."""

    action = models.ForeignKey(Action, models.CASCADE, related_name="formers")
    generation = models.ForeignKey(Generation, models.CASCADE, related_name="+", db_index=False)
    value = models.SmallIntegerField(default=0)
    moment = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.generation_id} before {self.action_id}"
