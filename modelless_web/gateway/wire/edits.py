"""POST /images/edits and /images/variations: pictures that go along with a prompt, or alone.

Gateway reference, section 4.4. The replies are those of the images API.
"""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any, Final

from modelless_web.gateway.attachments import Attachment, Attachments

from .call import Call

EDITS: Final = "/images/edits"
VARIATIONS: Final = "/images/variations"
FILES: Final = ("image", "mask")

type Part = tuple[str, str | Attachment, str]


def path_of(body: Mapping[str, Any]) -> str:
    """Return where a body with pictures goes: without a prompt they are to be varied."""
    return EDITS if "prompt" in body else VARIATIONS


def call_of(body: Mapping[str, Any], attachments: Attachments) -> Call:
    """Return the request that carries `body` as a form; a picture that is not there by its name."""
    boundary = "studio-" + hashlib.sha256(repr(body).encode("utf-8", "replace")).hexdigest()[:32]
    headers = {
        "Accept": "text/event-stream" if body.get("stream") else "application/json",
        "Content-Type": f"multipart/form-data; boundary={boundary}",
    }
    kept = _form(_parts(body, {}), boundary)
    sent = _form(_parts(body, attachments), boundary)
    return Call("POST", path_of(body), headers, sent, kept=kept)


def fields(body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the fields that are no pictures, as a form says them."""
    for name, value in body.items():
        if name not in FILES:
            yield name, "true" if value is True else str(value)


def files(body: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield each picture: the field, its name, and what its file is called."""
    pictures = body["image"]
    for number, name in enumerate(pictures, 1):
        # A list has brackets in a form; the one picture that older models take has none.
        yield "image[]" if len(pictures) > 1 else "image", name, f"picture-{number}"
    if "mask" in body:
        yield "mask", body["mask"], "mask"


def _parts(body: Mapping[str, Any], attachments: Attachments) -> Iterator[Part]:
    for name, value in fields(body):
        yield name, value, ""
    for field, name, file in files(body):
        yield field, attachments.get(name, name), file


def _form(parts: Iterator[Part], boundary: str) -> bytes:
    """Write multipart/form-data (RFC 7578)."""
    lines: list[bytes] = []
    for name, value, file in parts:
        head = f'Content-Disposition: form-data; name="{name}"'
        data = value.data if isinstance(value, Attachment) else value.encode("utf-8", "replace")
        if isinstance(value, Attachment):
            ending = value.media_type.removeprefix("image/")
            head += f'; filename="{file}.{ending}"\r\nContent-Type: {value.media_type}'
        lines += [f"--{boundary}".encode(), head.encode(), b"", data]
    return b"\r\n".join([*lines, f"--{boundary}--".encode(), b""])
