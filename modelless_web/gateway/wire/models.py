"""The list of models: GET /models (gateway reference, section 7.1)."""

from dataclasses import dataclass
from typing import Any, Final

from modelless_web.gateway.errors import GatewayError, Kind, tidy

from .document import ask, read_json

CALL: Final = ask("/models")


@dataclass(frozen=True, slots=True)
class Offer:
    """A model that a gateway lists; few gateways describe theirs."""

    id: str
    description: str = ""


def read_models(body: bytes) -> list[Offer]:
    """Return the models, sorted by id, without doubles: their order on the wire means nothing.

    Raises GatewayError when the body is not a list of models, also under status 200.
    """
    listing = read_json(body)
    items = listing.get("data") if isinstance(listing, dict) else listing
    if not isinstance(items, list):
        raise GatewayError(Kind.UPSTREAM, "The gateway's list of models could not be read.")
    offers = {offer.id: offer for item in items if (offer := _offer(item)).id}
    return [offers[name] for name in sorted(offers)]


def _offer(item: Any) -> Offer:
    if not isinstance(item, dict):
        return Offer(_text(item))
    return Offer(_text(item.get("id") or item.get("name")), _text(item.get("description")))


def _text(value: Any) -> str:
    return tidy(value).strip() if isinstance(value, str) else ""
