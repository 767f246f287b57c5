"""Budgets: how much may be spent, by whom, in which time."""

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from modelless_web.records.models.prices import CURRENCY
from modelless_web.records.money.amounts import ZERO, MoneyField, spoken


class Budget(models.Model):
    """A limit on what is spent: reached, it warns or refuses."""

    class Scope(models.TextChoices):
        EVERYONE = "everyone", "everybody together"
        EACH = "each", "each person"
        GROUP = "group", "a group together"
        PERSON = "person", "one person"

    class Period(models.TextChoices):
        DAY = "day", "a day"
        MONTH = "month", "a month"
        GENERATION = "generation", "one generation"

    scope = models.CharField(max_length=8, choices=Scope)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="budgets"
    )
    group = models.ForeignKey(
        "auth.Group", models.CASCADE, null=True, blank=True, related_name="budgets"
    )
    period = models.CharField(max_length=10, choices=Period)
    limit = MoneyField(validators=[MinValueValidator(ZERO)])
    currency = models.CharField(max_length=3, default="USD", validators=[CURRENCY])
    is_hard = models.BooleanField(
        "refuse", default=True, help_text="Refuse what would go beyond it; otherwise only warn."
    )
    enabled = models.BooleanField(default=True)

    class Meta:
        ordering = ["scope", "period", "pk"]
        constraints = [
            models.CheckConstraint(
                name="whose_budget",
                condition=Q(scope="person", person__isnull=False, group=None)
                | Q(scope="group", group__isnull=False, person=None)
                | Q(scope__in=["everyone", "each"], person=None, group=None),
            ),
        ]

    def __str__(self) -> str:
        whose = self.person or self.group or self.get_scope_display()
        return f"{spoken(self.limit, self.currency)} {self.get_period_display()} for {whose}"
