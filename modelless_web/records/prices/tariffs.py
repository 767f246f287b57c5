"""What a rule of the price book asks, as people read it."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from modelless_web.records.models.prices import PriceRule
from modelless_web.records.money.amounts import exactly, spoken
from modelless_web.records.money.estimate import USUAL
from modelless_web.records.money.pricing import Used, price

NOT_KNOWN: Final = spoken(None, "")
# A prompt of some forty words.
PROMPT_TOKENS: Final = 50


def tariff(rule: PriceRule | None) -> list[str]:
    """Everything that a rule asks, the ratio of the group included, one price a line."""
    if rule is None:
        return [NOT_KNOWN]
    return [*_requests(rule), *_tokens(rule), *_pictures(rule)] or [_nothing(rule)]


def typical(rule: PriceRule) -> tuple[Decimal, Decimal] | None:
    """From how much to how much a usual prompt costs that brings one answer, or one picture.

    None where the rule cannot tell. The least and the most of its pictures count where it has no
    price for a picture of any size.
    """
    sizes = {(each.size, each.quality) for each in rule.picture_prices.all()}
    asked = {("", "")} if not sizes or ("", "") in sizes else sizes
    amounts = [
        price(
            rule,
            Used(
                prompt_tokens=PROMPT_TOKENS,
                completion_tokens=tokens,
                pictures=1,
                size=size,
                quality=quality,
            ),
        )
        for size, quality in asked
        for tokens in USUAL
    ]
    known = [amount for amount in amounts if amount is not None]
    return (min(known), max(known)) if known else None


def span(low: Decimal, high: Decimal, currency: str) -> str:
    """Two amounts as one: ``$0.04``, or ``$0.01 to $0.04`` where they read differently."""
    texts = [spoken(amount, currency) for amount in (low, high)]
    return texts[0] if texts[0] == texts[1] else " to ".join(texts)


def _requests(rule: PriceRule) -> Iterable[str]:
    if rule.per_request is not None:
        yield f"{_asked(rule, rule.per_request)} a request"


def _tokens(rule: PriceRule) -> Iterable[str]:
    kinds = (
        (rule.per_prompt, "prompt"),
        (rule.per_cached, "cached"),
        (rule.per_completion, "answer"),
    )
    for amount, kind in kinds if rule.by_tokens else ():
        if amount is not None:
            yield f"{_asked(rule, amount)} a million {kind} tokens"


def _pictures(rule: PriceRule) -> Iterable[str]:
    for each in rule.picture_prices.all():
        of_what = " ".join(part for part in (each.size, each.quality) if part)
        yield f"{_asked(rule, each.price)} a picture" + (f" of {of_what}" if of_what else "")


def _nothing(rule: PriceRule) -> str:
    return f"{NOT_KNOWN}: {rule.note}" if rule.note else NOT_KNOWN


def _asked(rule: PriceRule, amount: Decimal) -> str:
    return exactly(amount * rule.group_ratio, rule.currency)
