"""Knocks at the door: attempts to sign in, counted so that nobody can try for long."""

from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar, Final

from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac

WINDOW: Final = timedelta(minutes=15)


class KnockManager(models.Manager["Knock"]):
    def admit(self, limits: Mapping[str, int]) -> timedelta | None:
        """Count one attempt for each subject; return how long to wait if one has had too many.

        ``limits`` says how many attempts a subject has in a quarter of an hour. The attempt is
        committed before the others are counted, so that many at once, in whatever process, see
        each other. One that is refused does not count: to go on knocking keeps no door shut.
        """
        now = timezone.now()
        self.filter(at__lt=now - WINDOW).delete()
        mine = self.bulk_create(Knock(subject=_digest(name), at=now) for name in limits)
        wait = max(self._wait(row, most) for row, most in zip(mine, limits.values(), strict=True))
        if wait <= timedelta():
            return None
        self.filter(pk__in=[row.pk for row in mine]).delete()
        return wait

    def forget(self, *subjects: str) -> None:
        """Begin anew for subjects that proved who they are."""
        self.filter(subject__in=[_digest(name) for name in subjects]).delete()

    def _wait(self, row: "Knock", most: int) -> timedelta:
        times = self.filter(subject=row.subject).order_by("-at", "-pk").values_list("at", flat=True)
        # The one that makes room when it leaves the window.
        blocking = times[most : most + 1].first()
        return blocking + WINDOW - row.at if blocking else timedelta()


class Knock(models.Model):
    """One attempt of one subject. The name or address is kept as a digest, never as it was typed:
    people type passwords into the wrong box.
    """

    subject = models.CharField(max_length=64)
    at = models.DateTimeField(db_index=True)

    objects: ClassVar[KnockManager] = KnockManager()

    class Meta:
        indexes = [models.Index(fields=["subject", "at"], name="knocks_of_a_subject")]

    def __str__(self) -> str:
        return f"Knock at {self.at:%H:%M}"


def _digest(subject: str) -> str:
    return salted_hmac("modelless_web.knock", subject, algorithm="sha256").hexdigest()
