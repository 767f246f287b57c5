"""What a link to a picture says about itself, without a look at where it leads."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import parse_qs, urlsplit

# In JSON inside of text an ampersand may be written by its number.
_LINK: Final = re.compile(r"""https?://(?:[^\s"'<>()\[\]{}|\\^`]|\\u0026)+""", re.IGNORECASE)
_FIRST_YEAR: Final = 2015
_LAST_YEAR: Final = 2100


def deadline(url: str) -> datetime | None:
    """Return when a signed link dies, or None where it does not say.

    Azure says it as ``se`` (ISO 8601), S3 and its kin as ``Expires`` (Unix seconds) or as
    ``X-Amz-Date`` and ``X-Amz-Expires`` (seconds), Discord as ``ex`` (Unix seconds, hexadecimal).
    """
    try:
        query = parse_qs(urlsplit(url).query)
    except ValueError:
        return None
    said = {name.lower(): values[0] for name, values in query.items()}
    found = (
        _iso(said.get("se", "")),
        _since(said, "x-amz"),
        _since(said, "x-goog"),
        _since(said, "x-oss"),
        _unix(said.get("expires", "")),
        _unix(said.get("ex", ""), base=16) if "hm" in said else None,
    )
    return next((moment for moment in found if moment), None)


def bare(url: str) -> str:
    """Return where a link leads, without what lets somebody in; nothing if it can't be read."""
    try:
        parts = urlsplit(url)
        place = parts.netloc.rpartition("@")[2]
        told = parts._replace(netloc=place, query="", fragment="").geturl()
        # What is left may be no address any more.
        urlsplit(told)
    except ValueError:
        return ""
    return told


def unsigned(text: str) -> str:
    """Return the same text, but that the signed links in it have lost their signatures."""
    return _LINK.sub(_unsigned, text) if "://" in text else text


def _unsigned(link: re.Match[str]) -> str:
    plain = link[0].replace("&amp;", "&").replace("\\u0026", "&")
    return bare(link[0]) if deadline(plain) else link[0]


def _iso(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return _sane(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _since(said: dict[str, str], prefix: str) -> datetime | None:
    signed, seconds = said.get(f"{prefix}-date", ""), said.get(f"{prefix}-expires", "")
    if not signed or not seconds.isdecimal():
        return _unix(seconds)
    begun = _iso(signed)
    try:
        return _sane(begun + timedelta(seconds=int(seconds))) if begun else None
    except (ValueError, OverflowError):
        return None


def _unix(text: str, base: int = 10) -> datetime | None:
    try:
        return _sane(datetime.fromtimestamp(int(text, base), UTC))
    except (ValueError, OverflowError, OSError):
        return None


def _sane(moment: datetime) -> datetime | None:
    return moment if _FIRST_YEAR <= moment.year <= _LAST_YEAR else None
