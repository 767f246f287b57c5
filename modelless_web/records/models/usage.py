"""The roll-up: what was used, by day, person, model and how it ended."""

from calendar import monthrange
from datetime import date
from typing import Any, ClassVar, Final

from django.conf import settings
from django.db import models

from modelless_web.records.models.gateways import Gateway
from modelless_web.records.models.generations import Charge, Status
from modelless_web.records.money.amounts import ZERO, MoneyField

KEY: Final = (
    "day",
    "owner",
    "gateway",
    "model",
    "status",
    "charge",
    "error_kind",
    "currency",
    "is_purged",
)


class Span(models.TextChoices):
    """How long the time is that a cell counts; its ``day`` is the first of it."""

    DAY = "day"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"

    def first(self, day: date) -> date:
        """The first day of the time that a day falls in."""
        months = MONTHS.get(self)
        return day.replace(month=day.month - (day.month - 1) % months, day=1) if months else day

    def last(self, day: date) -> date:
        """The last day of the time that a day falls in."""
        months = MONTHS.get(self)
        if months is None:
            return day
        month = day.month - (day.month - 1) % months + months - 1
        return day.replace(month=month, day=monthrange(day.year, month)[1])


MONTHS: Final = {Span.MONTH: 1, Span.QUARTER: 3, Span.YEAR: 12}


class Days(models.Manager[Any]):
    """The cells of days, each generation in one of them."""

    def get_queryset(self) -> models.QuerySet[Any]:
        return super().get_queryset().filter(span=Span.DAY)


class Cell(models.Model):
    """How many ended generations have the same key, and what they add up to.

    By day and, so that long times are read as fast, once more by month, quarter and year: who adds
    up cells of ``spans`` says which (``records.usage.reading.within``).

    Written by ``records.usage.rollup`` alone, in the transaction that ends a generation. What is
    deleted for good moves to the cell that is ``is_purged``: its cost stays.
    """

    KEY: ClassVar[tuple[str, ...]]
    MEASURES: ClassVar = (
        "generations",
        "pictures",
        "prompt_tokens",
        "completion_tokens",
        "cost",
        "unpriced",
        "estimated",
    )

    span = models.CharField(max_length=7, choices=Span, default=Span.DAY)
    day = models.DateField(help_text="Of the person's own calendar.")
    gateway = models.ForeignKey(Gateway, models.PROTECT, related_name="+", db_index=False)
    model = models.CharField(max_length=200)
    status = models.CharField(max_length=12, choices=Status)
    charge = models.CharField(max_length=8, choices=Charge)
    error_kind = models.CharField(max_length=20, blank=True)
    currency = models.CharField(max_length=3, blank=True, help_text="Empty: no price was known.")
    is_purged = models.BooleanField(default=False)

    generations = models.BigIntegerField(default=0)
    pictures = models.BigIntegerField(default=0)
    prompt_tokens = models.BigIntegerField(default=0)
    completion_tokens = models.BigIntegerField(default=0)
    cost = MoneyField(default=ZERO)
    unpriced = models.BigIntegerField(default=0, help_text="Of them, without a known price.")
    estimated = models.BigIntegerField(default=0, help_text="Of them, priced by our estimate.")

    objects = Days()
    spans: ClassVar = models.Manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.day} {self.model}: {self.generations}"


class Usage(Cell):
    """What one person has used."""

    KEY: ClassVar = KEY

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="usage", db_index=False
    )

    class Meta:
        verbose_name_plural = "usage"
        constraints = [
            models.UniqueConstraint(
                # A person's own pages begin with the person and are told by currency.
                fields=["owner", "span", "day", "currency", *KEY[2:-2], "is_purged"],
                name="one_cell_per_key",
            ),
        ]
        indexes = [models.Index(fields=["span", "day", "currency"], name="usage_of_span")]


class UsageOfAll(Cell):
    """What everybody together has used: as few cells, however many people there are."""

    KEY: ClassVar = tuple(name for name in KEY if name != "owner")

    class Meta:
        verbose_name_plural = "usage of all"
        constraints = [
            models.UniqueConstraint(
                fields=["span", "day", "currency", *KEY[2:-2], "is_purged"],
                name="one_cell_of_all_per_key",
            ),
        ]
