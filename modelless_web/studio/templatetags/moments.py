"""Times: UTC from the server, the reader's own once a script is there."""

from datetime import datetime

from django import template
from django.utils.dateformat import format as format_date
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

STYLES = {
    "minute": "H:i",
    "second": "H:i:s",
    "short": "j M, H:i",
    "long": "j M Y, H:i",
    "full": "j M Y, H:i:s",
}


@register.simple_tag
def moment(at: datetime | None, style: str = "short") -> SafeString:
    """Show a UTC time in one of ``STYLES``; a dash stands for a time that has not come."""
    if at is None:
        return SafeString("&ndash;")
    return format_html(
        '<time datetime="{}" data-local="{}">{} UTC</time>',
        at.isoformat(timespec="seconds"),
        style,
        format_date(at, STYLES[style]),
    )
