"""What was searched for, marked where it stands."""

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator

from modelless_web.records.language.marking import excerpt
from modelless_web.records.language.query import Query

register = template.Library()

PLAIN, MARKED = "{}", "<mark>{}</mark>"


@register.simple_tag
def marked(text: str, query: Query | str, length: int) -> SafeString | str:
    """Some ``length`` characters of a text around the first match, with every match marked.

    Without a query, its beginning.
    """
    if not isinstance(query, Query) or not query.has_words:
        return Truncator(text).chars(length)
    pieces = excerpt(text, query, length)
    return mark_safe("".join(_piece(words, is_match=is_match) for words, is_match in pieces))  # noqa: S308 - each is escaped


def _piece(words: str, *, is_match: bool) -> SafeString:
    return format_html_join("", MARKED if is_match else PLAIN, [(words,)])
