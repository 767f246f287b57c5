"""Budgets: how much may be spent, by whom, in which time."""

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from modelless_web.records.models.prices import CURRENCY
from modelless_web.records.money.amounts import ZERO, MoneyField, spoken

if TYPE_CHECKING:
    from modelless_web.records.models.users import User


class BudgetQuerySet(models.QuerySet["Budget"]):
    def holding_for(self, person: "User") -> Self:
        """Those that what a person sends must fit into."""
        everybodys = Q(scope__in=[Budget.Scope.EVERYONE, Budget.Scope.EACH])
        theirs = Q(person=person) | Q(group__in=person.groups.all())
        return self.filter(everybodys | theirs, enabled=True)

    def refusing(self) -> Self:
        """Those that refuse what would go beyond them, whoever sends it."""
        return self.filter(is_hard=True, enabled=True)


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
    refuses_unknown = models.BooleanField(
        "refuse what it can’t count",
        default=False,
        help_text="With “refuse”: what has no known price, or one in another currency, too.",
    )
    enabled = models.BooleanField(default=True)

    objects = BudgetQuerySet.as_manager()

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
