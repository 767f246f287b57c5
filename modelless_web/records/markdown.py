"""What a model says, as HTML that can't do harm."""

import re
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

TAGS: Final = {
    *("p", "br", "hr", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code"),
    *("em", "strong", "s", "a", "table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES: Final = {"a": {"href"}, "ol": {"start"}}
# The page's own headings end at the third level; an answer's begin there.
HEADINGS: Final = {"h1": "h3", "h2": "h4", "h3": "h5", "h4": "h6", "h5": "h6", "h6": "h6"}
_HEADING: Final = re.compile(r"<(/?)(h[1-6])>")
_PICTURE: Final = re.compile(r"!\[[^\[\]]*+\]\((?:[^()]|\([^()]*+\))*+\)")


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(
        ["table", "strikethrough"]
    )


def to_html(text: str) -> SafeString:
    """Render Markdown without HTML, pictures or relative links; nh3 has the last word."""
    rendered = _parser().render(_PICTURE.sub("", text).strip())
    lowered = _HEADING.sub(lambda m: f"<{m[1]}{HEADINGS[m[2]]}>", rendered)
    clean = nh3.clean(
        lowered,
        tags=TAGS,
        attributes=ATTRIBUTES,
        attribute_filter=_only_absolute_links,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow ugc",
    )
    return mark_safe(clean)  # noqa: S308 - cleaned in the line above


def _only_absolute_links(tag: str, attribute: str, value: str) -> str | None:
    if tag == "a" and attribute == "href":
        parts = urlsplit(value)
        if parts.scheme == "mailto" or (parts.scheme in {"http", "https"} and parts.netloc):
            return value
        return None
    return value
