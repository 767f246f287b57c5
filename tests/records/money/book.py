"""Prices and budgets for the tests, and generations that cost something."""

from decimal import Decimal
from typing import Any, Final

from modelless_web.records.models import Budget, Gateway, Generation, Model, PriceRule, User
from tests.support import factories

TEN_CENTS: Final = {"per_request": "0.1"}


def rule(gateway: Gateway, currency: str = "USD", **amounts: str) -> PriceRule:
    """A price of every model of a gateway, in force now: ten cents a request unless said."""
    terms = {name: Decimal(amount) for name, amount in (amounts or TEN_CENTS).items()}
    return PriceRule.objects.publish(PriceRule(gateway=gateway, currency=currency, **terms))


def priced(currency: str = "USD", **amounts: str) -> Model:
    """A model of a gateway whose prices are known."""
    model = factories.model()
    rule(model.gateway, currency, **amounts)
    return model


def budget(limit: str, scope: str = "each", period: str = "day", **more: Any) -> Budget:
    """A hard budget, unless it is said otherwise."""
    return Budget.objects.create(scope=scope, period=period, limit=Decimal(limit), **more)


def open_runs(number: int, of: Model, owner: User) -> list[Generation]:
    """So many generations that wait, each with what it may cost set aside."""
    return [factories.generation(owner, of, prompt=f"run {n}") for n in range(number)]
