"""The pictures' bytes, for their owner only."""

import asyncio
from collections.abc import AsyncIterator
from typing import IO, Final
from uuid import UUID

from django.core.files.storage import default_storage
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotModified,
    StreamingHttpResponse,
)
from django.views.decorators.http import require_safe

from modelless_web.records.models import Generation, Sketch
from modelless_web.records.models.stored import MEDIA_TYPES, StoredImage
from modelless_web.studio.requests import StudioRequest, own_picture

BLOCK: Final = 64 * 1024
UNKNOWN: Final = "application/octet-stream"


@require_safe
def picture(request: StudioRequest, pk: UUID, variant: str) -> HttpResponseBase:
    """One picture: the original bytes as received, or a thumbnail of 320 or 640 px."""
    return respond(request, own_picture(request, pk), variant)


@require_safe
def sketch(request: StudioRequest, pk: UUID, choice: int, number: int) -> HttpResponse:
    """A picture as far as it is painted: never changed under its number, and soon gone."""
    mine = Generation.objects.visible_to(request.user).filter(pk=pk)
    row = Sketch.objects.filter(generation__in=mine, choice=choice, number=number).first()
    if row is None:
        raise Http404
    return _guarded(HttpResponse(bytes(row.webp), content_type="image/webp"), f'"{pk}-{number}"')


def respond(
    request: HttpRequest, row: StoredImage, variant: str, *, name: str = ""
) -> HttpResponseBase:
    """Answer with the bytes of a picture that the caller has found this person may see.

    A file of it is called by ``name``, or by its id. In async blocks: Django would otherwise read
    the whole file into memory. Raises Http404.
    """
    file = _open(row, variant)
    tag = f'"{row.sha256}-{variant}"'
    if request.headers.get("If-None-Match") == tag:
        file.close()
        return _guarded(HttpResponseNotModified(), tag)
    kind, ending = _kind(row, variant)
    response = StreamingHttpResponse(_blocks(file), content_type=kind)
    response["Content-Length"] = str(file.size)  # type: ignore[attr-defined]
    is_shown = "download" not in request.GET and kind != UNKNOWN
    shown = "inline" if is_shown else "attachment"
    response["Content-Disposition"] = f'{shown}; filename="{name or row.pk}.{ending}"'
    return _guarded(response, tag)


def _kind(row: StoredImage, variant: str) -> tuple[str, str]:
    """The type to tell a browser and the ending of a file; never one that can hold a script.

    A row says what the store has seen in the bytes, but rows are restored from files, too.
    """
    kind = row.media_type if variant == "original" else "image/webp"
    return (kind, kind.removeprefix("image/")) if kind in MEDIA_TYPES else (UNKNOWN, "bin")


def _guarded[T: HttpResponseBase](response: T, tag: str) -> T:
    """Let the person's own browser keep it for a year: the bytes behind a tag never change.

    A browser takes over what a "not modified" says, so that says it all once more.
    """
    response["ETag"] = tag
    response["Cache-Control"] = "private, max-age=31536000, immutable"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _open(row: StoredImage, variant: str) -> IO[bytes]:
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
