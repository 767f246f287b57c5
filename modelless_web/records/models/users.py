"""The people: accounts, and guests who are known by their browser's session alone."""

from datetime import date, datetime
from typing import ClassVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models

from modelless_web.records.ids import uuid7


class PersonManager(UserManager["User"]):
    def create_guest(self) -> "User":
        """Make the person behind a browser that has no account: no name, no way to sign in."""
        return self.create(
            username=f"guest-{uuid7().hex}", is_guest=True, password=make_password(None)
        )


class User(AbstractUser):
    """Somebody who owns generations."""

    opaque_id = models.UUIDField(
        default=uuid7,
        unique=True,
        editable=False,
        help_text="What a gateway may be told instead of a name.",
    )
    is_guest = models.BooleanField("guest", default=False)
    days_kept = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text="After so many days what is neither starred nor on a board goes to the trash.",
    )

    time_zone = models.CharField(
        max_length=64, blank=True, help_text="Whose calendar their days follow. Empty: UTC."
    )

    stored_bytes = models.BigIntegerField(
        default=0,
        editable=False,
        help_text="Of different originals; see records.usage.storage.",
    )

    objects: ClassVar[PersonManager] = PersonManager()

    @property
    def zone(self) -> ZoneInfo:
        """Whose calendar their days follow."""
        try:
            return ZoneInfo(self.time_zone or "UTC")
        except (ZoneInfoNotFoundError, ValueError):
            # Known when it was chosen, and not to this system.
            return ZoneInfo("UTC")

    def day(self, moment: datetime) -> date:
        """The day of a moment on this person's own calendar."""
        return moment.astimezone(self.zone).date()

    def __str__(self) -> str:
        return f"Guest {self.opaque_id.hex[-6:]}" if self.is_guest else self.get_username()
