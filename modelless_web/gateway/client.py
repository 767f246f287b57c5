"""The only I/O with a gateway: one request out, its reply in, block by block.

Gateway reference, sections 1.6, 8 and 9. No retries, no redirects, no cookies, no proxies from
the environment; what was sent and what came is kept byte for byte.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Final, Self

import httpx

from . import limits
from .address import Address, normalise, root
from .classify import request_id
from .errors import GatewayError, Kind
from .events import Event, Failed
from .transport import TRANSPORT_ERRORS, explain, make_http
from .veil import Veil
from .wire import billing, models, pricing
from .wire.call import Call, WireReader
from .wire.document import Document

CONNECT: Final = 10.0
WRITE: Final = 30.0
WRITE_BYTES: Final = 64 * 1024
AFTER_DONE: Final = 1.0
AFTER_DONE_BYTES: Final = 64 * 1024
AFTER_SETTLED: Final = 5.0
USER_AGENT: Final = "modelless-studio"
WITHHELD: Final = b"[Not kept: the answer spelled the gateway's key out, in pieces.]"


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait: without a byte, and for the whole exchange; seconds.

    A keep-alive ends a silence. Only ``longest`` ends a stream of nothing but keep-alives.
    """

    silence: float
    longest: float


PATIENCE: Final = Patience(silence=120.0, longest=900.0)
FOR_A_LIST: Final = Patience(silence=30.0, longest=60.0)


class Client:
    """All connections of this process to gateways. Use it as an async context manager."""

    def __init__(self) -> None:
        self._http = make_http()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._http.aclose()

    def exchange(
        self,
        address: Address,
        call: Call,
        reader: WireReader,
        patience: Patience = PATIENCE,
    ) -> "Exchange":
        """Return an exchange that has not begun; nothing is sent before it is iterated."""
        return Exchange(self._http, address, call, reader, patience)

    async def list_models(self, address: Address) -> list[models.Offer]:
        """Return the models on offer, sorted by id. Raises GatewayError."""
        return await self._read(address, models.CALL, models.read_models)

    async def list_prices(self, address: Address) -> pricing.PriceList:
        """Return what the models cost. Raises GatewayError, also where prices are not told."""
        return await self._read(address, pricing.CALL, pricing.read_prices)

    async def read_bill(self, address: Address) -> billing.Bill:
        """Return what the key may use and has used. Raises GatewayError, also where not told."""
        limit = await self._read(address, billing.SUBSCRIPTION, billing.read_limit)
        used = await self._read(address, billing.USAGE, billing.read_used)
        try:
            unit = await self._read(address, billing.STATUS, billing.read_unit)
        except GatewayError:
            unit = billing.IN_MONEY
        return billing.settle(limit, used, unit)

    async def _read[T](self, address: Address, call: Call, parse: Callable[[bytes], T]) -> T:
        document = Document(parse)
        async with self.exchange(address, call, document, FOR_A_LIST) as exchange:
            async for events in exchange:
                for event in events:
                    if isinstance(event, Failed):
                        raise event.error
        return document.content


class Exchange:
    """One request and its reply: an async iterator of lists of events, one list per block.

    Failures are never raised: they are the last event, `Failed`. Cancelling the task that waits
    here, leaving the `async with`, or `aclose()` closes the connection at once.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        address: Address,
        call: Call,
        reader: WireReader,
        patience: Patience,
    ) -> None:
        self.sent = b""
        self.received = bytearray()
        self.status = 0
        self.headers: Mapping[str, str] = {}
        self.request_id = ""
        self.first_byte_at: datetime | None = None
        self.last_byte_at: datetime | None = None
        self._http = http
        self._address = address
        self._veil = Veil(address.key.strip())
        self._call = call
        self._reader = reader
        self._patience = patience
        self._clock = asyncio.get_running_loop().time
        self._ends_at = self._clock() + patience.longest
        self._closing_at: float | None = None
        self._done_at_size: int | None = None
        self._response: httpx.Response | None = None
        self._blocks: AsyncIterator[bytes] | None = None
        self._opening: asyncio.Timeout | None = None
        self._is_writing = False
        self._head_size = 0
        self._is_over = False

    def __aiter__(self) -> Self:
        return self

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def __anext__(self) -> list[Event]:
        if self._is_over:
            raise StopAsyncIteration
        try:
            if self._blocks is None:
                self._blocks = await self._open()
            block = await self._next_block(self._blocks)
        except GatewayError as error:
            return await self._end(error)
        except TRANSPORT_ERRORS as error:
            return await self._end(self._explain(error))
        except BaseException:
            await self.aclose()
            raise
        if block is None:
            return await self._end(None)
        return self._reader.read(block)

    @property
    def transcript(self) -> bytes:
        """What was received and may be kept: without a body that spells the key in pieces."""
        if self._reader.has_hidden:
            return bytes(self.received[: self._head_size]) + WITHHELD
        return bytes(self.received)

    async def aclose(self) -> None:
        """Close the connection now; nothing more comes from this exchange."""
        self._is_over = True
        response, self._response, self._blocks = self._response, None, None
        if response is not None:
            await response.aclose()

    async def _open(self) -> AsyncIterator[bytes]:
        request = self._request()
        self.sent = _head_of(request) + self._call.record
        most = self._clock() + CONNECT + WRITE + self._patience.silence
        async with asyncio.timeout_at(min(most, self._ends_at)) as self._opening:
            response = await self._http.send(request, stream=True)
        self._opening = None
        self._response = response
        self.status = response.status_code
        self.headers = {
            name: self._veil.hide(value.encode()).decode()
            for name, value in response.headers.items()
        }
        self.request_id = request_id(self.headers)
        self.received += self._veil.hide(_status_and_headers(response))
        self._head_size = len(self.received)
        self._reader.begin(self.status, self.headers)
        if response.headers.get("content-encoding", "identity") == "identity":
            return aiter(response.stream)  # type: ignore[arg-type]
        return response.aiter_bytes()

    def _request(self) -> httpx.Request:
        key = self._address.key.strip()
        if not (key.isascii() and (not key or key.isprintable())) or " " in key:
            raise GatewayError(Kind.AUTH, "The key contains characters that no key can have.")
        try:
            base = root if self._call.is_at_root else normalise
            url = base(self._address.base_url) + self._call.path
            headers = {"Accept-Encoding": "identity", "User-Agent": USER_AGENT}
            headers |= self._call.headers
            if self._call.body:
                headers["Content-Length"] = str(len(self._call.body))
            if key:
                headers["Authorization"] = f"Bearer {key}"
            return httpx.Request(
                self._call.method,
                url,
                headers=headers,
                content=self._content(),
                extensions={"timeout": {"connect": CONNECT, "read": self._patience.silence}},
            )
        except (ValueError, httpx.InvalidURL) as error:
            raise GatewayError(Kind.NETWORK, str(error), retryable=False) from error

    def _content(self) -> bytes | AsyncIterator[bytes] | None:
        """The body: whole where the network takes it at once, else block by block."""
        body = self._call.body
        return self._in_blocks(body) if len(body) > WRITE_BYTES else body or None

    async def _in_blocks(self, body: bytes) -> AsyncIterator[bytes]:
        """The transport has no limit of its own for a peer that stops reading."""
        self._is_writing = True
        for start in range(0, len(body), WRITE_BYTES):
            self._allow(WRITE)
            yield body[start : start + WRITE_BYTES]
        self._is_writing = False
        self._allow(self._patience.silence)

    def _allow(self, seconds: float) -> None:
        """Give what is under way so long from now."""
        if self._opening and not self._opening.expired():
            self._opening.reschedule(min(self._clock() + seconds, self._ends_at))

    async def _next_block(self, blocks: AsyncIterator[bytes]) -> bytes | None:
        """Return the next bytes, or None at the end of the answer."""
        closing_at = self._patience_ends()
        if closing_at is not None and (closing_at < self._clock() or self._has_surplus()):
            return None
        try:
            async with asyncio.timeout_at(min(closing_at or self._ends_at, self._ends_at)):
                block = await anext(blocks)
        except StopAsyncIteration:
            return None
        except TimeoutError:
            if closing_at is not None:
                return None
            raise
        block = self._veil.read(block)
        self._take(block)
        return block

    def _patience_ends(self) -> float | None:
        """When to stop waiting for more of an answer that is whole; None while it is not."""
        if self._reader.done and self._done_at_size is None:
            self._done_at_size = len(self.received)
            self._closing_at = self._clock() + AFTER_DONE
        elif self._reader.settled and self._closing_at is None:
            self._closing_at = self._clock() + AFTER_SETTLED
        return self._closing_at

    def _has_surplus(self) -> bool:
        """Whether more followed than a stream's last words: a reader that gave up is flooded."""
        since = self._done_at_size
        return since is not None and len(self.received) - since > AFTER_DONE_BYTES

    def _take(self, block: bytes) -> None:
        self.received += block
        self.last_byte_at = datetime.now(UTC)
        if self.first_byte_at is None:
            self.first_byte_at = self.last_byte_at
        if len(self.received) - self._head_size > limits.ANSWER_BYTES:
            raise GatewayError(
                Kind.UPSTREAM, "The answer was larger than the studio accepts.", maybe_charged=True
            )

    def _explain(self, error: BaseException) -> GatewayError:
        """Say why the exchange broke off: its longest time was over, or what the transport says."""
        if self._clock() < self._ends_at:
            if self._is_writing and isinstance(error, TimeoutError):
                return GatewayError(
                    Kind.TIMEOUT, "The gateway stopped reading before it had the whole request."
                )
            return explain(error)
        minutes = self._patience.longest / 60
        words = f"The answer was not complete after {minutes:.3g} minutes."
        return GatewayError(Kind.TIMEOUT, words, maybe_charged=bool(self.sent))

    async def _end(self, broken: GatewayError | None) -> list[Event]:
        if broken is not None and not broken.status:
            broken.status = self.status or None
            broken.request_id = self.request_id
        rest = self._veil.close()
        self.received += rest
        events = [*(self._reader.read(rest) if rest else ()), *self._reader.close(broken)]
        for event in events:
            if isinstance(event, Failed):
                event.error.hide(self._address.key.strip())
        await self.aclose()
        return events


def _head_of(request: httpx.Request) -> bytes:
    """Return the head of the request as it goes out, without the key."""
    target = request.url.raw_path
    lines = [b"%s %s HTTP/1.1" % (request.method.encode(), target)]
    # The transport writes names in lower case.
    for name, value in ((name.lower(), value) for name, value in request.headers.raw):
        shown = b"Bearer ***" if name == b"authorization" else value
        lines.append(b"%s: %s" % (name, shown))
    return b"\r\n".join([*lines, b"", b""])


def _status_and_headers(response: httpx.Response) -> bytes:
    lines = [f"HTTP/1.1 {response.status_code} {response.reason_phrase}".rstrip().encode()]
    lines += [b"%s: %s" % (name, value) for name, value in response.headers.raw]
    return b"\r\n".join([*lines, b"", b""])
