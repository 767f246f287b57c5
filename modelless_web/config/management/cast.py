"""Who makes the sample history, and what its models cost."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import accumulate
from typing import Any, Final

from modelless_web.records.models import (
    Basis,
    Board,
    Charge,
    Gateway,
    PriceRule,
    Status,
    Tag,
    User,
)
from modelless_web.records.money.amounts import ZERO
from modelless_web.records.money.pricing import Used, price

MODELS: Final = {
    "stable-diffusion": 40,
    "flux-1-schnell": 20,
    "gpt-image-1": 8,
    "gpt-4o-mini": 20,
    "deepseek-chat": 10,
    "claude-haiku": 2,
}
TAGS: Final = ("cover", "draft", "client work", "keep", "sea", "night", "people", "print", "odd")
BOARDS: Final = ("Book covers", "Favourites", "For the calendar")
ZONES: Final = ("", "Europe/Berlin", "America/New_York", "Asia/Tokyo", "Australia/Adelaide")
_AT_WORK: Final = 0.55
"""The share of days on which somebody makes something."""
_FAVOURITE: Final = 12
# Of one of them no price is known.
_PRICES: Final[Mapping[str, Mapping[str, str]]] = {
    "stable-diffusion": {"per_request": "0.012"},
    "flux-1-schnell": {"per_request": "0.003"},
    "gpt-image-1": {"per_request": "0.042"},
    "gpt-4o-mini": {"per_prompt": "0.15", "per_completion": "0.60"},
    "claude-haiku": {"per_prompt": "0.80", "per_completion": "4.00", "currency": "EUR"},
}
_REFUSALS: Final = frozenset({"rate", "quota", "moderation"})


@dataclass(frozen=True, slots=True)
class Member:
    """One person with their habits."""

    owner: User
    weights: tuple[int, ...]
    tags: tuple[Tag, ...]
    boards: tuple[Board, ...]


class Cast:
    """The people; the first of them makes the most, and every one has favourite models."""

    def __init__(self, owners: list[User], seed: int) -> None:
        pick = random.Random(seed)  # noqa: S311 - no secret
        self._seed = seed
        self._members = [_member(owner, pick, is_alone=len(owners) == 1) for owner in owners]
        self._shares = [1 / rank**0.7 for rank in range(1, len(owners) + 1)]
        self._day: date | None = None
        self._present: list[Member] = []
        self._weights: list[float] = []

    def who(self, pick: random.Random, moment: datetime) -> Member:
        """Who makes something at that moment: one of those who work on that day."""
        if moment.date() != self._day:
            self._day = moment.date()
            chance = random.Random(f"{self._seed} {self._day}")  # noqa: S311 - no secret
            pairs = list(zip(self._members, self._shares, strict=True))
            there = [pair for pair in pairs if chance.random() < _AT_WORK] or pairs[:1]
            self._present = [member for member, _ in there]
            self._weights = list(accumulate(weight for _, weight in there))
        (member,) = pick.choices(self._present, cum_weights=self._weights)
        return member


def _member(owner: User, pick: random.Random, *, is_alone: bool) -> Member:
    weights = list(MODELS.values())
    if not is_alone:
        for place in pick.sample(range(len(weights)), 2):
            weights[place] *= _FAVOURITE
    return Member(
        owner,
        tuple(weights),
        tuple(Tag.objects.get_or_create(owner=owner, name=name)[0] for name in TAGS),
        tuple(Board.objects.get_or_create(owner=owner, name=name)[0] for name in BOARDS),
    )


class Prices:
    """What the sample's gateway asks, from ``since`` on."""

    def __init__(self, gateway: Gateway, since: datetime) -> None:
        book = PriceRule.objects.filter(gateway=gateway).prefetch_related("picture_prices")
        known = {rule.model for rule in book}
        for model in (name for name in _PRICES if name not in known):
            PriceRule.objects.publish(_rule(gateway, model, since))
        self._rules = {rule.model: rule for rule in book.all()}

    def columns(
        self, model: str, status: Status, kind: str, tokens: tuple[int, int] | None
    ) -> dict[str, Any]:
        """What the ledger says of the money of a run that ended so."""
        charge = _charge(status, kind)
        rule = self._rules.get(model)
        money: dict[str, Any] = {
            "charge": charge,
            "price_rule": rule,
            "currency": rule.currency if rule else "",
        }
        if charge in {Charge.UNSENT, Charge.REFUSED}:
            return money | {"cost": ZERO, "cost_basis": Basis.FREE}
        prompt, completion = tokens or (60, 400)
        used = Used(prompt_tokens=prompt, completion_tokens=completion)
        cost = price(rule, used) if rule else None
        known = Basis.EXACT if charge == Charge.CHARGED else Basis.ESTIMATED
        return money | {"cost": cost, "cost_basis": Basis.NONE if cost is None else known}


def _charge(status: Status, kind: str) -> Charge:
    if status == Status.SUCCEEDED:
        return Charge.CHARGED
    if kind in _REFUSALS:
        return Charge.REFUSED
    return Charge.UNSENT if status == Status.CANCELLED else Charge.MAYBE


def _rule(gateway: Gateway, model: str, since: datetime) -> PriceRule:
    terms = {
        name: value if name == "currency" else Decimal(value)
        for name, value in _PRICES[model].items()
    }
    return PriceRule(gateway=gateway, model=model, valid_from=since, **terms)
