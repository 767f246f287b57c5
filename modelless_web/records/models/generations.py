"""The ledger: one row per request to a gateway and its answer."""

import zlib
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import FETCH_PEERS, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from modelless_web.gateway.errors import SENTENCES, Advice, Kind
from modelless_web.records import answers
from modelless_web.records.ids import uuid7
from modelless_web.records.models.gateways import Gateway
from modelless_web.records.money.amounts import MoneyField
from modelless_web.records.money.bill import Bill, bill

if TYPE_CHECKING:
    from modelless_web.records.models.users import User


class Status(models.TextChoices):
    """Where a generation stands. The last four are final: nothing leaves them."""

    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    SUCCEEDED = "succeeded", "Done"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Stopped"
    INTERRUPTED = "interrupted", "Interrupted"


class Charge(models.TextChoices):
    """Whether the gateway asks money for a generation, as far as we can know."""

    UNSENT = "unsent", "Not sent"
    REFUSED = "refused", "Refused"
    MAYBE = "maybe", "Maybe charged"
    CHARGED = "charged", "Charged"


class Basis(models.TextChoices):
    """What the cost of a generation was worked out from."""

    NONE = "", "No price known"
    EXACT = "exact", "What the gateway reported"
    ESTIMATED = "estimated", "Our own estimate"
    FREE = "free", "Costs nothing"


MOST_CHANGED = 60
OPEN = (Status.QUEUED, Status.RUNNING)
EVER = datetime.min.replace(tzinfo=UTC)


def today() -> date:
    """The day in UTC: for rows whose owner's calendar nobody asked for."""
    return timezone.now().astimezone(UTC).date()


class GenerationQuerySet(models.QuerySet["Generation"]):
    def visible_to(self, user: "User") -> Self:
        """Start of every query on a person's behalf: their own, and not in the trash."""
        return self.filter(is_visible_to(user))

    def trashed(self) -> Self:
        """All in the trash; as a span of time, or SQLite does not take the index that has it."""
        return self.filter(deleted_at__gte=EVER)

    def open(self) -> Self:
        """Those that are queued or running."""
        return self.filter(status__in=OPEN)

    def changed_since(self, moment: float) -> Self:
        """Those that are open, or whose state changed since ``moment`` (Unix seconds), newest 60.

        A little is added to the span: clocks differ, and doubled news is harmless.
        """
        since = datetime.fromtimestamp(moment, UTC) - timedelta(seconds=5)
        rows = self.filter(Q(status__in=OPEN) | Q(changed_at__gte=since))
        return rows.order_by("-id")[:MOST_CHANGED]

    def with_answers(self) -> Self:
        """Everything a card shows, in a fixed number of queries, without the heavy columns."""
        return self._light().prefetch_related("choices", "pictures")

    def fetch_cards(self) -> "list[Generation]":
        """The same rows, fetched; nothing is looked up for those that can have no answer yet."""
        rows = list(self._light())
        begun = [row for row in rows if row.status != Status.QUEUED]
        models.prefetch_related_objects(begun, "choices", "pictures")
        return rows

    def _light(self) -> Self:
        # The key would be decrypted for every row, and no card shows it.
        light = self.select_related("gateway").defer("response", "error_body", "gateway__key")
        return light.fetch_mode(FETCH_PEERS)


class Generation(models.Model):
    """One request to a gateway and its answer."""

    class Descent(models.TextChoices):
        NONE = "", "New"
        REFINED = "refined", "Refined from"
        AGAIN = "again", "Run again from"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="generations")
    gateway = models.ForeignKey(Gateway, models.PROTECT, related_name="generations", db_index=False)
    model = models.CharField(max_length=200)
    model_kind = models.CharField(max_length=20, blank=True)
    parent = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        db_index=False,
        related_name="children",
    )
    descent = models.CharField(max_length=8, choices=Descent, blank=True)
    submission = models.CharField(max_length=64, help_text="One-time id of the form that made it.")

    prompt = models.TextField()
    asked = models.JSONField(
        default=dict, help_text="What the person set, before anything was left out."
    )
    request = models.JSONField(default=dict, help_text="The JSON body as sent.")
    response = models.JSONField(default=dict, help_text="The answer as assembled.")
    text = models.TextField(blank=True, help_text="The whole answer, written at the end.")
    reasoning = models.TextField(blank=True)

    status = models.CharField(max_length=12, choices=Status, default=Status.QUEUED)
    finish_reason = models.CharField(max_length=40, blank=True)
    progress = models.PositiveSmallIntegerField(null=True)
    attempt = models.PositiveSmallIntegerField(
        default=1, help_text="Which attempt is under way, or was the last."
    )
    retry_at = models.DateTimeField(
        null=True, help_text="When it is sent again after an attempt that cost nothing."
    )
    ahead = models.PositiveIntegerField(
        null=True, help_text="While it waits for a place: how many wait before it."
    )
    stop_requested = models.BooleanField(default=False)
    damaged = models.PositiveIntegerField(default=0, help_text="Lines that could not be read.")

    error_kind = models.CharField(max_length=20, blank=True, choices=[(k, k) for k in Kind])
    error_code = models.CharField(max_length=100, blank=True)
    error_status = models.PositiveSmallIntegerField(null=True)
    error_message = models.TextField(blank=True)
    error_request_id = models.CharField(max_length=200, blank=True)
    error_body = models.TextField(blank=True)
    error_group = models.ForeignKey(
        "records.ErrorGroup",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="generations",
    )
    maybe_charged = models.BooleanField(default=False)

    prompt_tokens = models.PositiveIntegerField(null=True)
    completion_tokens = models.PositiveIntegerField(null=True)
    total_tokens = models.PositiveIntegerField(null=True)
    cached_tokens = models.PositiveIntegerField(
        null=True, help_text="Of the prompt's: those that the gateway had at hand."
    )
    picture_count = models.PositiveSmallIntegerField(default=0, help_text="Written at the end.")

    price_rule = models.ForeignKey(
        "records.PriceRule",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="generations",
    )
    currency = models.CharField(max_length=3, blank=True)
    estimate_low = MoneyField(null=True, blank=True)
    estimate = MoneyField(
        null=True, blank=True, help_text="The most it was thought to cost; set aside while open."
    )
    cost = MoneyField(null=True, blank=True, help_text="Empty: not ended, or no price is known.")
    cost_basis = models.CharField(max_length=9, blank=True, choices=Basis)
    charge = models.CharField(
        max_length=8, blank=True, choices=Charge, help_text="Empty while it is open."
    )

    is_starred = models.BooleanField(default=False)
    is_rejected = models.BooleanField(default=False)
    rating = models.PositiveSmallIntegerField(default=0, help_text="1 to 5; 0 where none is given.")

    queued_at = models.DateTimeField(default=timezone.now)
    day = models.DateField(default=today, help_text="Of its owner's calendar, when it was queued.")
    first_byte_at = models.DateTimeField(null=True)
    last_byte_at = models.DateTimeField(null=True)
    saved_at = models.DateTimeField(null=True)
    duration_ms = models.PositiveBigIntegerField(
        null=True, help_text="From the form to the saved answer; written at the end."
    )
    changed_at = models.DateTimeField(default=timezone.now)
    deleted_at = models.DateTimeField(null=True)

    lease_owner = models.CharField(max_length=80, blank=True)
    lease_until = models.DateTimeField(null=True)

    objects = GenerationQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        permissions = [("read_prompts", "Can read prompts and see pictures")]
        constraints = [
            models.UniqueConstraint(fields=["owner", "submission"], name="one_row_per_submission"),
            models.CheckConstraint(condition=Q(rating__lte=5), name="at_most_five_stars"),
        ]
        indexes = [
            models.Index(
                fields=["owner", "-id"], name="newest_of_owner", condition=Q(deleted_at=None)
            ),
            models.Index(fields=["owner", "model", "-id"], name="newest_of_model"),
            models.Index(fields=["owner", "status", "-id"], name="newest_of_status"),
            models.Index(fields=["owner", "changed_at"], name="changed_of_owner"),
            models.Index(fields=["parent", "owner", "-id"], name="newest_of_parent"),
            models.Index(
                fields=["owner", "-id"], name="starred_of_owner", condition=Q(is_starred=True)
            ),
            models.Index(
                fields=["owner", "rating", "-id"], name="rated_of_owner", condition=Q(rating__gt=0)
            ),
            # SQLite knows that a span of time implies "is not null", but not that it implies
            # "not (is null)", as which ``~Q(deleted_at=None)`` would be written.
            models.Index(
                fields=["deleted_at"], name="in_the_trash", condition=Q(deleted_at__isnull=False)
            ),
            models.Index(
                fields=["owner", "-deleted_at", "-id"],
                name="trash_of_owner",
                condition=Q(deleted_at__isnull=False),
            ),
            # The operator's lists: everybody's rows by time, and by one filter and time.
            # By what else a list is narrowed is judged in the first of them, however rare it is.
            models.Index(fields=["queued_at", "duration_ms", "cost"], name="by_time"),
            models.Index(fields=["owner", "queued_at"], name="by_owner_and_time"),
            models.Index(fields=["status", "queued_at"], name="by_status_and_time"),
            models.Index(fields=["error_kind", "queued_at"], name="by_error_and_time"),
            models.Index(
                fields=["error_request_id"],
                name="by_request_id",
                condition=~Q(error_request_id=""),
            ),
            models.Index(fields=["gateway", "queued_at"], name="by_gateway_and_time"),
            models.Index(fields=["model", "queued_at"], name="by_model_and_time"),
            models.Index(
                fields=["status", "lease_until"],
                name="open_leases",
                condition=Q(status__in=OPEN),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model}: {self.prompt[:60]}"

    def get_absolute_url(self) -> str:
        return reverse("generation", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def is_pending(self) -> bool:
        """Whether a page that shows it has more to expect."""
        return self.is_open or any(not picture.is_settled for picture in self.pictures.all())

    @property
    def is_deleted(self) -> bool:
        return self.deleted_at is not None

    @property
    def advice(self) -> Advice | None:
        """What the person reads about its error, if it had one."""
        return SENTENCES[Kind(self.error_kind)] if self.error_kind else None

    @property
    def dom_id(self) -> str:
        return f"generation-{self.pk}"

    @cached_property
    def slots(self) -> list[answers.Slot]:
        return answers.slots(self)

    @property
    def slot_count(self) -> int:
        return len(self.slots)

    @property
    def stage(self) -> str:
        return answers.stage(self)

    @property
    def times(self) -> list[answers.Span]:
        return answers.times(self)

    @cached_property
    def bill(self) -> Bill:
        return bill(self)

    @property
    def is_truncated(self) -> bool:
        return self.error_kind == Kind.TRUNCATED

    @property
    def seconds(self) -> float | None:
        """Seconds from the form to the saved answer."""
        return (self.saved_at - self.queued_at).total_seconds() if self.saved_at else None

    @property
    def milliseconds(self) -> int | None:
        """The same in whole milliseconds, never less than none: clocks are set back."""
        return None if self.seconds is None else max(0, round(self.seconds * 1000))


class Choice(models.Model):
    """One of the ``n`` answers of a generation, written while it arrives."""

    generation = models.ForeignKey(Generation, models.CASCADE, related_name="choices")
    index = models.PositiveSmallIntegerField()
    text = models.TextField(blank=True)
    reasoning = models.TextField(blank=True)
    finish_reason = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ["index"]
        constraints = [
            models.UniqueConstraint(fields=["generation", "index"], name="one_row_per_choice"),
        ]

    def __str__(self) -> str:
        return f"Choice {self.index + 1}"


class Transcript(models.Model):
    """The exact bytes both ways, keys redacted; apart, so that lists stay light."""

    generation = models.OneToOneField(
        Generation, models.CASCADE, primary_key=True, related_name="transcript"
    )
    sent_zlib = models.BinaryField(default=bytes)
    received_zlib = models.BinaryField(default=bytes)

    def __str__(self) -> str:
        return f"Transcript of {self.pk}"

    @staticmethod
    def packed(*, sent: bytes, received: bytes) -> dict[str, bytes]:
        """The columns for one exchange."""
        return {"sent_zlib": zlib.compress(sent), "received_zlib": zlib.compress(received)}

    @property
    def sent(self) -> bytes:
        return zlib.decompress(self.sent_zlib) if self.sent_zlib else b""

    @property
    def received(self) -> bytes:
        return zlib.decompress(self.received_zlib) if self.received_zlib else b""


def is_visible_to(user: "User") -> Q:
    """Whose a generation must be, and where it must not lie, for a person to see it."""
    return Q(owner=user, deleted_at=None)


def midnight(day: date) -> datetime:
    """The UTC moment at which a day begins."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def joined(parts: Sequence[str]) -> str:
    """Join what the choices said into the one text that lists and search read."""
    return "\n\n".join(part for part in parts if part)
