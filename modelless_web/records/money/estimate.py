"""What a request will cost, said before it is sent: a range, from the price book and from what
this person's answers of that model have been.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from math import ceil
from typing import Any, Final

from modelless_web.gateway import sight
from modelless_web.gateway.sight import Span
from modelless_web.records.models.gateways import Gateway
from modelless_web.records.models.generations import Generation, Status
from modelless_web.records.models.prices import PriceRule
from modelless_web.records.models.users import User
from modelless_web.records.money.amounts import ZERO
from modelless_web.records.money.pricing import Used, price, prompt_tokens

# Answers looked at, newest first.
HISTORY: Final = 50
# Completion tokens of one answer where there is no history to go by.
USUAL: Final = (100, 1_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """From ``low`` to ``high`` in ``currency``; both None where no price is known."""

    low: Decimal | None = None
    high: Decimal | None = None
    currency: str = ""
    rule: PriceRule | None = None

    @property
    def is_free(self) -> bool:
        """Whether it is known to cost nothing."""
        return self.high == ZERO


def set_aside(row: Generation, owner: User, rule: PriceRule | None) -> None:
    """Say on whose day a new row falls, by which rule it is priced and what it will cost at most.

    The rule stays, however long the run takes: it holds for what is asked for now.
    """
    row.day = owner.day(row.queued_at)
    thought = _by_rule(rule, row.gateway, row.model, row.request, owner)
    row.price_rule, row.currency = thought.rule, thought.currency
    row.estimate_low, row.estimate = thought.low, thought.high


def estimate(
    gateway: Gateway, model: str, request: dict[str, Any], owner: User, moment: datetime
) -> Estimate:
    """What a request would cost if it was sent by ``owner`` at ``moment``."""
    rule = PriceRule.objects.for_run(gateway.pk, model, moment)
    return _by_rule(rule, gateway, model, request, owner)


def _by_rule(
    rule: PriceRule | None, gateway: Gateway, model: str, request: dict[str, Any], owner: User
) -> Estimate:
    if gateway.is_practice:
        return Estimate(low=ZERO, high=ZERO)
    if rule is None:
        return Estimate()
    choices = int(request.get("n", 1))
    prompts, answers = (0, 0), (0, 0)
    if rule.by_tokens:
        prompts = _prompt_span(request)
        answers = _completion_span(gateway, model, request, owner)
    low, high = (
        price(
            rule,
            Used(
                prompt_tokens=prompt,
                completion_tokens=each * choices,
                pictures=choices,
                size=str(request.get("size", "")),
                quality=str(request.get("quality", "")),
            ),
        )
        for prompt, each in zip(prompts, answers, strict=True)
    )
    return Estimate(low=low, high=high, currency=rule.currency, rule=rule)


def _prompt_span(request: dict[str, Any]) -> Span:
    """Tokens of the words, and of the pictures that go along."""
    words = prompt_tokens(request)
    low, high = sight.seen(request)
    return words + low, words + high


def _completion_span(gateway: Gateway, model: str, request: dict[str, Any], owner: User) -> Span:
    """Tokens of one answer: the median and the ninth tenth of the newest, within the cap.

    Without any, what a picture of that model has, or what answers usually have.
    """
    ended = Generation.objects.filter(
        owner=owner,
        gateway=gateway,
        model=model,
        status=Status.SUCCEEDED,
        completion_tokens__gt=0,
    )
    newest = ended.order_by("-id").values_list("completion_tokens", "request__n")[:HISTORY]
    each = sorted((tokens or 0) // (choices or 1) for tokens, choices in newest)
    known = (percentile(each, 0.5), percentile(each, 0.9)) if each else sight.drawn(request)
    low, high = known or USUAL
    cap = request.get("max_tokens")
    return (low, high) if cap is None else (min(low, cap), min(high, cap))


def percentile(ordered: Sequence[int], share: float) -> int:
    """The smallest value that at least ``share`` of them do not exceed."""
    return ordered[max(ceil(share * len(ordered)) - 1, 0)]
