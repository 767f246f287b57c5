"""POST /v1/images/generations, as gateways answer it (gateway reference, section 4)."""

import base64
import io
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from . import wire
from .gallery import Gallery, Recipe
from .wire import Reply

MOST = 10
SIZES = {
    "dall-e-2": ("1024x1024", "512x512", "256x256"),
    "dall-e-3": ("1024x1024", "1792x1024", "1024x1792"),
    "gpt-image": ("1024x1024", "1536x1024", "1024x1536", "auto"),
}
LONGEST = {"dall-e-2": 1000, "dall-e-3": 4000, "gpt-image": 32_000}
TOKENS = {"low": 272, "medium": 1056, "high": 4160, "auto": 1056}
SEEN_TOKENS = 323
DRAWING = 1.2  # seconds
PARTIAL_WIDTH = 32
REVISION = "A carefully lit picture of the following, rich in detail: {prompt}"


@dataclass(frozen=True, slots=True)
class Order:
    """One call of the images API, parsed leniently, as gateways do."""

    model: str
    prompt: str
    n: int = 1
    size: str = "1024x1024"
    quality: str = ""
    wants_bytes: bool = False
    output_format: str = "png"
    stream: bool = False
    partial_images: int = 0
    pictures: int = 0
    event: str = "image_generation"

    @property
    def family(self) -> str:
        """The row of the tables above that it follows."""
        return next((name for name in SIZES if self.model.startswith(name)), "gpt-image")

    @property
    def is_gpt(self) -> bool:
        return self.family == "gpt-image"

    def recipe(self, index: int) -> Recipe:
        """What one picture is made from."""
        size = "1024x1024" if self.size == "auto" else self.size
        return Recipe(self.prompt, size=size, choice=index)

    @property
    def usage(self) -> dict[str, Any]:
        """The tokens that the gpt-image family counts."""
        text = wire.estimate_tokens(self.prompt)
        seen = SEEN_TOKENS * self.pictures
        drawn = TOKENS.get(self.quality or "auto", TOKENS["auto"]) * self.n
        return {
            "input_tokens": text + seen,
            "output_tokens": drawn,
            "total_tokens": text + seen + drawn,
            "input_tokens_details": {"text_tokens": text, "image_tokens": seen},
        }


class RefusedOrderError(ValueError):
    """The gateway does not take it; ``code`` is what it says beside the message."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


def read_order(body: bytes) -> Order:
    """Parse the call. Raises RefusedOrderError as a gateway would refuse it."""
    try:
        fields = json.loads(body)
    except ValueError as error:
        raise RefusedOrderError("Invalid request", "invalid_image_request") from error
    if not isinstance(fields, dict):
        raise RefusedOrderError("Invalid request", "invalid_image_request")
    order = order_of(fields)
    check(order)
    return order


def order_of(fields: Mapping[str, Any]) -> Order:
    """The order that these fields make, not yet looked at."""
    return Order(
        model=_text(fields, "model") or "dall-e-3",
        prompt=_text(fields, "prompt"),
        n=fields.get("n") or 1,
        size=_text(fields, "size") or "1024x1024",
        quality=_text(fields, "quality"),
        wants_bytes=fields.get("response_format") == "b64_json",
        output_format=_text(fields, "output_format") or "png",
        stream=fields.get("stream") is True,
        partial_images=fields.get("partial_images") or 0,
    )


def _text(fields: Mapping[str, Any], name: str) -> str:
    return fields[name] if isinstance(fields.get(name), str) else ""


def check(order: Order) -> None:
    """Raise RefusedOrderError for what the model does not take."""
    if not order.prompt:
        raise RefusedOrderError("prompt is required", "prompt_missing")
    if len(order.prompt) > LONGEST[order.family]:
        raise RefusedOrderError("prompt is too long", "prompt_too_long")
    most = 1 if order.family == "dall-e-3" else MOST
    if not isinstance(order.n, int) or not 1 <= order.n <= most:
        raise RefusedOrderError("n is not within the range", "n_not_within_range")
    is_free = order.model.startswith("gpt-image-2")
    if order.size not in SIZES[order.family] and not is_free:
        raise RefusedOrderError("size is not supported for this model", "size_not_supported")


type Behaviour = Callable[[Order, Reply, Gallery, str], Awaitable[None]]


async def paint(order: Order, reply: Reply, gallery: Gallery, home: str) -> None:
    """Answer properly: links or bytes as asked, a stream where the model has one."""
    names = [gallery.promise(order.recipe(index)) for index in range(order.n)]
    await deliver(order, names, reply, gallery, home)


async def deliver(
    order: Order, names: list[str], reply: Reply, gallery: Gallery, home: str
) -> None:
    """Answer with these pictures of the gallery."""
    if order.is_gpt and order.stream:
        await _stream(order, names[0], reply, gallery)
        return
    await reply.pause(DRAWING)
    data = [await _item(order, name, gallery, home) for name in names]
    body: dict[str, Any] = {"created": wire.CREATED, "data": data}
    if order.is_gpt:
        body |= {"size": order.size, "quality": order.quality or "auto", "usage": order.usage}
    await reply.json(200, body)


async def _item(order: Order, name: str, gallery: Gallery, home: str) -> dict[str, str]:
    if order.is_gpt:
        return {"b64_json": await _encoded(order, name, gallery)}
    revised = REVISION.format(prompt=order.prompt) if order.family == "dall-e-3" else ""
    # Gateways that write the reply anew name every member, the absent ones as empty strings.
    item = {"url": "", "b64_json": "", "revised_prompt": revised}
    if order.wants_bytes:
        return item | {"b64_json": await _encoded(order, name, gallery)}
    return item | {"url": f"{home}/pictures/{name}.png"}


async def _stream(order: Order, name: str, reply: Reply, gallery: Gallery) -> None:
    png = await gallery.picture(name) or b""
    await reply.begin_stream()
    common = {"created_at": wire.CREATED, "size": order.size, "output_format": "png"}
    for index in range(order.partial_images):
        await reply.pause(DRAWING / 2)
        partial = base64.b64encode(_sketch(png, PARTIAL_WIDTH << index)).decode()
        await _event(
            reply,
            f"{order.event}.partial_image",
            {"b64_json": partial, "partial_image_index": index, **common},
        )
    await reply.pause(DRAWING / 2)
    whole = base64.b64encode(png).decode()
    await _event(
        reply, f"{order.event}.completed", {"b64_json": whole, **common, "usage": order.usage}
    )
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


async def moderated(order: Order, reply: Reply, gallery: Gallery, home: str) -> None:
    """Refuse the prompt by the content policy."""
    words = "Your request was rejected as a result of our safety system."
    body = wire.error(words, "invalid_request_error", code="content_policy_violation")
    await reply.json(400, body)


async def without_link(order: Order, reply: Reply, gallery: Gallery, home: str) -> None:
    """Answer with every member there, and all of them empty."""
    item = {"url": "", "b64_json": "", "revised_prompt": ""}
    await reply.json(200, {"created": wire.CREATED, "data": [item] * order.n})


async def without_picture(order: Order, reply: Reply, gallery: Gallery, home: str) -> None:
    """Answer that all is well, with no picture."""
    await reply.json(200, {"created": wire.CREATED, "data": []})


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
