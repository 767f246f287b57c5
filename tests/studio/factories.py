"""Models, generations and pictures as they end up, with the rest filled in."""

import io
from typing import Any, Final

from django.utils import timezone
from hypothesis import settings
from PIL import Image

from modelless_web.gateway.parameters import Chat, Message
from modelless_web.records.ids import uuid7
from modelless_web.records.models import Choice, Gateway, Generation, Model, Picture, Status, User
from modelless_web.records.search import index
from modelless_web.records.store import keep
from tests.support import factories

OPEN: Final = (Status.QUEUED, Status.RUNNING)
# Examples that make rows: fewer, and as slow as a busy machine is.
UNHURRIED: Final = settings(deadline=None, max_examples=25)
FINAL: Final = tuple(status for status in Status if status not in OPEN)


def a_model(name: str = "stable-diffusion", **more: Any) -> Model:
    """A model on offer."""
    values = {"gateway": more.pop("gateway", None) or factories.gateway(), "kind": "image-chat"}
    return Model.objects.create(name=name, **values | more)


def unsaved_generation(owner: User, gateway: Gateway, **more: Any) -> Generation:
    """A finished generation that is not in the ledger yet."""
    prompt = more.setdefault("prompt", "a red fox")
    model = more.setdefault("model", "stable-diffusion")
    status = more.setdefault("status", Status.SUCCEEDED)
    body = Chat(model=model, messages=(Message(role="user", content=prompt),)).body()
    values: dict[str, Any] = {
        "model_kind": "image-chat",
        "submission": uuid7().hex,
        "request": body,
        "asked": {"stream": True},
        "saved_at": None if status in OPEN else timezone.now(),
    }
    return Generation(owner=owner, gateway=gateway, **values | more)


def a_generation(
    owner: User, *, text: str = "", gateway: Gateway | None = None, **more: Any
) -> Generation:
    """A finished generation, with ``text`` as its one answer."""
    row = unsaved_generation(owner, gateway or factories.gateway(), **more)
    row.text = text
    row.save(force_insert=True)
    if text:
        Choice.objects.create(generation=row, index=0, text=text)
    index.write([row.pk])
    return row


def generations(owner: User, number: int, **more: Any) -> list[Generation]:
    """Many finished generations of one gateway, newest last."""
    gateway = factories.gateway()
    rows = [unsaved_generation(owner, gateway, **more) for _ in range(number)]
    made = sorted(Generation.objects.bulk_create(rows), key=lambda row: row.pk)
    index.write([row.pk for row in made])
    return made


def png(width: int = 8, height: int = 6, colour: str = "#336699") -> bytes:
    """The bytes of a small picture."""
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(buffer, "PNG")
    return buffer.getvalue()


def a_picture(generation: Generation, data: bytes | None = None, **more: Any) -> Picture:
    """A picture that is safe in the store."""
    kept = keep(data or png())
    values = {
        "state": Picture.State.STORED,
        "sha256": kept.sha256,
        "media_type": kept.media_type,
        "size": kept.size,
        "width": kept.width,
        "height": kept.height,
        "colour": kept.colour,
        "likeness": kept.likeness,
        "settled_at": timezone.now(),
    }
    return Picture.objects.create(generation=generation, **values | more)


def filled_in(on: Model, /, **fields: Any) -> dict[str, Any]:
    """The composer as a browser sends it; a field that is None is not sent at all."""
    values = {
        "model": on.pk,
        "prompt": "a red fox",
        "stream": "on",
        "submission": uuid7().hex,
        **fields,
    }
    return {name: value for name, value in values.items() if value is not None}
