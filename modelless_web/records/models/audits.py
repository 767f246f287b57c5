"""Who of the staff saw or did what: written once, and never changed or thrown away."""

from typing import Any, ClassVar, NoReturn

from django.conf import settings
from django.db import models
from django.utils import timezone


class AppendOnlyError(TypeError):
    """Somebody tried to change or delete what only grows."""

    def __init__(self) -> None:
        super().__init__("The audit log only grows: nothing in it is changed or deleted.")


class AuditQuerySet(models.QuerySet["Audit"]):
    def update(self, **columns: Any) -> NoReturn:
        raise AppendOnlyError

    def delete(self) -> NoReturn:
        raise AppendOnlyError

    def bulk_update(self, *args: Any, **options: Any) -> NoReturn:
        raise AppendOnlyError


class Audit(models.Model):
    """One thing that a member of the staff saw unmasked, or did."""

    class What(models.TextChoices):
        LISTED = "listed", "Saw a list"
        PICTURED = "pictured", "Saw a list with pictures"
        READ = "read", "Read"
        PICTURE = "picture", "Saw a picture"
        EXPORT = "export", "Took along"
        CODE = "code", "Read as code"
        ASKED = "asked", "Asked the gateway"
        RESCUED = "rescued", "Had pictures rescued again"
        UNSHARED = "unshared", "Stopped sharing"

    LONGEST_ADDRESS: ClassVar = 2_000

    at = models.DateTimeField(default=timezone.now)
    # Whoever stands in the log stays: an account is closed, not deleted.
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="audits", db_index=False
    )
    what = models.CharField(max_length=8, choices=What)
    kind = models.CharField(max_length=20, help_text="Of the rows.")
    target = models.CharField(max_length=40, blank=True, help_text="The row; empty for many.")
    count = models.PositiveIntegerField(
        null=True, help_text="How many rows were shown; empty where they were not counted."
    )
    address = models.CharField(max_length=LONGEST_ADDRESS, help_text="What the browser asked for.")

    objects = AuditQuerySet.as_manager()

    class Meta:
        verbose_name = "audit entry"
        verbose_name_plural = "audit log"
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["-at", "-id"], name="newest_audits"),
            models.Index(fields=["actor", "-at"], name="audits_of_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.get_what_display()}"

    def save(self, *args: Any, **options: Any) -> None:
        """Insert it. Raises AppendOnlyError for one that is there already."""
        if not self._state.adding:
            raise AppendOnlyError
        super().save(*args, **{**options, "force_insert": True})

    def delete(self, *args: Any, **options: Any) -> NoReturn:
        raise AppendOnlyError
