"""Where generations are made: gateways and the models they offer."""

from datetime import datetime, timedelta
from typing import ClassVar, cast

from django.core.validators import MinValueValidator
from django.db import connection, models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from modelless_web.gateway.address import Address
from modelless_web.gateway.parameters import ONLY_EDITED
from modelless_web.gateway.traits import Kind, ModelTraits, describe
from modelless_web.records.secrets import EncryptedTextField

KEY_TAIL = 4
PRICE_GROUP = "default"
# Gateways learn; after so long one is asked again.
REMEMBERED = timedelta(days=1)


class GatewayManager(models.Manager["Gateway"]):
    def count_alone(self) -> None:
        """Let no other process count before this transaction ends, or two would fill one place.

        One lock for whatever is counted, in one order, so that nobody waits in a circle. On SQLite
        a transaction that writes is alone from its beginning.
        """
        if connection.features.has_select_for_update:
            list(self.select_for_update(no_key=True).order_by("pk").values_list("pk"))


class Gateway(models.Model):
    """An upstream address and its key."""

    name = models.CharField(max_length=80, unique=True)
    base_url = models.CharField(
        "base address",
        max_length=500,
        help_text="Up to and with the version, such as https://api.modelless.co/v1",
    )
    key = EncryptedTextField(blank=True, editable=False)
    key_tail = models.CharField(max_length=KEY_TAIL, blank=True, editable=False)
    is_practice = models.BooleanField(
        "practice", default=False, editable=False, help_text="Costs nothing and is labelled so."
    )
    from_environment = models.BooleanField(
        default=False, editable=False, help_text="Follows MODELLESS_BASE_URL and its key."
    )
    enabled = models.BooleanField(default=True)
    checked_at = models.DateTimeField(
        null=True, editable=False, help_text="When its model list was last had."
    )
    down_since = models.DateTimeField(
        null=True, editable=False, help_text="Since when nothing of it could be reached."
    )
    asked_again_at = models.DateTimeField(
        null=True, editable=False, help_text="While it does not answer: when it is asked again."
    )
    trouble = models.TextField(
        blank=True, editable=False, help_text="Why its model list could not be had."
    )
    price_group = models.CharField(
        max_length=80,
        default=PRICE_GROUP,
        blank=True,
        help_text="Of the key at the gateway: its prices go by it. Ask for prices after a change.",
    )
    priced_at = models.DateTimeField(
        null=True, editable=False, help_text="When its list of prices was last had."
    )
    price_trouble = models.TextField(
        blank=True, editable=False, help_text="Why its list of prices could not be had."
    )
    bill_asked_at = models.DateTimeField(
        null=True, editable=False, help_text="When it was last asked what was used."
    )

    no_edits_at = models.DateTimeField(
        null=True, editable=False, help_text="When it last said that it edits no pictures."
    )
    no_variations_at = models.DateTimeField(
        null=True, editable=False, help_text="When it last said that it varies no pictures."
    )

    objects: ClassVar[GatewayManager] = GatewayManager()

    class Meta:
        ordering = ["is_practice", "name"]

    def __str__(self) -> str:
        return self.name

    @property
    def address(self) -> Address:
        """What the gateway room needs to reach it."""
        return Address(base_url=self.base_url, key=self.key)

    @property
    def edits_are_refused(self) -> bool:
        """Whether it has said of late that it edits no pictures."""
        return _is_recent(self.no_edits_at)

    @property
    def variations_are_refused(self) -> bool:
        """Whether it has said of late that it varies no pictures."""
        return _is_recent(self.no_variations_at)

    def set_key(self, key: str) -> None:
        """Take a new key; only its last characters stay readable, and none of a short one."""
        self.key = key
        self.key_tail = key[-KEY_TAIL:] if len(key) >= 4 * KEY_TAIL else ""


def _is_recent(moment: datetime | None) -> bool:
    return moment is not None and timezone.now() - moment < REMEMBERED


class ModelQuerySet(models.QuerySet["Model"]):
    def on_offer(self) -> "ModelQuerySet":
        """Models that a person can choose now."""
        still_listed = Q(seen_at=None) | Q(seen_at__gte=F("gateway__checked_at"))
        rows = self.filter(still_listed, enabled=True, gateway__enabled=True)
        return rows.select_related("gateway").defer("gateway__key")


class Model(models.Model):
    """A model that a gateway offers."""

    class Kind(models.TextChoices):
        IMAGE_CHAT = "image-chat", "Pictures"
        CHAT = "chat", "Text"
        IMAGES = "images", "Images API"
        AUDIO = "audio", "Audio"
        EMBEDDINGS = "embeddings", "Embeddings"
        MIDJOURNEY = "midjourney", "Midjourney"
        HIDDEN = "hidden", "Hidden"

    COMPOSABLE: ClassVar = (Kind.IMAGE_CHAT, Kind.CHAT, Kind.IMAGES)

    gateway = models.ForeignKey(Gateway, models.CASCADE, related_name="models")
    name = models.CharField(max_length=200, help_text="The id that goes on the wire.")
    kind = models.CharField(max_length=20, choices=Kind)
    description = models.CharField(max_length=300, blank=True)
    enabled = models.BooleanField(default=True)
    most_runs = models.PositiveSmallIntegerField(
        "runs at once",
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="The most of everybody's runs at once; the rest wait. Empty: as many as fit.",
    )
    seen_at = models.DateTimeField(null=True, editable=False)

    objects = ModelQuerySet.as_manager()

    class Meta:
        ordering = ["gateway__is_practice", "gateway__name", "name"]
        constraints = [
            models.UniqueConstraint(fields=["gateway", "name"], name="one_row_per_model"),
        ]

    def __str__(self) -> str:
        return self.name

    @cached_property
    def traits(self) -> ModelTraits:
        """What the model takes and makes, as far as its kind and its id tell."""
        return describe(self.name, cast(Kind, self.kind))

    @property
    def makes_pictures(self) -> bool:
        return self.kind in {self.Kind.IMAGE_CHAT, self.Kind.IMAGES}

    @property
    def is_composable(self) -> bool:
        """Whether Create can send to it."""
        return self.kind in self.COMPOSABLE

    @property
    def takes(self) -> str:
        """The parameters it accepts, as the composer's script reads them."""
        spoken = set() if self.traits.images else {"system"}
        left_out = () if self.most_along else ONLY_EDITED
        return " ".join(sorted(self.traits.parameters.difference(left_out) | spoken | self._along))

    @property
    def most_along(self) -> int:
        """How many pictures can go along, as far as its gateway has not refused any."""
        is_refused = self.kind == self.Kind.IMAGES and self.gateway.edits_are_refused
        return 0 if is_refused else self.traits.most_pictures

    @property
    def _along(self) -> set[str]:
        """What can be done with pictures: so many given along, masked, varied."""
        images = self.traits.images
        if not self.most_along:
            return set()
        given = {"references", f"along-{self.most_along}"}
        if images is None:
            return given
        varies = images.varies and not self.gateway.variations_are_refused
        return given | ({"mask", "make"} if varies else {"mask"})

    @property
    def is_for_images(self) -> bool:
        """Whether it is asked through the images API."""
        return self.kind == self.Kind.IMAGES

    @property
    def use_url(self) -> str:
        return f"{reverse('create')}?model={self.pk}"
