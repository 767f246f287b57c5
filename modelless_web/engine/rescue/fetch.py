"""Pictures from the outside, without being turned against the network that the studio runs in.

The second of the two places that do I/O with the outside. A name is resolved once, every address
that it has must be a public one, and the connection goes to an address that was checked; each
redirect is a new beginning. Neither the key nor a cookie is ever sent along.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Collection, Iterator
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import urljoin

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from yarl import URL

MOST_BYTES: Final = 32 * 1024 * 1024
MOST_SECONDS: Final = 60.0
MOST_REDIRECTS: Final = 3
LONGEST_URL: Final = 8_000
BLOCK: Final = 64 * 1024
PORTS: Final = frozenset({443, 8443})
GONE: Final = frozenset({400, 401, 403, 404, 410, 451})
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
OK: Final = 200
HEADERS: Final = {
    "User-Agent": "modelless-studio",
    "Accept": "image/*",
    "Accept-Encoding": "identity",
}
TIMEOUT: Final = aiohttp.ClientTimeout(total=MOST_SECONDS, sock_connect=10.0, sock_read=20.0)
# What carries an IPv4 address in its last bytes: translators, and the old transition schemes.
CARRIERS: Final = tuple(ipaddress.IPv6Network(text) for text in ("64:ff9b::/96", "::/96"))

type Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class UnreachableError(Exception):
    """This attempt failed; the message says why.

    ``is_final``: no other attempt can do better. ``is_gone``: its server says that there is
    nothing, which it may have said too early.
    """

    def __init__(self, reason: str, *, is_final: bool = False, is_gone: bool = False) -> None:
        super().__init__(reason)
        self.is_final = is_final
        self.is_gone = is_gone


class ForbiddenAddressError(OSError):
    """An address that is not a public one."""


class Fetcher:
    """Fetches pictures' bytes. Use it as an async context manager, in the loop that uses it."""

    def __init__(self, resolver: AbstractResolver | None = None) -> None:
        self._resolver = resolver

    async def __aenter__(self) -> Self:
        resolver = self._resolver or ThreadedResolver()
        self._public = _session(resolver=Guard(resolver), socket_factory=_public_socket)
        # The hosts that the operator allowed may be on this network.
        self._trusted = _session(resolver=resolver)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._public.close()
        await self._trusted.close()

    async def fetch(self, url: str, trusted: Collection[str]) -> bytes:
        """Return a picture's bytes, unchecked.

        ``trusted`` are the hosts that the operator allowed, the gateway's among them, each as
        ``host`` or ``host:port``, as it stands in links.

        Raises UnreachableError.
        """
        try:
            async with asyncio.timeout(MOST_SECONDS):
                for _ in range(MOST_REDIRECTS + 1):
                    found = await self._step(url, trusted)
                    if isinstance(found, bytes):
                        return found
                    url = found
        except TimeoutError as error:
            raise UnreachableError(f"It took more than {MOST_SECONDS:.0f} seconds.") from error
        except (aiohttp.InvalidURL, ValueError, UnicodeError) as error:
            raise UnreachableError("Its address is not a web address.", is_final=True) from error
        except (aiohttp.ClientError, OSError) as error:
            raise explain(error) from error
        raise UnreachableError("It was redirected too often.", is_final=True)

    async def _step(self, url: str, trusted: Collection[str]) -> bytes | str:
        """Ask one address: the bytes, or the address that it names instead."""
        address = parsed(url)
        session = self._trusted if may_be_asked(address, trusted) else self._public
        async with session.get(address, allow_redirects=False) as response:
            if response.status in REDIRECTS:
                return urljoin(url, response.headers.get("location", ""))
            if response.status != OK:
                raise UnreachableError(
                    f"Its server answered {response.status}.", is_gone=response.status in GONE
                )
            return await _body(response)


class Guard(AbstractResolver):
    """Resolves names, and refuses one that has any address which is not public."""

    def __init__(self, resolver: AbstractResolver) -> None:
        self._resolver = resolver

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return what the wrapped resolver found. Raises ForbiddenAddressError."""
        found = await self._resolver.resolve(host, port, family)
        if not found or not all(is_public(result["host"]) for result in found):
            raise ForbiddenAddressError(host)
        return found

    async def close(self) -> None:
        """Leave the wrapped resolver to who made it."""


def _session(**connector: Any) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, use_dns_cache=False, **connector),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        headers=HEADERS,
        timeout=TIMEOUT,
        trust_env=False,
    )


def _public_socket(info: tuple[Any, ...]) -> socket.socket:
    """Make the socket for one address; the last fence, and the only one for a bare address."""
    family, kind, protocol, _, place = info
    if not is_public(str(place[0])):
        raise ForbiddenAddressError(str(place[0]))
    return socket.socket(family=family, type=kind, proto=protocol)


async def _body(response: aiohttp.ClientResponse) -> bytes:
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise UnreachableError("It came compressed, though nobody asked for that.", is_final=True)
    if (response.content_length or 0) > MOST_BYTES:
        raise too_large()
    body = bytearray()
    async for block in response.content.iter_chunked(BLOCK):
        body += block
        if len(body) > MOST_BYTES:
            raise too_large()
    return bytes(body)


def too_large() -> UnreachableError:
    """Say that a picture is larger than is kept."""
    return UnreachableError(f"It is larger than {MOST_BYTES >> 20} MiB.", is_final=True)


def parsed(url: str) -> URL:
    """Return a web address as the transport reads it: one reader, so no two can differ.

    What is ASCII goes out as it came, since a signature may cover every sign of it.
    Raises UnreachableError or ValueError.
    """
    address = URL(url, encoded=url.isascii())
    is_odd = len(url) > LONGEST_URL or any(c <= " " or c in "\\\x7f" for c in url)
    if is_odd or address.scheme not in {"http", "https"} or not address.host:
        raise UnreachableError("Its address is not a web address.", is_final=True)
    if "@" in address.raw_authority:
        raise UnreachableError("Its address names a user, which none may.", is_final=True)
    return address


def may_be_asked(address: URL, trusted: Collection[str]) -> bool:
    """Whether the operator allowed this host. Raises UnreachableError where none may be asked.

    Everybody else is asked by https alone, at the ports where such servers stand.
    """
    if address.raw_authority.lower() in {host.lower() for host in trusted}:
        return True
    if address.scheme != "https" or address.port not in PORTS:
        raise UnreachableError("Its address is not one of a public https server.", is_final=True)
    return False


def is_public(text: str) -> bool:
    """Whether an address, and every one that it carries inside, can be reached by anybody."""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return "%" not in text and all(map(_is_global, _unwrapped(address)))


def _unwrapped(address: Address) -> Iterator[Address]:
    if isinstance(address, ipaddress.IPv4Address):
        yield address
        return
    inner = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    carried = [ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)]
    found = [one for one in inner if one] or (
        carried if any(address in network for network in CARRIERS) else []
    )
    yield from found or [address]


def _is_global(address: Address) -> bool:
    return address.is_global and not address.is_multicast and not address.is_reserved


def explain(error: Exception) -> UnreachableError:
    """Return what a failure of the transport means for a picture."""
    seen: BaseException | None = error
    while seen is not None:
        inner = getattr(seen, "os_error", None)
        if isinstance(seen, ForbiddenAddressError) or isinstance(inner, ForbiddenAddressError):
            return UnreachableError("Its address is not a public one.", is_final=True)
        seen = seen.__cause__ or seen.__context__
    return UnreachableError(f"The connection failed ({type(error).__name__}).")
