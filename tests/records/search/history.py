"""A small history in which every operator finds something, and not everything."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from modelless_web.records.ids import first_at
from modelless_web.records.models import (
    Board,
    Charge,
    Generation,
    Model,
    Picture,
    Status,
    Tag,
    User,
)
from modelless_web.records.search import index
from tests.support import factories

ROWS: Final[dict[str, dict[str, Any]]] = {
    "lighthouse": {
        "moment": datetime(2025, 12, 31, 23, 59, tzinfo=UTC),
        "prompt": "A red lighthouse by the sea at night",
        "rating": 5,
        "is_starred": True,
        "tags": ["sea", "two words"],
        "board": "Covers",
        "picture": Picture.State.STORED,
        "total_tokens": 600,
        "cost": Decimal("0.05"),
        "charge": Charge.CHARGED,
    },
    "boat": {
        "moment": datetime(2026, 1, 1, tzinfo=UTC),
        # Its owner was in New York, where the year had not begun.
        "day": date(2025, 12, 31),
        "prompt": "A red boat; the light of the lighthouse",
        "rating": 3,
        "tags": ["sea"],
        "picture": Picture.State.LOST,
        "total_tokens": 500,
        "cost": Decimal(2),
        "charge": Charge.CHARGED,
    },
    "poem": {
        "moment": datetime(2026, 3, 4, 23, 59, tzinfo=UTC),
        # Its owner was in Berlin.
        "day": date(2026, 3, 5),
        "model": "gpt-4o-mini",
        "prompt": "Write a poem",
        "text": "The sea is red at night, and boats are boats. Crème brûlée!",
        "parent": "boat",
        "descent": Generation.Descent.REFINED,
        "total_tokens": 501,
        "cost": Decimal(0),
        "charge": Charge.REFUSED,
    },
    "error": {
        "moment": datetime(2026, 3, 5, tzinfo=UTC),
        "prompt": "A lighthouse in the fog",
        "status": Status.FAILED,
        "error_kind": "timeout",
        "error_message": "The gateway took the night off.",
        "is_rejected": True,
        "charge": Charge.MAYBE,
    },
    "fuji": {
        "moment": datetime(2026, 3, 6, tzinfo=UTC),
        "model": "FLUX.1 schnell",
        "prompt": "富士山の朝, 🦊 don't snake_case Straße",
        "status": Status.INTERRUPTED,
        "rating": 1,
        "charge": Charge.UNSENT,
    },
    "trashed": {
        "moment": datetime(2026, 3, 7, tzinfo=UTC),
        "prompt": "A red lighthouse by the sea at night",
        "deleted_at": datetime(2026, 3, 8, tzinfo=UTC),
    },
}


def make(owner: User) -> dict[str, UUID]:
    """Write the history as one person's; return the ids by what the rows are called."""
    pks: dict[str, UUID] = {}
    gateway = factories.gateway()
    for name, row in ROWS.items():
        pks[name] = _make(owner, gateway, dict(row), pks)
    Board.objects.create(owner=owner, name="Stormy", query="lighthouse -boat")
    Board.objects.create(owner=owner, name="Loop", query="board:loop")
    index.write(list(pks.values()))
    return pks


def _make(owner: User, gateway: Any, row: dict[str, Any], pks: dict[str, UUID]) -> UUID:
    moment = row.pop("moment")
    model = row.pop("model", "stable-diffusion")
    of, _ = Model.objects.get_or_create(
        gateway=gateway, name=model, defaults={"kind": "chat" if "gpt" in model else "image-chat"}
    )
    tags, board, picture = row.pop("tags", []), row.pop("board", ""), row.pop("picture", "")
    parent = row.pop("parent", None)
    made = Generation.objects.create(
        pk=UUID(int=first_at(moment).int | owner.pk),
        owner=owner,
        gateway=gateway,
        model=of.name,
        model_kind=of.kind,
        submission=str(moment),
        queued_at=moment,
        day=row.pop("day", moment.date()),
        parent_id=pks.get(parent) if parent else None,
        **{"status": Status.SUCCEEDED} | row,
    )
    for tag in tags:
        Tag.objects.get_or_create(owner=owner, name=tag)[0].generations.add(made)
    if board:
        Board.objects.create(owner=owner, name=board).generations.add(made)
    if picture:
        factories.picture(made, state=picture)
    return made.pk
