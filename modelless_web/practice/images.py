"""POST /v1/images/generations, as gateways answer it (gateway reference, section 4)."""

import base64
import io
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from . import wire
from .gallery import Gallery
from .orders import Order
from .wire import Reply

DRAWING = 1.2  # seconds
PARTIAL_WIDTH = 32
REVISION = "A carefully lit picture of the following, rich in detail: {prompt}"


@dataclass(frozen=True, slots=True)
class Sitting:
    """One order, the way to answer it, where pictures are kept, and who is to pay."""

    order: Order
    reply: Reply
    gallery: Gallery
    home: str  # our own address, without a slash at its end
    pay: Callable[[Order, int], None]


type Behaviour = Callable[[Sitting], Awaitable[None]]


async def paint(sitting: Sitting) -> None:
    """Answer properly: links or bytes as asked, a stream where the model has one."""
    order = sitting.order
    names = [sitting.gallery.promise(order.recipe(index)) for index in range(order.n)]
    await deliver(sitting, names)


async def deliver(sitting: Sitting, names: list[str]) -> None:
    """Answer with these pictures of the gallery, and put them on the bill."""
    order, reply = sitting.order, sitting.reply
    sitting.pay(order, len(names))
    if order.is_gpt and order.stream:
        await _stream(sitting, names)
        return
    await reply.pause(DRAWING)
    data = [await _item(sitting, name) for name in names]
    body: dict[str, Any] = {"created": wire.CREATED, "data": data}
    if order.is_gpt:
        body |= {"size": order.size, "quality": order.quality or "auto", "usage": order.usage}
    await reply.json(200, body)


async def _item(sitting: Sitting, name: str) -> dict[str, str]:
    order, gallery = sitting.order, sitting.gallery
    if order.is_gpt:
        return {"b64_json": await _encoded(order, name, gallery)}
    revised = REVISION.format(prompt=order.prompt) if order.family == "dall-e-3" else ""
    # Gateways that write the reply anew name every member, the absent ones as empty strings.
    item = {"url": "", "b64_json": "", "revised_prompt": revised}
    if order.wants_bytes:
        return item | {"b64_json": await _encoded(order, name, gallery)}
    return item | {"url": f"{sitting.home}/pictures/{name}.png"}


async def _stream(sitting: Sitting, names: list[str]) -> None:
    """One picture after the other; the last event tells of all that was used."""
    order, reply = sitting.order, sitting.reply
    await reply.begin_stream()
    common = {"created_at": wire.CREATED, "size": order.size, "output_format": order.output_format}
    for number, name in enumerate(names, 1):
        png = await sitting.gallery.picture(name) or b""
        for index in range(order.partial_images):
            await reply.pause(DRAWING / 2)
            partial = base64.b64encode(_sketch(png, PARTIAL_WIDTH << index)).decode()
            fields = {"b64_json": partial, "partial_image_index": index, **common}
            await _event(reply, f"{order.event}.partial_image", fields)
        await reply.pause(DRAWING / 2)
        fields = {"b64_json": await _encoded(order, name, sitting.gallery), **common}
        used = {"usage": order.usage} if number == len(names) else {}
        await _event(reply, f"{order.event}.completed", fields | used)
    await reply.end()


async def _event(reply: Reply, name: str, fields: Mapping[str, Any]) -> None:
    data = wire.encode({"type": name, **fields})
    await reply.write(b"event: " + name.encode() + b"\ndata: " + data + b"\n\n")


def _sketch(png: bytes, width: int) -> bytes:
    """The picture as it looks before it is done: few pixels, blown up."""
    from PIL import Image  # noqa: PLC0415 -- Pillow is loaded for the first picture only

    with Image.open(io.BytesIO(png)) as image:
        rough = image.convert("RGB").resize((width, width * image.height // image.width))
        blurred = rough.resize((image.width // 2, image.height // 2), Image.Resampling.BICUBIC)
    file = io.BytesIO()
    blurred.save(file, "PNG")
    return file.getvalue()


async def _encoded(order: Order, name: str, gallery: Gallery) -> str:
    png = await gallery.picture(name) or b""
    if order.output_format in {"jpeg", "webp"}:
        from PIL import Image  # noqa: PLC0415 -- Pillow is loaded for the first picture only

        file = io.BytesIO()
        with Image.open(io.BytesIO(png)) as image:
            image.convert("RGB").save(file, order.output_format.upper())
        png = file.getvalue()
    return base64.b64encode(png).decode()


async def moderated(sitting: Sitting) -> None:
    """Refuse the prompt by the content policy."""
    words = "Your request was rejected as a result of our safety system."
    body = wire.error(words, "invalid_request_error", code="content_policy_violation")
    await sitting.reply.json(400, body)


async def without_link(sitting: Sitting) -> None:
    """Answer with every member there, and all of them empty."""
    item = {"url": "", "b64_json": "", "revised_prompt": ""}
    data = [item] * sitting.order.n
    await sitting.reply.json(200, {"created": wire.CREATED, "data": data})


async def without_picture(sitting: Sitting) -> None:
    """Answer that all is well, with no picture."""
    await sitting.reply.json(200, {"created": wire.CREATED, "data": []})


IMAGE_MODELS: dict[str, tuple[str, Behaviour]] = {
    "dall-e-3": ("One picture a call, in three sizes, and the prompt as it was rewritten.", paint),
    "dall-e-2": ("Up to ten small square pictures.", paint),
    "gpt-image-1": ("Pictures as bytes, with usage; streams what it has so far.", paint),
    "gpt-image-2": ("As gpt-image-1, in any size of 16-pixel steps.", paint),
    "gpt-image-1-no-edits": ("Makes pictures; to change one it says 501: not implemented.", paint),
    "dall-e-3-moderated": ("Fails with 400: the content policy forbids it.", moderated),
    "dall-e-3-empty-link": ("Announces a picture and gives no address.", without_link),
    "dall-e-3-empty": ("Says that all is well and brings no picture.", without_picture),
}
