"""What carries an exchange: httpx on aiohttp's transport, and what its failures mean to a person.

Gateway reference, section 1.6.
"""

from typing import Final

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport

from .errors import GatewayError, Kind

KEEP_ALIVE: Final = 30.0


def make_http() -> httpx.AsyncClient:
    """Return the connections of a process: no proxies, cookies or redirects, no limit of 100."""
    trust = httpx.create_ssl_context(trust_env=False)

    def session() -> aiohttp.ClientSession:
        # The transport would read "no limit" as 100 connections; to aiohttp it is 0.
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEP_ALIVE, ssl=trust),
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
        )

    return httpx.AsyncClient(
        transport=AiohttpTransport(verify=trust, trust_env=False, client=session),
        trust_env=False,
        follow_redirects=False,
    )


TRANSPORT_ERRORS: Final = (
    httpx.HTTPError,
    httpx.StreamError,
    httpx.InvalidURL,
    aiohttp.ClientError,
    OSError,
    ValueError,
)
_NEVER_SENT: Final = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.InvalidURL,
    aiohttp.NonHttpUrlClientError,
    httpx.ConnectError,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.InvalidURL,
    httpx.LocalProtocolError,
    ValueError,
)


def explain(error: BaseException) -> GatewayError:
    """Return what a failure of the transport means to the person.

    The aiohttp transport calls every lost connection a connect timeout, so its cause decides.
    """
    cause = error.__cause__ if isinstance(error.__cause__, aiohttp.ClientError) else error
    if isinstance(cause, _NEVER_SENT):
        if isinstance(cause, TimeoutError):
            return GatewayError(Kind.TIMEOUT, "The gateway could not be reached in time.")
        return GatewayError(Kind.NETWORK, "The gateway could not be reached.", retryable=True)
    if isinstance(cause, httpx.ConnectTimeout):
        return GatewayError(Kind.TIMEOUT, "The gateway could not be reached in time.")
    if isinstance(cause, TimeoutError | httpx.TimeoutException):
        return GatewayError(Kind.TIMEOUT, "The gateway fell silent.", maybe_charged=True)
    if isinstance(cause, httpx.DecodingError):
        return GatewayError(
            Kind.UPSTREAM, "The answer was compressed in a broken way.", maybe_charged=True
        )
    return GatewayError(
        Kind.NETWORK,
        "The connection broke before the answer was complete.",
        maybe_charged=True,
        retryable=True,
    )
