"""What gateways say that was used, and where that and the price book part ways."""

from decimal import Decimal
from typing import ClassVar

from django.db import models

from modelless_web.records.models.gateways import Gateway
from modelless_web.records.money.amounts import ZERO, MoneyField


class Bill(models.Model):
    """What a gateway reported at one moment of the key's account, and what we had counted then."""

    CURRENCY: ClassVar = "USD"

    gateway = models.ForeignKey(Gateway, models.CASCADE, related_name="bills", db_index=False)
    key_tail = models.CharField(max_length=4, blank=True, help_text="Of the key it was told of.")
    read_at = models.DateTimeField()
    limit = MoneyField(null=True, help_text="What was left and what is used; empty: no limit.")
    used = MoneyField(help_text="As reported.")
    counted = MoneyField(help_text="What all our runs there had cost until then.")
    unpriced = models.BigIntegerField(help_text="How many runs there had had no known price.")
    is_quiet = models.BooleanField(help_text="Whether no run was under way there.")

    class Meta:
        ordering = ["-read_at"]
        indexes = [models.Index(fields=["gateway", "-read_at"], name="newest_of_gateway")]

    def __str__(self) -> str:
        return f"{self.gateway_id} at {self.read_at:%Y-%m-%d %H:%M}"

    @property
    def balance(self) -> Decimal | None:
        """What is left; None where there is no limit."""
        return None if self.limit is None else max(self.limit - self.used, ZERO)


class Drift(models.Model):
    """The alarm that costs and price book part ways; it is there for as long as they do."""

    gateway = models.ForeignKey(Gateway, models.CASCADE, related_name="drifts", db_index=False)
    model = models.CharField(max_length=200, blank=True, help_text="Empty: the whole bill.")
    currency = models.CharField(max_length=3)
    low = MoneyField(help_text="The least that was to be expected.")
    high = MoneyField(help_text="The most that was to be expected.")
    actual = MoneyField(help_text="What it came to.")
    runs = models.PositiveIntegerField(default=0, help_text="How many runs were looked at.")
    models_used = models.JSONField(default=list, help_text="Of a bill: what ran in that time.")
    since = models.DateTimeField(help_text="From when on was looked.")
    seen_at = models.DateTimeField(help_text="When it was first seen.")
    checked_at = models.DateTimeField(help_text="When it was last seen.")

    class Meta:
        ordering = ["gateway", "model"]
        verbose_name = "price alarm"
        constraints = [
            models.UniqueConstraint(
                fields=["gateway", "model", "currency"], name="one_alarm_per_model"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model or 'the whole bill'} since {self.seen_at:%Y-%m-%d}"
