"""What went wrong on the way: attempts that were repeated, and errors that come again and again."""

import hashlib
import re
from datetime import timedelta
from typing import Final, Self

from django.db import models
from django.utils import timezone

from modelless_web.gateway.errors import GatewayError, Kind
from modelless_web.records.models.generations import Generation

KINDS: Final = [(kind, kind) for kind in Kind]
LONGEST_SAMPLE: Final = 300
GROUPS_KEPT: Final = timedelta(days=180)
MOST_GROUPS: Final = 5_000
# What differs between two errors of one kind: addresses, ids and numbers.
_PARTICULARS: Final = re.compile(r"https?://\S+|\b[\w-]*\d[\w-]*\b")


class Attempt(models.Model):
    """An attempt that failed before anything could be charged, so that another followed.

    The last attempt is the generation itself.
    """

    generation = models.ForeignKey(Generation, models.CASCADE, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    waited = models.FloatField(help_text="Seconds until the next attempt.")
    error_kind = models.CharField(max_length=20, choices=KINDS)
    error_code = models.CharField(max_length=100, blank=True)
    error_status = models.PositiveSmallIntegerField(null=True)
    error_message = models.TextField(blank=True)
    error_request_id = models.CharField(max_length=200, blank=True)
    error_body = models.TextField(blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["generation", "number"], name="one_row_per_attempt"),
        ]

    def __str__(self) -> str:
        return f"Attempt {self.number}"


class ErrorGroupQuerySet(models.QuerySet["ErrorGroup"]):
    def count_in(self, error: GatewayError) -> "ErrorGroup":
        """Count one more error of its group; call it in the transaction that keeps the error."""
        now = timezone.now()
        mark = fingerprint(error)
        sample = {
            "kind": error.kind.value,
            "code": error.code[:100],
            "status": error.status,
            "sample": error.message[:LONGEST_SAMPLE],
            "is_known": error.is_known,
        }
        group, is_new = self.get_or_create(
            fingerprint=mark, defaults=sample | {"first_seen": now, "last_seen": now, "count": 1}
        )
        if not is_new:
            self.filter(pk=group.pk).update(count=models.F("count") + 1, last_seen=now)
        return group

    def forget(self) -> None:
        """Drop what nobody has seen for long, and the oldest of what is more than a person reads.

        The generations keep their errors.
        """
        self.filter(last_seen__lt=timezone.now() - GROUPS_KEPT).delete()
        kept = self.order_by("-last_seen").values_list("last_seen", flat=True)
        for oldest in kept[MOST_GROUPS - 1 : MOST_GROUPS]:
            self.filter(last_seen__lt=oldest).delete()

    def unknown(self) -> Self:
        """Those that no rule of the studio recognised."""
        return self.filter(is_known=False)


class ErrorGroup(models.Model):
    """Errors that are the same but for their particulars, counted."""

    fingerprint = models.CharField(max_length=64, unique=True, editable=False)
    kind = models.CharField(max_length=20, choices=KINDS)
    code = models.CharField(max_length=100, blank=True)
    status = models.PositiveSmallIntegerField(null=True)
    sample = models.CharField("message", max_length=LONGEST_SAMPLE, blank=True)
    is_known = models.BooleanField(
        "known", default=True, help_text="Whether a rule of the studio recognised it."
    )
    count = models.PositiveIntegerField(default=0)
    first_seen = models.DateTimeField()
    last_seen = models.DateTimeField()

    objects = ErrorGroupQuerySet.as_manager()

    class Meta:
        ordering = ["-last_seen"]
        indexes = [models.Index(fields=["-last_seen"], name="newest_errors")]

    def __str__(self) -> str:
        return self.sample or self.kind


def fingerprint(error: GatewayError) -> str:
    """Return what errors of one group have in common, as a hash."""
    words = _PARTICULARS.sub("#", error.message.lower())
    parts = [error.kind.value, error.code.lower(), str(error.status), " ".join(words.split())]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
