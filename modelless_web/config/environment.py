"""The environment, read once, typed, and refused with one plain sentence where it is nonsense.

Every variable is optional. The table in the README lists the same names; a test compares the two.
"""

import ipaddress
import math
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

Access = Literal["guests", "accounts"]

DEFAULT_BASE_URL = "https://api.modelless.co/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """What the operator set, with defaults filled in. Secrets stay out of the ``repr``."""

    base_url: str
    api_key: str = field(repr=False)
    host: str
    port: int
    data_dir: Path
    access: Access
    sharing: bool
    runs: int
    runs_per_person: int
    silence: float
    picture_silence: float
    longest_text: float
    longest_picture: float
    grace: float
    secret_key: str = field(repr=False)
    allowed_hosts: tuple[str, ...]
    picture_hosts: tuple[str, ...]
    database: dict[str, Any] = field(repr=False)
    redis_url: str = field(repr=False)

    @property
    def is_deployed(self) -> bool:
        """Whether the studio answers to public names, and so stands behind a TLS proxy."""
        return bool(self.allowed_hosts)


def read(environ: Mapping[str, str], *, project: Path) -> Environment:
    """Read ``environ``; relative paths start at ``project``.

    Raises ImproperlyConfigured with a sentence that names the variable and a way out.
    """
    host = environ.get("MODELLESS_HOST", "").strip() or "127.0.0.1"
    data_dir = project / (environ.get("MODELLESS_DATA_DIR", "").strip() or "data")
    return Environment(
        base_url=_http_url(environ, "MODELLESS_BASE_URL", DEFAULT_BASE_URL),
        api_key=environ.get("MODELLESS_API_KEY", "").strip(),
        host=host,
        port=_port(environ, "MODELLESS_PORT", 8000),
        data_dir=data_dir,
        access=_access(environ, host),
        sharing=_switch(environ, "MODELLESS_SHARING", "on"),
        silence=_seconds(environ, "MODELLESS_SILENCE", 120),
        picture_silence=_seconds(environ, "MODELLESS_PICTURE_SILENCE", 300),
        longest_text=_seconds(environ, "MODELLESS_LONGEST_TEXT", 900),
        longest_picture=_seconds(environ, "MODELLESS_LONGEST_PICTURE", 1_800),
        grace=_seconds(environ, "MODELLESS_GRACE", 20),
        runs=_count(environ, "MODELLESS_RUNS", 1_000),
        runs_per_person=_count(environ, "MODELLESS_RUNS_PER_PERSON", 100),
        secret_key=environ.get("MODELLESS_SECRET_KEY", "").strip(),
        allowed_hosts=_words(environ, "MODELLESS_ALLOWED_HOSTS"),
        picture_hosts=_words(environ, "MODELLESS_PICTURE_HOSTS"),
        database=_database(environ.get("DATABASE_URL", "").strip(), data_dir),
        redis_url=_redis_url(environ.get("REDIS_URL", "").strip()),
    )


def secret_file(path: Path, make: str | None = None) -> str:
    """Return the secret kept in ``path``, made on first use with mode 0600.

    ``make`` is the text to store if there is none yet; a random one by default.
    Raises ImproperlyConfigured if the folder can't be written.
    """
    try:
        if path.is_file():
            return path.read_text().strip()
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except OSError as error:
        raise ImproperlyConfigured(unwritable(path.parent, error)) from error
    with os.fdopen(descriptor, "w") as file:
        secret = make or secrets.token_urlsafe(50)
        file.write(secret + "\n")
    return secret


def unwritable(folder: Path, error: OSError) -> str:
    """Say that the data folder can't be written and what to do."""
    return (
        f"The data folder {folder} can't be written ({error.strerror or error}); "
        "make it writable or name another in MODELLESS_DATA_DIR."
    )


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server that listens on ``host``."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _access(environ: Mapping[str, str], host: str) -> Access:
    access = environ.get("MODELLESS_ACCESS", "").strip()
    if not access:
        return "guests" if is_loopback(host) else "accounts"
    if access not in {"guests", "accounts"}:
        raise ImproperlyConfigured(
            f"MODELLESS_ACCESS is {access!r}; it can be 'guests' or 'accounts'."
        )
    return cast(Access, access)


def _switch(environ: Mapping[str, str], name: str, default: str) -> bool:
    text = environ.get(name, "").strip() or default
    if text not in {"on", "off"}:
        raise ImproperlyConfigured(f"{name} is {text!r}; it can be 'on' or 'off'.")
    return text == "on"


def _http_url(environ: Mapping[str, str], name: str, default: str) -> str:
    url = environ.get(name, "").strip() or default
    try:
        is_web_address = urlsplit(url).scheme in {"http", "https"} and bool(urlsplit(url).hostname)
    except ValueError:
        is_web_address = False
    if not is_web_address:
        raise ImproperlyConfigured(f"{name} is {url!r}; it must be an http(s) address.")
    return url


def _port(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name, "").strip() or str(default)
    if not text.isdecimal() or not 0 <= int(text) <= 65535:  # noqa: PLR2004 - the range of TCP ports
        raise ImproperlyConfigured(f"{name} is {text!r}; it must be a port from 0 to 65535.")
    return int(text)


def _count(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name, "").strip() or str(default)
    if not text.isdecimal() or not int(text):
        raise ImproperlyConfigured(f"{name} is {text!r}; it must be a whole number from 1 on.")
    return int(text)


def _seconds(environ: Mapping[str, str], name: str, default: float) -> float:
    text = environ.get(name, "").strip() or str(default)
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds < math.inf:
        raise ImproperlyConfigured(f"{name} is {text!r}; it must be a number of seconds.")
    return seconds


def _words(environ: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(word for word in environ.get(name, "").replace(",", " ").split() if word)


def _redis_url(url: str) -> str:
    if url and urlsplit(url).scheme not in {"redis", "rediss", "unix"}:
        raise ImproperlyConfigured("REDIS_URL must begin with redis://, rediss:// or unix://.")
    return url


def _database(url: str, data_dir: Path) -> dict[str, Any]:
    if not url:
        return _sqlite(data_dir / "studio.sqlite3")
    try:
        parts = urlsplit(url)
        port = str(parts.port or "")
    except ValueError as error:
        raise ImproperlyConfigured(f"DATABASE_URL can't be read: {error}.") from error
    if parts.scheme == "sqlite":
        # Some write three slashes and some four; two at the start would be another path.
        return _sqlite(Path("/" + unquote(parts.path).lstrip("/")))
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured("DATABASE_URL must begin with postgresql:// or sqlite:///.")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": port,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "pool": {"min_size": 2, "max_size": 20, "timeout": 10},
            **dict(parse_qsl(parts.query)),
        },
    }


def _sqlite(path: Path) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            # A deferred transaction that reads before it writes fails at once
            # under concurrency; an immediate one waits its turn.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA temp_store=MEMORY;"
                " PRAGMA mmap_size=67108864; PRAGMA journal_size_limit=67108864;"
                " PRAGMA cache_size=-2000"
            ),
        },
    }
