"""What can go wrong at a gateway, in one type.

    GatewayError            kind, in the order in which an exchange meets them
    ├── network             no connection, a reset, a redirect
    ├── auth                the key was refused
    ├── quota               the key or the account has no credit
    ├── rate                too many requests, or the gateway is saturated
    ├── model               the model is unknown or not on offer
    ├── validation          the request was not accepted
    ├── moderation          the prompt or the answer was blocked
    ├── timeout             no answer in time
    ├── html                a web page came instead of data
    ├── upstream            the service behind the gateway failed
    ├── empty               an answer without content
    └── truncated           an answer without its end

`retryable` means that the same request may succeed later, unchanged. Only when `maybe_charged`
is false as well may anything be sent again without asking the person; that leaves
- a connection that was never made,
- 408, 409 and 429: the gateway refused before it did anything,
- 5xx with the gateway's own word (a JSON error) that the request failed.
A web page, an empty body, 504, 524 and everything under 200 may hide work that was done.
The shapes and statuses are those of the gateway reference, sections 1.4, 1.5 and 1.6.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

DEEPEST: Final = 50
ATTEMPTS: Final = 3
"""How often one request is sent at most, the first time included (gateway reference, 1.6)."""


class Kind(StrEnum):
    """What went wrong, as far as the person's next step depends on it."""

    AUTH = "auth"
    QUOTA = "quota"
    RATE = "rate"
    MODEL = "model"
    VALIDATION = "validation"
    MODERATION = "moderation"
    TIMEOUT = "timeout"
    NETWORK = "network"
    HTML = "html"
    EMPTY = "empty"
    TRUNCATED = "truncated"
    UPSTREAM = "upstream"


@dataclass(frozen=True, slots=True)
class Advice:
    """What the person reads about a kind of failure: its cause and the next step."""

    cause: str
    next_step: str


SENTENCES: Final[Mapping[Kind, Advice]] = {
    Kind.AUTH: Advice("The gateway refused the key.", "Check the key in Admin → Gateways."),
    Kind.QUOTA: Advice(
        "The gateway account has no credit left for this request.",
        "Add credit at the gateway, or lower the maximum length.",
    ),
    Kind.RATE: Advice("The gateway is busy.", "Wait a moment, then run it again."),
    Kind.MODEL: Advice(
        "The gateway does not offer this model to this key.", "Choose another model."
    ),
    Kind.VALIDATION: Advice(
        "The gateway did not accept the request.", "Change the prompt or the settings."
    ),
    Kind.MODERATION: Advice(
        "The prompt or the answer was blocked by a content filter.", "Reword the prompt."
    ),
    Kind.TIMEOUT: Advice(
        "The gateway did not answer in time.",
        "Wait a moment before you run it again.",
    ),
    Kind.NETWORK: Advice(
        "The connection to the gateway failed.",
        "Check the gateway's address and the network, then run it again.",
    ),
    Kind.HTML: Advice(
        "The gateway sent a web page instead of an answer.",
        "Check that its address ends in /v1, or wait if the gateway is down.",
    ),
    Kind.EMPTY: Advice(
        "The gateway sent an empty answer.", "Run it again, or choose another model."
    ),
    Kind.TRUNCATED: Advice(
        "The answer broke off before its end.", "Keep what arrived, or run it again."
    ),
    Kind.UPSTREAM: Advice(
        "The service behind the gateway failed.", "Run it again later, or choose another model."
    ),
}

RETRYABLE: Final = frozenset({Kind.RATE, Kind.TIMEOUT, Kind.EMPTY, Kind.TRUNCATED, Kind.UPSTREAM})


class GatewayError(Exception):
    """The one failure of this package; `body` is at most 4,000 redacted characters.

    `retry_after` is how many seconds the gateway asked to wait. `is_known` is false where no
    rule of this file recognised what the gateway said, and only its status spoke.
    """

    def __init__(
        self,
        kind: Kind,
        message: str,
        *,
        status: int | None = None,
        code: str = "",
        request_id: str = "",
        retryable: bool | None = None,
        retry_after: float | None = None,
        maybe_charged: bool = False,
        is_known: bool = True,
        body: str = "",
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.status = status
        self.code = code
        self.request_id = request_id
        self.retryable = kind in RETRYABLE if retryable is None else retryable
        self.retry_after = retry_after
        self.maybe_charged = maybe_charged
        self.is_known = is_known
        self.body = body

    @property
    def may_be_repeated(self) -> bool:
        """Whether the same request can be sent again without anybody paying twice."""
        return self.retryable and not self.maybe_charged

    def __repr__(self) -> str:
        return f"GatewayError({self.kind.value}, {self.message!r}, status={self.status})"

    def hide(self, *secrets: str) -> None:
        """Remove explicit secrets from everything that may be stored or shown."""
        self.message = redact(self.message, *secrets)
        self.body = redact(self.body, *secrets)
        self.args = (self.message,)


_KEY: Final = re.compile(r"\bsk-(?:[\w*…-]|\.{3}){4,}", re.IGNORECASE)
_BEARER: Final = re.compile(r"\b(bearer)\s+(?!\*\*\*)[^\s\"',;<>]{4,}", re.IGNORECASE)
_SHORTEST_SECRET: Final = 4


def redact(text: str, *secrets: str) -> str:
    """Return the text without `sk-…` keys, Bearer tokens and the explicit secrets."""
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= _SHORTEST_SECRET:
            text = text.replace(secret, "***")
    return _BEARER.sub(r"\1 ***", _KEY.sub("sk-***", text))


def tidy(text: str) -> str:
    """Return the text without what a database refuses: lone surrogates and NUL."""
    if "\x00" in text:
        text = text.replace("\x00", "\ufffd")
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def tidy_json(value: Any, depth: int = 0) -> Any:
    """Return a JSON value without what a database refuses: such text, NaN, endless numbers.

    What lies more than 50 levels deep is left out.
    """
    match value:
        case str():
            return tidy(value)
        case float() if not math.isfinite(value):
            return None
        case dict() | list() if depth >= DEEPEST:
            return None
        case dict():
            return {tidy(name): tidy_json(item, depth + 1) for name, item in value.items()}
        case list():
            return [tidy_json(item, depth + 1) for item in value]
    return value
