"""Links that show one generation to whoever has them."""

from datetime import timedelta
from typing import Final, Self
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone

from modelless_web.records.ids import uuid7
from modelless_web.records.models.generations import OPEN, Generation

MOST_SHARES: Final = 10
"""The most links that one generation has at a time."""
# No secret is kept: whoever reads the rows, in a backup for one, can't tell an address by them.
_SIGNER: Final = Signer(salt="the address of a share link")


class TooManySharesError(ValueError):
    """A generation has as many links as it may have."""


class ShareQuerySet(models.QuerySet["Share"]):
    def unexpired(self) -> Self:
        """Those whose time has not run out; what they lead to may be in the trash."""
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=timezone.now()))

    def alive(self) -> Self:
        """Those that lead somewhere: to what has ended, is not in the trash, of an open account."""
        is_shown = Q(generation__deleted_at=None, generation__owner__is_active=True)
        return self.unexpired().filter(is_shown).exclude(generation__status__in=OPEN)

    def behind(self, pk: UUID, signature: str) -> "Share | None":
        """Return the living link of an address, or None, for whatever reason there is none."""
        try:
            _SIGNER.unsign(f"{pk}{_SIGNER.sep}{signature}")
        except BadSignature:
            return None
        return self.alive().filter(pk=pk).first()

    def count_opening(self, pk: UUID) -> None:
        """Count that somebody has opened the page of a link, unless it is stopped by now."""
        self.filter(pk=pk).update(opened=F("opened") + 1, last_opened_at=timezone.now())

    def make(
        self, generation: Generation, *, lasting: timedelta | None, with_prompt: bool
    ) -> "Share":
        """Make a link that lasts so long, or until it is stopped; those that ran out go.

        Raises TooManySharesError.
        """
        with transaction.atomic():
            # Of two at once the second waits, and counts the first.
            Generation.objects.select_for_update().only("pk").get(pk=generation.pk)
            mine = self.filter(generation=generation)
            mine.filter(expires_at__lte=timezone.now()).delete()
            if mine.count() >= MOST_SHARES:
                raise TooManySharesError
            return self.create(
                generation=generation,
                expires_at=timezone.now() + lasting if lasting else None,
                with_prompt=with_prompt,
            )


class Share(models.Model):
    """A link to one generation; deleted, it is stopped."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    generation = models.ForeignKey(Generation, models.CASCADE, related_name="shares")
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(null=True, help_text="Empty: when somebody stops it.")
    with_prompt = models.BooleanField(default=False, help_text="Whether the page shows the prompt.")
    opened = models.PositiveIntegerField(default=0, help_text="How often its page was opened.")
    last_opened_at = models.DateTimeField(null=True)

    objects = ShareQuerySet.as_manager()

    class Meta:
        verbose_name = "share link"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"Share link of {self.made_at:%Y-%m-%d %H:%M:%S}"

    @property
    def signature(self) -> str:
        """What makes its address one that cannot be guessed."""
        return _SIGNER.signature(str(self.pk))


def can_be_shared(generation: Generation) -> bool:
    """Whether a generation has ended with something to show."""
    if generation.is_open:
        return False
    has_pictures = any(picture.is_stored for picture in generation.pictures.all())
    return has_pictures or any(choice.text for choice in generation.choices.all())
