"""The pictures' bytes, for their owner only."""

import asyncio
from collections.abc import AsyncIterator
from typing import IO, Final
from uuid import UUID

from django.core.files.storage import default_storage
from django.http import (
    Http404,
    HttpRequest,
    HttpResponseBase,
    HttpResponseNotModified,
    StreamingHttpResponse,
)
from django.views.decorators.http import require_safe

from modelless_web.records.models import Picture
from modelless_web.studio.requests import StudioRequest, own_picture

BLOCK: Final = 64 * 1024


@require_safe
def picture(request: StudioRequest, pk: UUID, variant: str) -> HttpResponseBase:
    """One picture: the original bytes as received, or a thumbnail of 320 or 640 px."""
    return respond(request, own_picture(request, pk), variant)


def respond(request: HttpRequest, row: Picture, variant: str) -> HttpResponseBase:
    """Answer with the bytes of a picture that the caller has found this person may see.

    In async blocks: Django would otherwise read the whole file into memory. Raises Http404.
    """
    file = _open(row, variant)
    tag = f'"{row.sha256}-{variant}"'
    if request.headers.get("If-None-Match") == tag:
        file.close()
        return _lasting(HttpResponseNotModified(), tag)
    response = StreamingHttpResponse(
        _blocks(file), content_type=row.media_type if variant == "original" else "image/webp"
    )
    response["Content-Length"] = str(file.size)  # type: ignore[attr-defined]
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    kind = "attachment" if "download" in request.GET else "inline"
    extension = row.media_type.removeprefix("image/") if variant == "original" else "webp"
    response["Content-Disposition"] = f'{kind}; filename="{row.pk}.{extension}"'
    return _lasting(response, tag)


def _lasting[T: HttpResponseBase](response: T, tag: str) -> T:
    """Let the person's own browser keep it for a year: the bytes behind a tag never change."""
    response["ETag"] = tag
    response["Cache-Control"] = "private, max-age=31536000, immutable"
    return response


def _open(row: Picture, variant: str) -> IO[bytes]:
    if not row.is_stored:
        raise Http404
    name = row.original_name if variant == "original" else row.thumbnail_name(int(variant))
    try:
        return default_storage.open(name)
    except FileNotFoundError as error:
        raise Http404 from error


async def _blocks(file: IO[bytes]) -> AsyncIterator[bytes]:
    try:
        while block := await asyncio.to_thread(file.read, BLOCK):
            yield block
    finally:
        file.close()
