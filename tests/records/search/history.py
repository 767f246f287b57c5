"""A small history in which every operator finds something, and not everything."""

from collections.abc import Iterable
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

GOLDEN: Final = {
    "": "fuji error poem boat lighthouse",
    "lighthouse": "error boat lighthouse",
    "LIGHTHOUSE": "error boat lighthouse",
    "red": "poem boat lighthouse",
    "red sea": "poem boat lighthouse",
    "red night": "poem lighthouse",
    "red lighthouse sea": "boat lighthouse",
    '"red boat"': "boat",
    '"boat red"': "",
    '"lighthouse sea"': "",
    '"night crème"': "",
    '"poem gpt"': "",
    "boat": "boat",
    "boat*": "poem boat",
    '"red light*"': "lighthouse",
    "lighthouse -red": "error",
    "-red": "fuji error",
    "-red -fog": "fuji",
    '-"red boat"': "fuji error poem lighthouse",
    "-light*": "fuji poem",
    "creme BRULEE": "poem",
    "strasse": "fuji",
    "don't": "fuji",
    '"snake case"': "fuji",
    "富士": "fuji",
    "士富": "",
    "朝": "fuji",
    "🦊": "fuji",
    "gateway": "error",
    "timeout": "",
    "two words": "lighthouse",
    "mini": "poem",
    "nothing": "",
    "model:stable-diffusion": "error boat lighthouse",
    "model:Stable-Diffusion": "error boat lighthouse",
    "model:stable*": "error boat lighthouse",
    'model:"flux.1 schnell"': "fuji",
    "model:gpt-4o-mini model:stable-diffusion": "error poem boat lighthouse",
    "-model:stable-diffusion": "fuji poem",
    "model:none": "",
    "red model:gpt-4o-mini": "poem",
    "tag:sea": "boat lighthouse",
    "tag:SEA": "boat lighthouse",
    'tag:"two words"': "lighthouse",
    "tag:sea -tag:two": "boat lighthouse",
    'tag:sea -tag:"two words"': "boat",
    "-tag:sea": "fuji error poem",
    "tag:none": "",
    "-tag:none boat": "boat",
    "board:covers": "lighthouse",
    "-board:covers": "fuji error poem boat",
    "board:stormy": "error lighthouse",
    "board:stormy red": "lighthouse",
    "-board:stormy": "fuji poem boat",
    "board:loop": "",
    "-board:loop red": "poem boat lighthouse",
    "board:none": "",
    "status:failed": "error",
    "status:failed status:interrupted": "fuji error",
    "-status:done": "fuji error",
    "kind:image": "fuji error boat lighthouse",
    "kind:text": "poem",
    "rating:>=3": "boat lighthouse",
    "rating:1..3": "fuji boat",
    "rating:0": "error poem",
    "rating:<3": "fuji error poem",
    "tokens:>500": "poem lighthouse",
    "tokens:500": "boat",
    "-tokens:>500": "fuji error boat",
    "cost:>0.05": "boat",
    "cost:0.05": "lighthouse",
    "cost:0.01..0.05": "lighthouse",
    "cost:<1": "poem lighthouse",
    "cost:0": "poem",
    "cost:unknown": "fuji error",
    "-cost:unknown": "poem boat lighthouse",
    "charge:charged": "boat lighthouse",
    "charge:maybe charge:unsent": "fuji error",
    "-charge:charged": "fuji error poem",
    "before:2026": "boat lighthouse",
    "after:2026": "fuji error poem",
    "before:2026-03-05": "boat lighthouse",
    "after:2026-03-05": "fuji error poem",
    "on:2026-03": "fuji error poem",
    "on:2026-03-05": "error poem",
    "on:2025-12-31": "boat lighthouse",
    "-on:2025-12-31": "fuji error poem",
    "on:2025 on:2026": "",
    "red after:2025-12-31 before:2026-03-01": "boat lighthouse",
    "-on:2026": "boat lighthouse",
    "is:starred": "lighthouse",
    "-is:starred": "fuji error poem boat",
    "is:rejected": "error",
    "is:refined": "poem",
    "is:again": "",
    "is:rated": "fuji boat lighthouse",
    "is:open": "",
    "has:picture": "lighthouse",
    "-has:picture": "fuji error poem boat",
    "has:error": "error",
    "has:answer": "poem",
    "has:tag": "boat lighthouse",
    "has:board": "lighthouse",
    "error:timeout": "error",
    "owner:nobody": "",
    "red colour:blue rating:lots": "",
    "red rating:lots": "poem boat lighthouse",
    'red "boat': "boat",
}
"""What is typed, and what it finds, newest first; what can't be read is left out."""


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


def named(rows: dict[str, UUID], found: Iterable[UUID]) -> str:
    """What the rows of that history are called, in the order in which they were found."""
    names = {pk: name for name, pk in rows.items()}
    return " ".join(names[pk] for pk in found)
