"""Pictures that people give along with a prompt."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Self
from uuid import UUID

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone

from modelless_web.gateway.wire.inline import REFERENCE
from modelless_web.records.ids import uuid7
from modelless_web.records.models.generations import Generation
from modelless_web.records.models.stored import StoredImage

if TYPE_CHECKING:
    from modelless_web.records.models.users import User


class ReferenceQuerySet(models.QuerySet["Reference"]):
    def visible_to(self, user: "User") -> Self:
        """Start of every query on a person's behalf: their own."""
        return self.filter(owner=user)

    def in_order(self, pks: Sequence[UUID]) -> "list[Reference]":
        """Those of these ids that there are, in their order, each once."""
        found = self.in_bulk(pks)
        return [found[pk] for pk in dict.fromkeys(pks) if pk in found]

    def named(self, names: Sequence[str]) -> Self:
        """Those that a request names, as ``picture:sha256:<hex>``."""
        return self.filter(sha256__in=[name.removeprefix(REFERENCE) for name in names])


class Reference(StoredImage):
    """A picture that goes along with a prompt: upright, without metadata, of a size models take.

    Uploaded, drawn as a mask, or taken from a picture that an answer brought; then it knows that
    one's address, for models that take a picture by its address alone.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="references")
    made_at = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(
        default=timezone.now, help_text="When it was last given or sent."
    )
    source_url = models.TextField(blank=True)
    expires_at = models.DateTimeField(null=True, help_text="When that address dies.")
    generations = models.ManyToManyField(
        Generation, related_name="references", help_text="Those that it went along with."
    )

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["sha256"], name="references_by_bytes"),
            models.Index(fields=["used_at"], name="references_by_use"),
        ]

    def __str__(self) -> str:
        return f"{self.width}x{self.height} {self.media_type}"

    @property
    def name(self) -> str:
        """How requests name its bytes."""
        return REFERENCE + self.sha256

    @property
    def link(self) -> str:
        """Its address at the gateway that made it, while that lives."""
        is_alive = self.expires_at is not None and self.expires_at > timezone.now()
        return self.source_url if is_alive else ""

    @property
    def url(self) -> str:
        return reverse("reference", args=[self.pk, "original"])

    @property
    def small_url(self) -> str:
        return reverse("reference", args=[self.pk, "320"])
