"""Our copies of the images that answers brought."""

from urllib.parse import urlsplit

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from modelless_web.records.ids import uuid7
from modelless_web.records.models.generations import Generation
from modelless_web.records.models.stored import StoredImage


class Picture(StoredImage):
    """An image that an answer brought: our copy of the bytes, and where it came from."""

    class State(models.TextChoices):
        WAITING = "waiting", "Saving the picture"
        STORED = "stored", "Safe here"
        LOST = "lost", "Lost upstream"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    generation = models.ForeignKey(Generation, models.CASCADE, related_name="pictures")
    choice = models.PositiveSmallIntegerField(default=0)
    position = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    source_url = models.TextField(blank=True)
    alt = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    trouble = models.TextField(blank=True)
    expires_at = models.DateTimeField(
        default=timezone.now, help_text="When its link dies, as far as the link says."
    )
    next_try_at = models.DateTimeField(
        null=True, help_text="While it waits: when it may be fetched. Empty: it came as bytes."
    )

    likeness = models.BigIntegerField(
        null=True, help_text="Perceptual hash; 0 where it is too plain to have one."
    )
    settled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["choice", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["generation", "choice", "position"], name="one_row_per_picture"
            ),
        ]
        indexes = [
            models.Index(fields=["sha256", "id"], name="pictures_by_bytes"),
            models.Index(
                fields=["next_try_at"], name="pictures_to_fetch", condition=Q(state="waiting")
            ),
            models.Index(
                fields=["id"],
                name="pictures_to_compare",
                condition=Q(state="stored", likeness=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.width}x{self.height} {self.media_type}" if self.sha256 else self.state

    @property
    def is_stored(self) -> bool:
        return self.state == self.State.STORED

    @property
    def is_settled(self) -> bool:
        return self.state != self.State.WAITING

    @property
    def is_lost(self) -> bool:
        return self.state == self.State.LOST

    @property
    def url(self) -> str:
        return reverse("picture", args=[self.pk, "original"])

    @property
    def small_url(self) -> str:
        return reverse("picture", args=[self.pk, "320"])

    @property
    def large_url(self) -> str:
        return reverse("picture", args=[self.pk, "640"])

    @property
    def source_host(self) -> str:
        """Where it came from; empty where this Python can't read what an older one could."""
        try:
            return urlsplit(self.source_url).hostname or ""
        except ValueError:
            return ""


class Sketch(models.Model):
    """A picture as far as it is painted, to be looked at until the run has ended."""

    generation = models.ForeignKey(
        Generation, models.CASCADE, related_name="sketches", db_index=False
    )
    choice = models.PositiveSmallIntegerField(default=0)
    number = models.PositiveSmallIntegerField(help_text="Each later one is finer.")
    webp = models.BinaryField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["generation", "choice"], name="newest_sketch_only"),
        ]

    def __str__(self) -> str:
        return f"Sketch {self.number} of {self.generation_id}"

    @property
    def url(self) -> str:
        return reverse("sketch", args=[self.generation_id, self.choice, self.number])


class Discarded(models.Model):
    """The bytes of pictures that were deleted for good, to be freed unless somebody has them, too.

    Whoever stores a picture takes its bytes off this list in the transaction that says so.
    """

    sha256 = models.CharField(max_length=64, primary_key=True)
    media_type = models.CharField(max_length=40)

    def __str__(self) -> str:
        return self.sha256
