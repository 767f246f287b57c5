"""What is said when the database can't do its work: in plain words, with nothing typed lost."""

import sqlite3
import sys
from typing import Final

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string
from django.views import defaults

from modelless_web.studio.requests import is_admin, is_for_strangers, is_fragment

UNAVAILABLE: Final = 503
RETRY_AFTER: Final = 5
# https://www.sqlite.org/rescode.html: the low byte of a code is its kind.
KIND: Final = 0xFF
BUSY: Final = "is busy"
CAUSES: Final = {
    sqlite3.SQLITE_BUSY: BUSY,
    sqlite3.SQLITE_LOCKED: BUSY,
    sqlite3.SQLITE_FULL: "has no room left on its disk",
    sqlite3.SQLITE_READONLY: "can't be written to",
    sqlite3.SQLITE_IOERR: "can't be read or written",
    sqlite3.SQLITE_CANTOPEN: "can't be opened",
}


def stumbled(request: HttpRequest) -> HttpResponseBase:
    """Answer for what has failed: 503 where the database is hindered, else a plain 500."""
    cause = cause_of(sys.exception())
    if not cause:
        return defaults.server_error(request)
    fields = _fields(request)
    prompt = fields.pop("prompt", [""])[0]
    said = f"The studio's database {cause}{_rest(request, prompt)}"
    kind, body = "text/plain", said
    if not is_fragment(request):
        # Without the request: what surrounds a page would ask the database again.
        kind, body = "text/html", render_to_string("503.html", {
            "said": said,
            "address": request.get_full_path(),
            "is_post": request.method == "POST",
            "fields": fields,
            "prompt": prompt,
        })  # fmt: skip
    headers = {"Retry-After": str(RETRY_AFTER), "Cache-Control": "no-store"}
    if request.method == "GET":
        headers["Refresh"] = str(RETRY_AFTER)
    return HttpResponse(body, f"{kind}; charset=utf-8", UNAVAILABLE, headers=headers)


def cause_of(error: BaseException | None) -> str:
    """Say what hinders the database, or nothing if the error is of another kind."""
    if not isinstance(error, OperationalError):
        return ""
    code = getattr(error.__cause__, "sqlite_errorcode", 0) & KIND
    # SQLite calls a mistake in our own SQL the same as a database that can't be had.
    return "" if code == sqlite3.SQLITE_ERROR else CAUSES.get(code, "does not answer")


def _rest(request: HttpRequest, prompt: str) -> str:
    if prompt:
        return ", so nothing was sent. Your prompt is still here; try again."
    if request.method == "POST":
        return ", so this was not done. Try again in a moment."
    return ". Nothing is lost; this page tries again by itself."


def _fields(request: HttpRequest) -> dict[str, list[str]]:
    """What was typed, so that the page can send it once more; never a password or a key."""
    if request.method != "POST" or is_admin(request) or is_for_strangers(request):
        return {}
    return dict(request.POST.lists())
