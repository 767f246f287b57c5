"""How a run stands and how it ended, on its way from whoever carries it out to the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypedDict
from uuid import UUID

from modelless_web.gateway.errors import GatewayError
from modelless_web.gateway.events import UsageReported
from modelless_web.records.models import Status


@dataclass(slots=True)
class ChoiceText:
    """One choice as far as it has arrived."""

    index: int
    text: str = ""
    reasoning: str = ""
    finish_reason: str = ""


@dataclass(slots=True, kw_only=True)
class Settlement:
    """How a run ended, with everything that is to be kept of it."""

    generation: UUID
    status: Status
    choices: Sequence[ChoiceText]
    response: dict[str, Any] = field(default_factory=dict)
    sent: bytes = b""
    received: bytes = b""
    usage: UsageReported | None = None
    error: GatewayError | None = None
    was_cut_off: bool = False
    damaged: int = 0
    has_sketches: bool = False
    first_byte_at: datetime | None = None
    last_byte_at: datetime | None = None


class Exchanged(TypedDict, total=False):
    """What an exchange brought to a settlement; nothing of it where nothing was sent."""

    response: dict[str, Any]
    sent: bytes
    received: bytes
    was_cut_off: bool
    first_byte_at: datetime | None
    last_byte_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedAttempt:
    """An attempt that cost nothing and is repeated in ``wait`` seconds."""

    generation: UUID
    number: int
    error: GatewayError
    began_at: datetime
    wait: float
