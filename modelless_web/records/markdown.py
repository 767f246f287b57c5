"""What a model says, as HTML that can't do harm."""

import re
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

import nh3
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

TAGS: Final = {
    *("p", "br", "hr", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code"),
    *("em", "strong", "s", "a", "table", "thead", "tbody", "tr", "th", "td"),
}
# The empty set for all tags takes away what the cleaner would allow by itself.
ATTRIBUTES: Final[dict[str, set[str]]] = {"*": set(), "a": {"href"}, "ol": {"start"}}
# A card's own heading is of the second level; an answer's begin below it.
CARD_LEVEL: Final = 2
# Characters. The parser takes up to 12 µs for each, and a page waits for it.
LONGEST: Final = 100_000
DEEPEST_LEVEL: Final = 6
_PICTURE: Final = re.compile(r"!\[[^\[\]]*+\]\((?:[^()]|\([^()]*+\))*+\)")


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(
        ["table", "strikethrough"]
    )


def to_html(text: str) -> SafeString:
    """Render Markdown without HTML, pictures or relative links; nh3 has the last word.

    Of more than 100,000 characters it makes plain text.
    """
    if len(text) > LONGEST:
        return format_html("<pre>{}</pre>", text)
    parser = _parser()
    tokens = parser.parse(without_pictures(text))
    _lower_headings(tokens)
    clean = nh3.clean(
        parser.renderer.render(tokens, parser.options, {}),
        tags=TAGS,
        attributes=ATTRIBUTES,
        attribute_filter=_only_absolute_links,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow ugc",
    )
    return mark_safe(clean)  # noqa: S308 - cleaned in the line above


def without_pictures(text: str) -> str:
    """Leave out the pictures of an answer, which are shown by themselves."""
    return _PICTURE.sub("", text).strip()


def _lower_headings(tokens: list[Token]) -> None:
    """Hang the answer's headings under the card's, without leaving out a level."""
    used = sorted({token.tag for token in tokens if token.type == "heading_open"})
    level, before = CARD_LEVEL, CARD_LEVEL
    for token in tokens:
        if token.type == "heading_open":
            wanted = CARD_LEVEL + 1 + used.index(token.tag)
            level = before = min(wanted, before + 1, DEEPEST_LEVEL)
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{level}"


def _only_absolute_links(tag: str, attribute: str, value: str) -> str | None:
    if tag == "a" and attribute == "href":
        parts = urlsplit(value)
        if parts.scheme == "mailto" or (parts.scheme in {"http", "https"} and parts.netloc):
            return value
        return None
    return value
