"""Pictures are fetched the moment an answer ends: their links do not live long.

The second of the two places that do I/O with the outside. The key is never sent along.
"""

import asyncio
import ipaddress
import logging
import socket
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urljoin, urlsplit

import httpx
from django.utils import timezone
from httpx_aiohttp import AiohttpTransport

from modelless_web.records.models import Picture
from modelless_web.records.store import Kept, NotAPictureError, keep

logger = logging.getLogger(__name__)

MOST_BYTES: Final = 32 * 1024 * 1024
MOST_SECONDS: Final = 60.0
MOST_REDIRECTS: Final = 3
PAUSES: Final = (0.5, 2.0)
TRANSLATED: Final = ipaddress.ip_network("64:ff9b::/96")
GONE: Final = frozenset({400, 401, 403, 404, 410, 451})


class UnreachableError(Exception):
    """This attempt failed; the message says why. ``is_final`` if another would too."""

    def __init__(self, reason: str, *, is_final: bool = False) -> None:
        super().__init__(reason)
        self.is_final = is_final


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one picture."""

    kept: Kept | None
    attempts: int
    trouble: str
    at: datetime


class Rescuer:
    """Fetches, checks and stores pictures. Use it as an async context manager."""

    def __init__(self) -> None:
        self._http = httpx.AsyncClient(
            transport=AiohttpTransport(limits=httpx.Limits(max_connections=None)),
            timeout=httpx.Timeout(20.0, connect=10.0),
            follow_redirects=False,
            trust_env=False,
            headers={"User-Agent": "modelless-studio", "Accept": "image/*"},
        )
        # Memory: pixels times four for each picture being decoded at once.
        self._decoding = asyncio.Semaphore(2)

    async def __aenter__(self) -> "Rescuer":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def rescue(self, url: str, data: bytes, trusted_origin: str) -> Outcome:
        """Bring one picture to safety, from its bytes or its address; never raises.

        ``trusted_origin`` is the gateway's own ``host:port``, which the operator allowed and
        which may be on this machine; every other address must be public.
        """
        attempts, trouble = 0, ""
        for pause in (0.0, *PAUSES):
            await asyncio.sleep(pause)
            attempts += 1
            try:
                received = data or await self._fetch(url, trusted_origin)
                async with self._decoding:
                    kept = await asyncio.to_thread(keep, received)
                return Outcome(kept, attempts, "", timezone.now())
            except NotAPictureError as error:
                trouble = f"What came is not a picture: {error}."
                break
            except UnreachableError as error:
                trouble = str(error)
                if error.is_final:
                    break
            except OSError as error:
                trouble = f"The picture could not be stored: {error.strerror or error}."
                logger.error(trouble)
        return Outcome(None, attempts, trouble, timezone.now())

    async def _fetch(self, url: str, trusted_origin: str) -> bytes:
        try:
            async with asyncio.timeout(MOST_SECONDS):
                for _ in range(MOST_REDIRECTS + 1):
                    await check_address(url, trusted_origin)
                    async with self._http.stream("GET", url) as response:
                        if response.is_redirect:
                            url = urljoin(url, response.headers.get("location", ""))
                            continue
                        return await _body(response)
        except TimeoutError as error:
            raise UnreachableError(f"It took more than {MOST_SECONDS:.0f} seconds.") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise UnreachableError(f"The connection failed ({type(error).__name__}).") from error
        raise UnreachableError("It was redirected too often.", is_final=True)


async def _body(response: httpx.Response) -> bytes:
    if response.status_code != httpx.codes.OK:
        raise UnreachableError(
            f"Its server answered {response.status_code}.",
            is_final=response.status_code in GONE,
        )
    body = bytearray()
    async for block in response.aiter_bytes():
        body += block
        if len(body) > MOST_BYTES:
            raise UnreachableError("It is larger than 32 MiB.", is_final=True)
    return bytes(body)


async def check_address(url: str, trusted_origin: str) -> None:
    """Raise UnreachableError unless ``url`` is the gateway's own or its addresses are public."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise UnreachableError("Its address is not a web address.", is_final=True)
    if parts.netloc.lower() == trusted_origin.lower():
        return
    try:
        found = await asyncio.get_running_loop().getaddrinfo(
            parts.hostname, parts.port or 443, type=socket.SOCK_STREAM
        )
    except OSError as error:
        raise UnreachableError("Its host is unknown.") from error
    if not all(_is_public(str(entry[4][0])) for entry in found):
        raise UnreachableError("Its address is not a public one.", is_final=True)


def _is_public(text: str) -> bool:
    address = ipaddress.ip_address(text)
    # A translator's addresses are global themselves and carry any IPv4 address.
    return address.is_global and not address.is_multicast and address not in TRANSLATED


def record(picture: Picture, outcome: Outcome) -> None:
    """Write what became of a picture."""
    picture.attempts += outcome.attempts
    picture.trouble = outcome.trouble
    picture.settled_at = outcome.at
    if outcome.kept is None:
        picture.state = Picture.State.LOST
    else:
        picture.state = Picture.State.STORED
        kept = outcome.kept
        picture.sha256, picture.media_type, picture.size = kept.sha256, kept.media_type, kept.size
        picture.width, picture.height, picture.colour = kept.width, kept.height, kept.colour
    picture.save()
