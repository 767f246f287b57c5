"""A reply that is one JSON document: a list of models, of prices, a figure."""

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from modelless_web.gateway.classify import classify, is_failure, is_ok
from modelless_web.gateway.errors import GatewayError, Kind
from modelless_web.gateway.events import Event, Failed

from .call import Call

LIMIT: Final = 16 * 1024 * 1024
# Larger figures are no money that anybody has.
MOST: Final = Decimal(10) ** 9


def ask(path: str, *, is_at_root: bool = False) -> Call:
    """Return the call that reads a document; ``is_at_root``: beside the base, not under it."""
    return Call("GET", path, {"Accept": "application/json"}, b"", is_at_root)


def read_json(body: bytes) -> Any:
    """Return the document, its fractions as ``Decimal``.

    Raises GatewayError when it is none, or an error, also under status 200.
    """
    try:
        document = json.loads(body, parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise classify(200, {}, body) from None
    if isinstance(document, dict) and is_failure(document):
        raise classify(200, {}, body)
    return document


def read_object(body: bytes) -> dict[str, Any]:
    """Return the object that a document is. Raises GatewayError where it is something else."""
    document = read_json(body)
    if not isinstance(document, dict):
        raise GatewayError(Kind.UPSTREAM, "The gateway's answer could not be read.")
    return document


def amount(value: Any) -> Decimal | None:
    """Return a figure that is not negative and less than a thousand million, else None."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not 0 <= value < MOST:
        return None
    return Decimal(value)


def _no_number(name: str) -> None:
    raise ValueError(name)


class Document[T]:
    """Collects a document; ``content`` is what ``parse`` made of it, from ``close`` on."""

    done = False
    settled = False
    has_hidden = False
    content: T

    def __init__(self, parse: Callable[[bytes], T]) -> None:
        self._parse = parse
        self._status = 0
        self._headers: Mapping[str, str] = {}
        self._body = bytearray()

    def begin(self, status: int, headers: Mapping[str, str]) -> None:
        """Take the status and the headers."""
        self._status, self._headers = status, headers

    def read(self, block: bytes) -> list[Event]:
        """Keep the block; a document longer than 16 MiB is cut, and then fails to parse."""
        if len(self._body) < LIMIT:
            self._body += block
        return []

    def close(self, broken: GatewayError | None = None) -> list[Event]:
        """Read the document, or say why there is none."""
        try:
            if broken is not None:
                raise broken
            if not is_ok(self._status):
                raise classify(self._status, self._headers, bytes(self._body))
            self.content = self._parse(bytes(self._body))
        except GatewayError as error:
            return [Failed(error)]
        return []
