"""One exchange with a gateway, shown in parts: its times, choices, pictures and bytes."""

import zlib
from collections.abc import Iterable
from typing import Final, Literal

from django.db.models.functions import Length, Substr
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from modelless_web.backoffice import masks, pieces
from modelless_web.records.models import Generation, Transcript
from modelless_web.records.models.stored import StoredImage
from modelless_web.records.relations import inputs

MOST_BYTES: Final = 20_000
# Compressed, so that it holds what is shown even of bytes that do not compress.
MOST_STORED: Final = 64 * 1024


def timeline(row: Generation) -> SafeString | str:
    """The four times of a generation and the seconds since the first."""
    marks = {
        "Queued": row.queued_at,
        "First byte": row.first_byte_at,
        "Last byte": row.last_byte_at,
        "Saved": row.saved_at,
    }
    rows = [
        (
            name,
            f"{time:%Y-%m-%d %H:%M:%S.%f} UTC",
            pieces.seconds_text((time - row.queued_at).total_seconds()),
        )
        for name, time in marks.items()
        if time
    ]
    return pieces.table(rows, "Step", "Time", "Since queued")


def attempts(row: Generation) -> SafeString | str:
    """The attempts that failed, cost nothing, and were followed by another."""
    rows = [
        (
            f"{attempt.began_at:%H:%M:%S}",
            attempt.error_status or attempt.error_kind,
            attempt.error_message,
            pieces.seconds_text(attempt.waited),
        )
        for attempt in row.attempts.all()
    ]
    return pieces.table(rows, "Began", "Status", "Said", "Waited")


def choices(row: Generation) -> SafeString | str:
    """What each of the ``n`` answers said."""
    rows = [
        (
            choice.index + 1,
            choice.finish_reason or pieces.NOTHING,
            pieces.pre(choice.text),
            pieces.pre(choice.reasoning),
        )
        for choice in row.choices.all()
    ]
    return pieces.table(rows, "Choice", "Finish reason", "Text", "Reasoning")


def pictures(row: Generation) -> SafeString | str:
    """A preview of every picture, with what is known of it."""
    return _previews(
        (picture, f"Choice {picture.choice + 1}, {picture}", picture.trouble or _bytes(picture))
        for picture in row.pictures.all()
    )


def references(row: Generation) -> SafeString | str:
    """A preview of every picture that went along, in their order; the mask last, and named so."""
    if masks.is_hidden(row):
        return _previews((given, given, _bytes(given)) for given in row.references.all())
    mask = row.request.get("mask")
    return _previews(
        (given, f"Mask, {given}" if given.name == mask else given, _bytes(given))
        for given in inputs.given(row)
    )


def _previews(shown: Iterable[tuple[StoredImage, object, str]]) -> SafeString | str:
    """Pictures side by side, each with its page's name and one line more."""
    figures = format_html_join(
        "",
        "<figure>{}<figcaption>{}<br>{}</figcaption></figure>",
        ((pieces.preview(image), pieces.link(image, name), told) for image, name, told in shown),
    )
    return format_html('<div class="previews">{}</div>', figures) if figures else pieces.NOTHING


def _bytes(image: StoredImage) -> str:
    return pieces.bytes_text(image.size) if image.size else ""


def transcript(row: Generation, side: Literal["sent_zlib", "received_zlib"]) -> SafeString | str:
    """The first 20 kB of one side, decoded; no more of it leaves the database."""
    if masks.is_hidden(row):
        return masks.HIDDEN
    found = (
        Transcript.objects.filter(pk=row.pk)
        .values_list(Length(side), Substr(side, 1, MOST_STORED))
        .first()
    )
    if not found or not found[0]:
        return pieces.NOTHING
    stored, start = found
    reader = zlib.decompressobj()
    shown = reader.decompress(bytes(start), MOST_BYTES)
    if reader.eof:
        size = f"{len(shown):,} bytes"
    else:
        size = f"The first {len(shown):,} bytes; {pieces.bytes_text(stored)} compressed in all"
    text = pieces.pre(shown.decode(errors="replace"))
    return format_html('<p class="quiet">{}</p>{}', size, text)
