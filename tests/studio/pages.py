"""What tests read off a page: its cards, its forms, its links."""

import html
import re
from collections.abc import Callable
from typing import Any, Final

from django.db import connection
from django.test.utils import CaptureQueriesContext

HTMX: Final = {"HX-Request": "true"}
RESTORING: Final = HTMX | {"HX-History-Restore-Request": "true"}


def text_of(response: Any) -> str:
    """The page as a person reads it, entities resolved, tags and all."""
    return html.unescape(response.content.decode())


def typed(response: Any, name: str) -> str:
    """What stands in an input, a select or a textarea of that name."""
    page = response.content.decode()
    area = re.search(rf'<textarea[^>]*name="{name}"[^>]*>\n?([^<]*)</textarea>', page)
    box = re.search(rf'<input[^>]*name="{name}"[^>]*?value="([^"]*)"', page)
    found = area or box
    return html.unescape(found[1]) if found else ""


def chosen_model(response: Any) -> str:
    """The name of the model that is selected."""
    found = re.search(r'<option value="\d+"[^>]* selected>([^<]*)<', response.content.decode())
    return found[1] if found else ""


def cards(response: Any) -> list[str]:
    """The ids of the generations that have a card or a cell here, in order."""
    found = re.findall(r'data-generation="([0-9a-f-]{36})"', response.content.decode())
    return list(dict.fromkeys(found))


def faults(response: Any) -> list[str]:
    """The sentences that say what is wrong."""
    page = response.content.decode()
    return [
        html.unescape(s)
        for s in re.findall(r'<p class="field-error"(?: id="\w+")?>([^<]+)</p>', page)
    ]


def links(response: Any, kind: str) -> list[str]:
    """The addresses behind links of that class."""
    found = re.findall(rf'<a class="{kind}" href="([^"]*)"', response.content.decode())
    return [html.unescape(address) for address in found]


def queries(visit: Callable[[], Any]) -> int:
    """How many queries a visit takes."""
    with CaptureQueriesContext(connection) as captured:
        visit()
    return len(captured)
