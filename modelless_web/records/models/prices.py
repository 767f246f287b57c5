"""The price book: what a gateway asks for its models, from when until when."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar, Final, Self

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from modelless_web.records.models.gateways import Gateway
from modelless_web.records.money.amounts import ZERO, MoneyField, rounded

A_MILLION: Final = 1_000_000
NOT_NEGATIVE: Final = (MinValueValidator(ZERO),)
CURRENCY: Final = RegexValidator(r"^[A-Z]{3}\Z", "Three capital letters, such as USD.")


class PriceRuleQuerySet(models.QuerySet["PriceRule"]):
    def in_force(self, moment: datetime) -> Self:
        """Those that hold at a moment: from its first instant, and no longer at its last."""
        not_over = Q(valid_until=None) | Q(valid_until__gt=moment)
        return self.filter(not_over, valid_from__lte=moment)

    def for_run(
        self, gateway: int, model: str, moment: datetime, task: str = ""
    ) -> "PriceRule | None":
        """The one rule that a run is priced by, or None where no price is known."""
        return self.for_runs([(gateway, model, moment)], task)[0]

    def for_runs(
        self, runs: Sequence[tuple[int, str, datetime]], task: str = ""
    ) -> "list[PriceRule | None]":
        """The rule of each run: of its gateway and model, at its moment.

        The closest one: of the model before of the whole gateway, of the task before of any; then
        by hand before imported; then the newest.
        """
        gateways, models, moments = map(set, zip(*runs, strict=True))
        found = self.filter(
            Q(valid_until=None) | Q(valid_until__gt=min(moments)),
            valid_from__lte=max(moments),
            gateway__in=gateways,
            model__in={*models, ""},
            task__in={task, ""},
        )
        rules = list(found.closest_first())
        return [
            next((rule for rule in rules if rule.is_of(gateway, model, moment)), None)
            for gateway, model, moment in runs
        ]

    def closest_first(self) -> Self:
        """In the order in which one comes before another for the same run."""
        rules = self.order_by("-model", "-task", "-source", "-valid_from", "-pk")
        return rules.prefetch_related("picture_prices")


class PriceRuleManager(models.Manager.from_queryset(PriceRuleQuerySet)):  # type: ignore[misc]
    @transaction.atomic
    def publish(
        self, rule: "PriceRule", pictures: "list[PicturePrice] | None" = None
    ) -> "PriceRule":
        """Put a rule into the book; the one it replaces ends when it begins.

        Rules are never rewritten: what was priced by the old one stays explained by it.
        """
        same = self.filter(
            gateway=rule.gateway_id, model=rule.model, task=rule.task, source=rule.source
        )
        same.in_force(rule.valid_from).update(valid_until=rule.valid_from)
        following = same.filter(valid_from__gt=rule.valid_from).order_by("valid_from").first()
        if following and rule.valid_until is None:
            rule.valid_until = following.valid_from
        rule.save(force_insert=True)
        for price in pictures or ():
            price.rule = rule
        PicturePrice.objects.bulk_create(pictures or ())
        return rule


class PriceRule(models.Model):
    """What one gateway asks for one model, for a stretch of time; never changed, only ended."""

    class Source(models.IntegerChoices):
        GATEWAY = 0, "the gateway"
        CSV = 1, "a file"
        HAND = 2, "by hand"

    TERMS: ClassVar = (
        "currency",
        "group_ratio",
        "per_request",
        "per_prompt",
        "per_cached",
        "per_completion",
    )

    gateway = models.ForeignKey(Gateway, models.CASCADE, related_name="price_rules", db_index=False)
    model = models.CharField(
        max_length=200, blank=True, help_text="The id on the wire. Empty: every other model."
    )
    task = models.CharField(
        max_length=40, blank=True, help_text="Of models that do several things. Empty: any."
    )
    currency = models.CharField(max_length=3, default="USD", validators=[CURRENCY])
    group = models.CharField(
        "price group", max_length=80, blank=True, help_text="The group that the key belongs to."
    )
    group_ratio = models.DecimalField(
        max_digits=12,
        decimal_places=6,
        default=Decimal(1),
        validators=NOT_NEGATIVE,
        help_text="Everything is multiplied by it.",
    )
    per_request = MoneyField("a request", null=True, blank=True, validators=NOT_NEGATIVE)
    per_prompt = MoneyField(
        "a million prompt tokens", null=True, blank=True, validators=NOT_NEGATIVE
    )
    per_cached = MoneyField(
        "a million cached prompt tokens",
        null=True,
        blank=True,
        validators=NOT_NEGATIVE,
        help_text="Empty: as the other prompt tokens.",
    )
    per_completion = MoneyField(
        "a million completion tokens", null=True, blank=True, validators=NOT_NEGATIVE
    )
    valid_from = models.DateTimeField(default=timezone.now)
    valid_until = models.DateTimeField(
        null=True,
        blank=True,
        help_text="Empty: until the next version begins. After it no price is known.",
    )
    source = models.PositiveSmallIntegerField(choices=Source, default=Source.HAND)
    note = models.CharField(max_length=300, blank=True)

    objects: ClassVar[PriceRuleManager] = PriceRuleManager()

    class Meta:
        ordering = ["gateway", "model", "-valid_from"]
        indexes = [
            models.Index(fields=["gateway", "model", "-valid_from"], name="price_of_model"),
        ]

    def __str__(self) -> str:
        return f"{self.model or 'every other model'} from {self.valid_from:%Y-%m-%d %H:%M}"

    def clean(self) -> None:
        """Refuse a rule that would never hold."""
        if self.valid_until and self.valid_from and self.valid_until <= self.valid_from:
            raise ValidationError({"valid_until": "It would end before it begins."})

    def is_of(self, gateway: int, model: str, moment: datetime) -> bool:
        """Whether a run of that model falls under it, for whatever task."""
        return self.gateway_id == gateway and self.model in {model, ""} and self.holds_at(moment)

    def holds_at(self, moment: datetime) -> bool:
        """Whether it is in force then."""
        return self.valid_from <= moment and not (self.valid_until and self.valid_until <= moment)

    @property
    def by_tokens(self) -> bool:
        """Whether it asks for tokens at all."""
        return self.per_prompt is not None or self.per_completion is not None

    def picture_price(self, size: str, quality: str) -> Decimal | None:
        """What one picture costs: the closest of its prices; None where none is named for it."""
        fitting = [
            price
            for price in self.picture_prices.all()
            if price.size in {size, ""} and price.quality in {quality, ""}
        ]
        closest = max(
            fitting, key=lambda price: (bool(price.size), bool(price.quality)), default=None
        )
        return closest.price if closest else None

    @property
    def by_pictures(self) -> bool:
        """Whether it asks for pictures at all."""
        return bool(self.picture_prices.all())

    def terms(self) -> dict[str, Any]:
        """What it asks, without when and why: two rules with the same terms are the same."""
        return {name: getattr(self, name) for name in self.TERMS}

    def asks_the_same(self, other: "PriceRule", pictures: "list[PicturePrice]") -> bool:
        """Whether another rule, with these prices of pictures, would change no cost."""
        return self.terms() == other.terms() and {
            price.terms() for price in self.picture_prices.all()
        } == {price.terms() for price in pictures}


class PicturePrice(models.Model):
    """What one picture of a size and quality costs under a rule."""

    rule = models.ForeignKey(
        PriceRule, models.CASCADE, related_name="picture_prices", db_index=False
    )
    size = models.CharField(max_length=20, blank=True, help_text="As sent: 1024x1024. Empty: any.")
    quality = models.CharField(max_length=20, blank=True, help_text="As sent: hd. Empty: any.")
    price = MoneyField(validators=NOT_NEGATIVE)

    class Meta:
        ordering = ["size", "quality"]
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "size", "quality"], name="one_price_per_size_and_quality"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.size or 'any size'}, {self.quality or 'any quality'}"

    def terms(self) -> tuple[str, str, Decimal]:
        """What it asks for what."""
        return self.size, self.quality, rounded(self.price)


def per_million(price: Decimal | None, tokens: int) -> Decimal:
    """What ``tokens`` cost at a price for a million; not yet rounded."""
    return ZERO if price is None else price * tokens / A_MILLION
