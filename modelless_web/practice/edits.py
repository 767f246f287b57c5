"""POST /v1/images/edits and /variations, as gateways that have them answer (reference, 4.4)."""

import asyncio
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from .images import Sitting, deliver
from .orders import Order, RefusedOrderError, check, check_fields, order_of

if TYPE_CHECKING:
    from PIL.Image import Image

PATHS = ("/v1/images/edits", "/v1/images/variations")
MOST_PICTURES = {"gpt-image": 16, "dall-e-2": 1}
MOST_OF_DALL_E = 4 * 1024 * 1024
WITHOUT = "-no-edits"
VARIED = "another picture like this one"
BLEND = 0.5


@dataclass(frozen=True, slots=True)
class Edit:
    """An order that pictures go along with; what is transparent in the mask is painted anew."""

    order: Order
    fields: Mapping[str, Any]
    pictures: tuple[bytes, ...]
    mask: bytes = b""


def is_there(path: str, order: Order) -> bool:
    """Whether the model has such an address."""
    if path == PATHS[1]:
        return order.family == "dall-e-2"
    return order.family in MOST_PICTURES and not order.model.endswith(WITHOUT)


def read_edit(path: str, body: bytes, content_type: str) -> Edit:
    """Parse the call, a form. Raises RefusedOrderError where it is none."""
    form = read_form(body, content_type)
    fields = {name: values[0].decode("utf-8", "replace") for name, values in form.items()}
    given = fields | {"stream": fields.get("stream") == "true"} | _counts(fields)
    order = order_of(given)
    pictures = (*form.get("image", ()), *form.get("image[]", ()))
    order = replace(order, pictures=len(pictures), event="image_edit")
    if path == PATHS[1]:
        order = replace(order, prompt=VARIED)
    return Edit(order, given, pictures, form.get("mask", [b""])[0])


def _counts(fields: dict[str, str]) -> dict[str, int]:
    names = [name for name in ("n", "partial_images", "output_compression") if name in fields]
    try:
        return {name: int(fields[name]) for name in names}
    except ValueError as error:
        raise RefusedOrderError("n is not within the range", "n_not_within_range") from error


def read_form(body: bytes, content_type: str) -> dict[str, list[bytes]]:
    """Take multipart/form-data apart (RFC 7578): what each field holds, in the order sent."""
    boundary = re.search(r'multipart/form-data;.*boundary="?([^";]+)', content_type)
    if boundary is None:
        raise RefusedOrderError("Content-Type isn't multipart/form-data", "invalid_image_request")
    form: dict[str, list[bytes]] = {}
    for part in (b"\r\n" + body).split(b"\r\n--" + boundary[1].encode())[1:-1]:
        head, _, data = part.partition(b"\r\n\r\n")
        name = re.search(rb'\bname="([^"]*)"', head)
        if name:
            form.setdefault(name[1].decode("utf-8", "replace"), []).append(data)
    return form


async def edit(wanted: Edit, sitting: Sitting) -> None:
    """Paint anew what the mask leaves open, or half over the whole picture.

    Raises RefusedOrderError as a gateway would refuse it.
    """
    check(wanted.order)
    check_fields(wanted.order, wanted.fields, is_edit=True)
    images = await asyncio.to_thread(_opened, wanted)
    order, gallery = wanted.order, sitting.gallery
    if order.size == "auto" and order.is_gpt:
        order = replace(order, size=f"{images[0].width}x{images[0].height}")
    names = []
    for index in range(order.n):
        fresh = await gallery.picture(gallery.promise(order.recipe(index))) or b""
        names.append(gallery.hang(await asyncio.to_thread(_painted, images, fresh)))
    await deliver(replace(sitting, order=order), names)


def _opened(wanted: Edit) -> "list[Image]":
    """The first picture, and the mask if there is one. Raises RefusedOrderError."""
    order, most = wanted.order, MOST_PICTURES[wanted.order.family]
    if not 1 <= len(wanted.pictures) <= most:
        raise RefusedOrderError(f"image: 1 to {most} pictures are required", "image_missing")
    images = [_read(data, "image") for data in wanted.pictures]
    is_old = order.family == "dall-e-2"
    first = images[0]
    is_fit = first.format == "PNG" and first.width == first.height
    if is_old and not (is_fit and len(wanted.pictures[0]) < MOST_OF_DALL_E):
        raise RefusedOrderError("Uploaded image must be a PNG, square, < 4 MB", "invalid_image")
    if not wanted.mask:
        return [first]
    mask = _read(wanted.mask, "mask")
    if mask.format != "PNG" or mask.mode != "RGBA" or mask.size != first.size:
        raise RefusedOrderError("mask must be a PNG with alpha, of the image's size", "bad_mask")
    return [first, mask]


def _read(data: bytes, name: str) -> "Image":
    from PIL import Image  # noqa: PLC0415 -- Pillow is loaded for the first picture only

    try:
        image = Image.open(io.BytesIO(data))
        image.load()
    except Exception as error:
        raise RefusedOrderError(f"{name} is no picture", "invalid_image") from error
    return image


def _painted(images: "list[Image]", fresh: bytes) -> bytes:
    from PIL import Image, ImageOps  # noqa: PLC0415 -- Pillow is loaded for the first picture only

    paint = Image.open(io.BytesIO(fresh)).convert("RGB")
    ground = ImageOps.fit(images[0].convert("RGB"), paint.size)
    if len(images) == 1:
        done = Image.blend(ground, paint, BLEND)
    else:
        kept = ImageOps.fit(images[1].getchannel("A"), paint.size)
        done = Image.composite(ground, paint, kept)
    file = io.BytesIO()
    done.save(file, "PNG")
    return file.getvalue()
