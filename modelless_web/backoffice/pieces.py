"""Small pieces of HTML that several pages show. Everything from outside is escaped here."""

import json
from collections.abc import Sequence
from typing import Any, Final

from django.contrib.admin.utils import quote
from django.db.models import Model
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from modelless_web.backoffice import masks, thumbnails
from modelless_web.records.models import Picture
from modelless_web.records.models.stored import StoredImage

NOTHING: Final = "-"
MOST_SHOWN: Final = 100_000
LONGEST_STRING: Final = 20_000
KEPT_OF_LONG_STRING: Final = 200


def pre(text: str, most: int = MOST_SHOWN) -> SafeString | str:
    """The text as it is, in a box that scrolls; cut after ``most`` characters."""
    if not text:
        return NOTHING
    # A half of a surrogate pair is valid in JSON, and in no page.
    shown = text[:most].encode(errors="replace").decode()
    rest = len(text) - most
    note = format_html('<p class="quiet">{} more characters.</p>', f"{rest:,}") if rest > 0 else ""
    return format_html('<pre class="kept" tabindex="0">{}</pre>{}', shown, note)


def pretty(value: Any) -> SafeString | str:
    """A JSON value, indented; strings as long as whole pictures are shortened."""
    if not value:
        return NOTHING
    return pre(json.dumps(_shortened(value), indent=2, ensure_ascii=False))


def _shortened(value: Any) -> Any:
    match value:
        case dict():
            return {name: _shortened(item) for name, item in value.items()}
        case list():
            return [_shortened(item) for item in value]
        case str() if len(value) > LONGEST_STRING:
            return f"{value[:KEPT_OF_LONG_STRING]}… ({len(value):,} characters)"
    return value


def link(row: Model, text: object) -> SafeString:
    """A link to the page of a row."""
    name = f"admin:{row._meta.app_label}_{row._meta.model_name}_change"
    return format_html('<a href="{}">{}</a>', reverse(name, args=[quote(row.pk)]), text)


def preview(image: StoredImage | None, variant: str = "320", look: str = "") -> SafeString | str:
    """A thumbnail that leads to the original, or what became of the image."""
    if image is None:
        return NOTHING
    if not image.is_stored:
        return image.get_state_display() if isinstance(image, Picture) else NOTHING
    if masks.is_hidden(image):
        return masks.HIDDEN
    return format_html(
        '<a class="preview {}" href="{}">'
        '<img src="{}" alt="{}" width="{}" height="{}" loading="lazy"></a>',
        look,
        thumbnails.address(image, thumbnails.ORIGINAL),
        thumbnails.address(image, variant),
        _described(image),
        image.width,
        image.height,
    )


def _described(image: StoredImage) -> str:
    if isinstance(image, Picture):
        return image.alt[:200] or f"Picture {image.position + 1}"
    return str(image)


def table(rows: Sequence[tuple[object, ...]], *heads: str) -> SafeString | str:
    """A plain table, or a dash when there are no rows."""
    if not rows:
        return NOTHING
    head = format_html_join("", '<th scope="col">{}</th>', ((text,) for text in heads))
    body = format_html_join("", "<tr>{}</tr>", ((_cells(row),) for row in rows))
    return format_html(
        '<table class="plain"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>', head, body
    )


def _cells(row: tuple[object, ...]) -> SafeString:
    return format_html_join("", "<td>{}</td>", ((cell,) for cell in row))


def bytes_text(size: int) -> str:
    """A number of bytes as people read it."""
    return filesizeformat(size).replace("\xa0", " ")


def seconds_text(seconds: float | None) -> str:
    """A stretch of time as people read it."""
    return NOTHING if seconds is None else f"{seconds:,.2f} s"
