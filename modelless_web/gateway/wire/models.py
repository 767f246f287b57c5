"""The list of models: GET /models (gateway reference, section 7.1)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from modelless_web.gateway.classify import classify, is_ok
from modelless_web.gateway.errors import GatewayError, Kind, tidy
from modelless_web.gateway.events import Event, Failed

from .call import Call

LIMIT: Final = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Offer:
    """A model that a gateway lists; few gateways describe theirs."""

    id: str
    description: str = ""


def build() -> Call:
    """Return the call that lists a gateway's models."""
    return Call("GET", "/models", {"Accept": "application/json"}, b"")


def read_models(body: bytes) -> list[Offer]:
    """Return the models, sorted by id, without doubles: their order on the wire means nothing.

    Raises GatewayError when the body is not a list of models, also under status 200.
    """
    try:
        listing = json.loads(body)
    except ValueError:
        raise classify(200, {}, body) from None
    items = listing.get("data") if isinstance(listing, dict) else listing
    if isinstance(listing, dict) and (listing.get("success") is False or listing.get("error")):
        raise classify(200, {}, body)
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


class Reader:
    """Collects the list; `models` is filled by `close`."""

    done = False
    settled = False
    has_hidden = False

    def __init__(self) -> None:
        self.models: list[Offer] = []
        self._status = 0
        self._headers: Mapping[str, str] = {}
        self._body = bytearray()

    def begin(self, status: int, headers: Mapping[str, str]) -> None:
        """Take the status and the headers."""
        self._status, self._headers = status, headers

    def read(self, block: bytes) -> list[Event]:
        """Keep the block; a list longer than 16 MiB is cut, and then fails to parse."""
        if len(self._body) < LIMIT:
            self._body += block
        return []

    def close(self, broken: GatewayError | None = None) -> list[Event]:
        """Read the list, or say why there is none."""
        try:
            if broken is not None:
                raise broken
            if not is_ok(self._status):
                raise classify(self._status, self._headers, bytes(self._body))
            self.models = read_models(bytes(self._body))
        except GatewayError as error:
            return [Failed(error)]
        return []
