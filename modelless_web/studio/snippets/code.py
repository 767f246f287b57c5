"""A generation's request as code, for whichever page shows it."""

from typing import Any

from modelless_web.gateway.address import normalise
from modelless_web.gateway.attachments import NOTHING
from modelless_web.gateway.families import family_of
from modelless_web.records.models import Generation
from modelless_web.studio.snippets.languages import FORMS, LANGUAGES
from modelless_web.studio.snippets.request import Request


def code_of(row: Generation, slug: str) -> dict[str, Any]:
    """The request that was sent, written in a language; in the first for lack of a known one.

    Nothing, where the gateway's address is none that anything could be sent to.
    """
    known = FORMS if "image" in row.request else LANGUAGES
    language = known.get(slug) or next(iter(known.values()))
    try:
        call = family_of(row.model_kind).call_of(row.request, NOTHING)
        request = Request(normalise(row.gateway.base_url), call, row.request)
    except ValueError:
        return {}
    snippet = language.write(request)
    return {"language": language, "languages": known.values(), "snippet": snippet}
