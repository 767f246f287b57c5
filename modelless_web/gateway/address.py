"""Where a gateway is: the address as people paste it, and as calls need it."""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import urlsplit, urlunsplit

_VERSION = re.compile(r"/v\d+\w*\Z")


@dataclass(frozen=True)
class Address:
    """Where a gateway is, and the key to it."""

    base_url: str
    key: str = field(repr=False)


@lru_cache(maxsize=256)
def normalise(base_url: str) -> str:
    """Return the base address as calls need it, without a slash at its end.

    Mends what people paste: blanks, a missing scheme, a whole endpoint, /v1 doubled or left out.
    Raises ValueError with a sentence when it is no web address.
    """
    text = base_url.strip()
    if "://" not in text:
        text = f"https://{text}"
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("The gateway's address must begin with https:// or http://.")
    if "@" in parts.netloc:
        raise ValueError("The gateway's address must not contain a user name or a key.")
    steps = [step for step in parts.path.split("/") if step]
    for ending in (["chat", "completions"], ["images", "generations"], ["models"]):
        if steps[-len(ending) :] == ending:
            del steps[-len(ending) :]
    while steps[-2:] == ["v1", "v1"]:
        steps.pop()
    return urlunsplit((parts.scheme, parts.netloc, "/" + "/".join(steps or ["v1"]), "", ""))


@lru_cache(maxsize=256)
def root(base_url: str) -> str:
    """Return what the base address stands on: the same without its version, such as ``/v1``.

    Raises ValueError like ``normalise``.
    """
    return _VERSION.sub("", normalise(base_url))
