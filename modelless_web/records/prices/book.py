"""New prices go into the book here, wherever they come from: a rule only where terms changed."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from modelless_web.gateway.wire.pricing import Price, PriceList
from modelless_web.records.models.gateways import PRICE_GROUP, Gateway
from modelless_web.records.models.prices import PicturePrice, PriceRule
from modelless_web.records.money.amounts import rounded

type Key = tuple[str, str]
type Book = dict[Key, list[PriceRule]]


@dataclass(frozen=True, slots=True)
class Quote:
    """A rule that is not in the book yet, and its prices of pictures."""

    rule: PriceRule
    pictures: list[PicturePrice]

    @property
    def key(self) -> Key:
        return self.rule.model, self.rule.task


@dataclass(slots=True)
class Changes:
    """What a list would change in the book: rules that come new, change, stay, and end."""

    new: list[Quote] = field(default_factory=list)
    changed: list[Quote] = field(default_factory=list)
    same: list[Quote] = field(default_factory=list)
    gone: list[PriceRule] = field(default_factory=list)

    @property
    def to_write(self) -> list[Quote]:
        return [*self.new, *self.changed]


class UnknownGroupError(ValueError):
    """The gateway names no ratio for the key's group; the message says which it names."""


def compare(gateway: Gateway, quotes: Iterable[Quote], source: PriceRule.Source) -> Changes:
    """Tell what quotes would change in what the same source had said before; write nothing."""
    return _compared(_book(gateway, source), gateway, quotes, source)


def compare_all(gateway: Gateway, quotes: Sequence[Quote], moment: datetime) -> Changes:
    """The same of a gateway's whole list: what it had named and names no more ends."""
    source = PriceRule.Source.GATEWAY
    held = _book(gateway, source)
    changes = _compared(held, gateway, quotes, source)
    named = {quote.key for quote in quotes}
    ending = [_at(rules, moment) for key, rules in held.items() if key not in named]
    changes.gone = [rule for rule in ending if rule]
    return changes


def _compared(
    held: Book, gateway: Gateway, quotes: Iterable[Quote], source: PriceRule.Source
) -> Changes:
    changes = Changes()
    for quote in quotes:
        quote.rule.gateway, quote.rule.source = gateway, source
        before = _at(held.get(quote.key, ()), quote.rule.valid_from)
        if before is None:
            changes.new.append(quote)
        elif before.asks_the_same(quote.rule, quote.pictures):
            changes.same.append(quote)
        else:
            changes.changed.append(quote)
    return changes


@transaction.atomic
def write(quotes: Sequence[Quote]) -> None:
    """Put quotes into the book, but for those that somebody else has put there meanwhile."""
    gateways = {quote.rule.gateway_id for quote in quotes}
    # One after the other: two processes may read the same list at the same time.
    list(Gateway.objects.select_for_update().filter(pk__in=gateways).only("pk").order_by("pk"))
    for quote in quotes:
        before = _said_before(quote)
        if not (before and before.asks_the_same(quote.rule, quote.pictures)):
            PriceRule.objects.publish(quote.rule, quote.pictures)


def _said_before(quote: Quote) -> PriceRule | None:
    """What the same source says at the moment from which a quote is to hold."""
    rule = quote.rule
    same = PriceRule.objects.in_force(rule.valid_from).filter(
        gateway=rule.gateway_id, model=rule.model, task=rule.task, source=rule.source
    )
    before: PriceRule | None = same.closest_first().first()
    return before


def end(rules: Iterable[PriceRule], moment: datetime) -> None:
    """Have rules hold no longer."""
    PriceRule.objects.filter(pk__in=[rule.pk for rule in rules]).in_force(moment).update(
        valid_until=moment
    )


def _book(gateway: Gateway, source: PriceRule.Source) -> Book:
    """All that a source has ever said, by model and task, newest first."""
    rules = PriceRule.objects.filter(gateway=gateway, source=source)
    held: Book = defaultdict(list)
    for rule in rules.order_by("-valid_from", "-pk").prefetch_related("picture_prices"):
        held[rule.model, rule.task].append(rule)
    return held


def _at(rules: Iterable[PriceRule], moment: datetime) -> PriceRule | None:
    return next((rule for rule in rules if rule.holds_at(moment)), None)


def quotes_of(gateway: Gateway, prices: PriceList, moment: datetime) -> list[Quote]:
    """What a gateway's list asks of the key's group. Raises UnknownGroupError."""
    group = gateway.price_group or PRICE_GROUP
    ratio = prices.groups.get(group)
    if ratio is None:
        named = ", ".join(sorted(prices.groups)) or "none"
        raise UnknownGroupError(
            f"The gateway names no ratio for the price group “{group}”; it names: {named}."
        )
    return [_quote(price, group, ratio, moment) for price in prices.prices]


def _quote(price: Price, group: str, ratio: Decimal, moment: datetime) -> Quote:
    amounts = {
        name: None if getattr(price, name) is None else rounded(getattr(price, name))
        for name in ("per_request", "per_prompt", "per_cached", "per_completion")
    }
    rule = PriceRule(
        model=price.model[:200],
        task=price.task[:40],
        group=group,
        group_ratio=round(ratio, 6),
        valid_from=moment,
        note=price.note,
        **amounts,
    )
    pictures = [
        PicturePrice(size=each.size, quality=each.quality, price=rounded(each.price))
        for each in price.pictures
    ]
    return Quote(rule, pictures)
