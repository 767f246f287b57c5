"""What is on offer and what it costs: models with the prices that hold now, found and in order."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from django.db.models import Prefetch, Sum

from modelless_web.records.models.gateways import Gateway, Model
from modelless_web.records.models.generations import Status
from modelless_web.records.models.prices import PriceRule
from modelless_web.records.models.usage import Usage
from modelless_web.records.models.users import User
from modelless_web.records.prices.tariffs import span, tariff, typical

# What a person's own pictures have cost is looked up so far back.
LOOKED_BACK: Final = timedelta(days=30)
SORTS: Final = {"name": "Name", "kind": "Kind", "price": "Price"}

# What one run brings, by kind of model.
THINGS: Final = {
    Model.Kind.IMAGE_CHAT: "A picture",
    Model.Kind.IMAGES: "A picture",
    Model.Kind.CHAT: "An answer",
}

type Rules = dict[tuple[int, str], PriceRule]
type Means = dict[tuple[int, str, str], Decimal]


@dataclass(frozen=True, slots=True)
class Offer:
    """A model, what it asks, and from how much to how much one answer or picture costs about."""

    model: Model
    rule: PriceRule | None
    costs: tuple[Decimal, Decimal] | None

    @property
    def is_free(self) -> bool:
        """Whether it is known to cost nothing: what is practised."""
        return self.model.gateway.is_practice

    @property
    def tariff(self) -> list[str]:
        return [] if self.is_free else tariff(self.rule)

    @property
    def about(self) -> str:
        """A sentence on what one answer or picture costs; empty where that is not known."""
        thing = THINGS.get(Model.Kind(self.model.kind))
        if thing is None or self.rule is None or self.costs is None:
            return ""
        return f"{thing} costs about {span(*self.costs, self.rule.currency)}"

    @property
    def capabilities(self) -> list[str]:
        """What it can do beside what its kind says."""
        traits = self.model.traits
        said = {"reads pictures": traits.takes_images, "streams": traits.streams}
        return [words for words, holds in said.items() if holds]

    @property
    def words(self) -> str:
        """What it can be found by."""
        model = self.model
        told = (model.name, model.description, model.get_kind_display(), model.gateway.name)
        return " ".join((*told, *self.capabilities)).casefold()


def offers(
    user: User, moment: datetime, words: str = "", sort: str = "name"
) -> list[tuple[Gateway, list[Offer]]]:
    """Every enabled gateway with what it offers: those that match all ``words``, in order."""
    offered = Prefetch("models", Model.objects.on_offer().exclude(kind=Model.Kind.HIDDEN))
    gateways = Gateway.objects.filter(enabled=True).defer("key").prefetch_related(offered)
    rules, means = _rules(moment), _means(user, moment)
    wanted = words.casefold().split()
    found = []
    for gateway in gateways:
        made = (_offer(model, rules, means) for model in gateway.models.all())
        fitting = [offer for offer in made if all(word in offer.words for word in wanted)]
        found.append((gateway, in_order(fitting, sort)))
    return found


def in_order(found: Iterable[Offer], sort: str) -> list[Offer]:
    """By name, by kind and name, or the cheapest first; what has no known price comes last."""
    by_name = sorted(found, key=lambda offer: offer.model.name.casefold())
    if sort == "kind":
        return sorted(by_name, key=lambda offer: offer.model.get_kind_display())
    if sort == "price":
        return sorted(by_name, key=_price_key)
    return by_name


def _price_key(offer: Offer) -> tuple[bool, str, Decimal]:
    if offer.is_free:
        return False, "", Decimal(0)
    if offer.rule is None or offer.costs is None:
        return True, "", Decimal(0)
    return False, offer.rule.currency, offer.costs[1]


def _offer(model: Model, rules: Rules, means: Means) -> Offer:
    rule = rules.get((model.gateway_id, model.name)) or rules.get((model.gateway_id, ""))
    costs = typical(rule) if rule else None
    if rule and costs and rule.by_tokens:
        own = means.get((model.gateway_id, model.name, rule.currency))
        costs = (own, own) if own is not None else costs
    return Offer(model, rule, costs)


def _rules(moment: datetime) -> Rules:
    """What holds for every task of a model, or of every other model of a gateway."""
    rules: Rules = {}
    for rule in PriceRule.objects.in_force(moment).filter(task="").closest_first():
        rules.setdefault((rule.gateway_id, rule.model), rule)
    return rules


def _means(user: User, moment: datetime) -> Means:
    """What one of a person's pictures has cost of late."""
    own = Usage.objects.filter(
        owner=user, day__gte=(moment - LOOKED_BACK).date(), status=Status.SUCCEEDED
    )
    sums = own.filter(pictures__gt=0, unpriced=0).values_list("gateway", "model", "currency")
    return {
        (gateway, model, currency): cost / pictures
        for gateway, model, currency, cost, pictures in sums.annotate(Sum("cost"), Sum("pictures"))
    }
