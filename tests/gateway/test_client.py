"""The client against a real socket that plays scripts."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import httpx
import pytest

from modelless_web.gateway import client as client_module
from modelless_web.gateway import limits
from modelless_web.gateway.address import Address
from modelless_web.gateway.client import Client, Exchange, Patience
from modelless_web.gateway.errors import GatewayError
from modelless_web.gateway.events import Event
from modelless_web.gateway.parameters import Chat, Message
from modelless_web.gateway.transport import TRANSPORT_ERRORS, explain
from modelless_web.gateway.wire import chat
from modelless_web.gateway.wire.call import Call
from modelless_web.gateway.wire.models import Offer
from tests.gateway.folding import Folded, a_reader, fold
from tests.support.recordings import chunk, stream
from tests.support.upstream import HANG, RESET, Step, Upstream, head, reply, upstream

KEY = "sk-abcdef1234567890"
CALL = chat.build(Chat(model="m", messages=(Message(role="user", content="hi"),)))
BODY = stream("Hello ", "there")


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with Client() as made:
        yield made


def begin(
    client: Client,
    up: Upstream,
    *,
    silence: float = 5,
    longest: float = 60,
    choices: int | None = None,
    call: Call = CALL,
) -> Exchange:
    reader, patience = a_reader(choices), Patience(silence, longest)
    return client.exchange(Address(up.url, KEY), call, reader, patience)


def saying(words: str) -> Call:
    return chat.build(Chat(model="m", messages=(Message(role="user", content=words),)))


@asynccontextmanager
async def deaf(answer: list[Step] | None = None) -> AsyncIterator[str]:
    """The address of a server that reads no body; it may answer all the same."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for step in answer or ():
            await reader.read(100)
            writer.write(step)  # type: ignore[arg-type]
        await over.wait()
        writer.close()

    over = asyncio.Event()
    server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=1024)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    over.set()
    server.close()


async def drain(exchange: Exchange) -> Folded:
    events: list[Event] = []
    async for some in exchange:
        events += some
    return fold(events)


async def play(client: Client, *script: Step, silence: float = 5) -> Folded:
    async with upstream(script) as up:
        return await drain(begin(client, up, silence=silence))


async def test_a_stream_arrives_whole(client: Client) -> None:
    folded = await play(client, head(), BODY)
    assert (folded.text, folded.kind) == ({0: "Hello there"}, "")


async def test_a_stream_in_single_bytes_arrives_whole(client: Client) -> None:
    bytes_ = [BODY[at : at + 1] for at in range(len(BODY))]
    assert (await play(client, head(), *bytes_)).text == {0: "Hello there"}


async def test_what_was_sent_is_kept_without_the_key(client: Client) -> None:
    async with upstream([head(), BODY]) as up:
        exchange = begin(client, up)
        await drain(exchange)
        assert KEY.encode() in up.requests[0]
        sent, shown = (set(r.split(b"\r\n")) for r in (up.requests[0], exchange.sent))
        assert {line.replace(KEY.encode(), b"***").lower() for line in sent} == {
            line.lower() for line in shown
        }


async def test_what_came_is_kept_byte_for_byte(client: Client) -> None:
    async with upstream([head("200 OK", "text/event-stream", "X-Request-Id: r-1"), BODY]) as up:
        exchange = begin(client, up)
        await drain(exchange)
        top, _, body = bytes(exchange.received).partition(b"\r\n\r\n")
        assert top.startswith(b"HTTP/1.1 200 OK\r\n")
        assert body == BODY
        assert (exchange.status, exchange.request_id) == (200, "r-1")
        assert exchange.first_byte_at is not None
        assert exchange.last_byte_at is not None
        assert exchange.first_byte_at <= exchange.last_byte_at


async def test_a_key_that_is_quoted_back_is_not_kept(client: Client) -> None:
    body = f'{{"error":{{"message":"bad {KEY}"}}}}'.encode()
    async with upstream(reply(body, "401 Unauthorized")) as up:
        exchange = begin(client, up)
        folded = await drain(exchange)
        assert folded.kind == "auth"
        assert KEY.encode() not in exchange.received
        assert KEY not in str(folded.error)


async def test_a_connection_is_used_again(client: Client) -> None:
    async with upstream(reply(BODY, "200 OK", "text/event-stream")) as up:
        for _ in range(3):
            await drain(begin(client, up))
        assert (up.connections, len(up.requests)) == (1, 3)


async def test_cookies_are_not_carried_from_one_call_to_the_next(client: Client) -> None:
    async with upstream(reply(BODY, "200 OK", "text/event-stream", "Set-Cookie: a=b")) as up:
        for _ in range(2):
            await drain(begin(client, up))
        assert b"cookie" not in up.requests[1].lower()


async def test_no_key_sends_no_authorization(client: Client) -> None:
    async with upstream([head(), BODY]) as up:
        await drain(client.exchange(Address(up.url, ""), CALL, a_reader()))
        assert b"authorization" not in up.requests[0].lower()


async def test_a_compressed_answer_is_read(client: Client) -> None:
    top = head("200 OK", "text/event-stream", "Content-Encoding: gzip")
    assert (await play(client, top, gzip.compress(BODY))).text == {0: "Hello there"}


@pytest.mark.parametrize(
    ("script", "kind", "charged"),
    [
        ([RESET], "network", True),
        ([head(), chunk({"content": "a"}), RESET], "truncated", True),
        ([b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n", BODY[:90], RESET], "network", True),
        ([b"not http\r\n\r\n"], "network", True),
        ([HANG], "timeout", True),
        ([head(), chunk({"content": "a"}), HANG], "timeout", True),
        ([head("302 Found", "text/html", "Location: https://o.example/")], "network", False),
        (reply(b"<html>", "502 Bad Gateway", "text/html"), "html", True),
        (reply(b"<html>", "200 OK", "text/html"), "html", False),
        (reply(b"", "429 Too Many Requests"), "rate", False),
        ([head(), b""], "empty", True),
    ],
)
async def test_a_failure_is_the_last_event(
    client: Client, script: list[Step], kind: str, charged: bool
) -> None:
    folded = await play(client, *script, silence=0.2)
    assert folded.kind == kind
    assert folded.error is not None
    assert folded.error.maybe_charged is charged


async def test_a_redirect_is_not_followed(client: Client) -> None:
    async with upstream([head("307 Temporary Redirect", "text/html", "Location: /v1/x")]) as up:
        await drain(begin(client, up))
        assert len(up.requests) == 1


@pytest.mark.parametrize(
    "address",
    [
        Address("http://127.0.0.1:1/v1", KEY),
        Address("http://name.invalid/v1", KEY),
        Address("not an address", KEY),
        Address("ftp://x.example/v1", KEY),
    ],
)
async def test_what_cannot_be_reached_was_not_charged(client: Client, address: Address) -> None:
    folded = await drain(client.exchange(address, CALL, a_reader()))
    assert folded.kind == "network"
    assert folded.error is not None
    assert not folded.error.maybe_charged


@pytest.mark.parametrize("key", ["schlüssel", "a\nb", "two words"])
async def test_a_key_that_no_key_can_be_is_refused_before_sending(client: Client, key: str) -> None:
    async with upstream([head(), BODY]) as up:
        folded = await drain(client.exchange(Address(up.url, key), CALL, a_reader()))
        assert (folded.kind, up.requests) == ("auth", [])


async def test_cancelling_closes_the_connection(client: Client) -> None:
    async with upstream([head(), chunk({"content": "a"}), HANG]) as up:
        task = asyncio.create_task(drain(begin(client, up)))
        await up.asked.wait()
        task.cancel()
        async with asyncio.timeout(5):
            await up.gone.wait()
        assert await asyncio.gather(task, return_exceptions=True)


async def test_cancelling_before_the_answer_closes_the_connection(client: Client) -> None:
    async with upstream([HANG]) as up:
        task = asyncio.create_task(drain(begin(client, up)))
        await up.asked.wait()
        task.cancel()
        async with asyncio.timeout(5):
            await up.gone.wait()


async def test_leaving_the_exchange_closes_the_connection(client: Client) -> None:
    async with upstream([head(), chunk({"content": "a"}), HANG]) as up:
        async with begin(client, up) as exchange:
            await anext(exchange)
        async with asyncio.timeout(5):
            await up.gone.wait()
        with pytest.raises(StopAsyncIteration):
            await anext(exchange)


@pytest.mark.parametrize(
    ("body", "choices"), [(BODY, None), (stream("Hello ", "there", done=False), 1)]
)
async def test_a_finished_answer_does_not_wait_for_the_connection(
    client: Client, monkeypatch: pytest.MonkeyPatch, body: bytes, choices: int | None
) -> None:
    monkeypatch.setattr(client_module, "AFTER_DONE", 0.1)
    monkeypatch.setattr(client_module, "AFTER_SETTLED", 0.1)
    async with upstream([head(), body, HANG]) as up:
        folded = await drain(begin(client, up, silence=60, choices=choices))
    assert (folded.text, folded.kind) == ({0: "Hello there"}, "")


async def test_an_answer_without_end_is_cut_off(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "ANSWER_BYTES", 5000)
    folded = await play(client, head(), *[chunk({"content": "a"})] * 200, HANG)
    assert folded.kind == "upstream"


async def test_what_follows_a_finished_answer_is_not_read_for_ever(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "AFTER_DONE", 0.1)
    chatter: list[Step] = [step for _ in range(400) for step in (b": more\n\n", 0.005)]
    async with upstream([head(), BODY, *chatter]) as up:
        folded = await drain(begin(client, up))
        assert not up.gone.is_set()
    assert (folded.text, folded.kind) == ({0: "Hello there"}, "")


async def test_what_floods_a_limit_is_not_read_to_its_end(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "TEXT_CHARACTERS", 1_000_000)
    flood: list[Step] = [head(), *[chunk({"content": "a" * 300_000})] * 500]
    async with upstream(flood) as up:
        exchange = begin(client, up)
        folded = await drain(exchange)
    assert folded.kind == "truncated"
    assert "grew beyond 1 million characters" in str(folded.error)
    assert len(exchange.received) < 10_000_000


async def test_a_whole_reply_beyond_its_limit_is_not_parsed(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "EVENT_BYTES", 100_000)
    nested: list[Step] = [head("200 OK", "application/json"), b'{"x":[', *[b"[]," * 10_000] * 50]
    async with upstream(nested) as up:
        folded = await drain(begin(client, up))
    assert "One piece of the answer was larger" in str(folded.error)


async def test_keep_alives_end_a_silence_but_not_the_time_of_the_whole_run(client: Client) -> None:
    keep_alives: list[Step] = [step for _ in range(200) for step in (b": PING\n\n", 0.02)]
    async with upstream([head(), *keep_alives, HANG]) as up:
        folded = await drain(begin(client, up, silence=0.3, longest=1))
    assert folded.error is not None
    assert "not complete after" in folded.error.message
    assert folded.error.maybe_charged


@pytest.mark.parametrize("script", [[HANG], [head(), chunk({"content": "a"}), HANG]])
async def test_the_longest_time_ends_a_silence_that_would_last_longer(
    client: Client, script: list[Step]
) -> None:
    async with upstream(script) as up:
        async with asyncio.timeout(30):
            folded = await drain(begin(client, up, silence=600, longest=0.3))
    assert folded.kind == "timeout"
    assert "not complete after" in str(folded.error)


@pytest.mark.parametrize("size", [1_000, 65_536, 65_537, 3_000_000])
async def test_a_body_of_any_size_arrives_whole_and_says_how_long_it_is(
    client: Client, size: int
) -> None:
    call = saying("x" * size)
    async with upstream([head(), BODY]) as up:
        folded = await drain(begin(client, up, call=call))
        top, _, body = up.requests[0].partition(b"\r\n\r\n")
    assert (folded.text, body) == ({0: "Hello there"}, call.body)
    assert b"content-length: %d" % len(body) in top.lower()
    assert b"transfer-encoding" not in top.lower()


async def test_a_gateway_that_stops_reading_is_not_waited_for_and_has_charged_nothing(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "WRITE", 0.2)
    async with deaf() as url:
        async with asyncio.timeout(30):
            reader = a_reader()
            call = saying("x" * 32_000_000)
            folded = await drain(client.exchange(Address(url, KEY), call, reader))
    assert folded.kind == "timeout"
    assert "stopped reading" in str(folded.error)
    assert folded.error
    assert folded.error.may_be_repeated


async def test_an_answer_that_comes_before_the_body_is_read_counts(client: Client) -> None:
    async with deaf(reply(b'{"error":{"message":"Too large"}}', "413 Too Large")) as url:
        call = saying("x" * 32_000_000)
        folded = await drain(client.exchange(Address(url, KEY), call, a_reader()))
    assert folded.error
    assert folded.error.status == 413


async def test_the_models_are_listed(client: Client) -> None:
    async with upstream(reply(b'{"data":[{"id":"b"},{"id":"a"}]}')) as up:
        assert await client.list_models(Address(up.url, KEY)) == [Offer("a"), Offer("b")]
        assert up.requests[0].startswith(b"GET /v1/models HTTP/1.1\r\n")


@pytest.mark.parametrize(
    "script", [reply(b'{"success":false,"message":"no"}'), reply(b"", "401 No"), [RESET]]
)
async def test_a_list_that_fails_raises(client: Client, script: list[Step]) -> None:
    async with upstream(script) as up:
        with pytest.raises(GatewayError):
            await client.list_models(Address(up.url, KEY))


def _exceptions(module: object, root: type[Exception]) -> list[type[Exception]]:
    found = [getattr(module, name) for name in dir(module)]
    return [e for e in found if isinstance(e, type) and issubclass(e, root)]


HTTPX = [
    *_exceptions(httpx, httpx.HTTPError),
    *_exceptions(httpx, httpx.StreamError),
    httpx.InvalidURL,
]
AIOHTTP = _exceptions(aiohttp, aiohttp.ClientError)


@pytest.mark.parametrize("kind", [*HTTPX, *AIOHTTP], ids=lambda kind: kind.__name__)
def test_every_transport_error_is_caught_and_explained(kind: type[Exception]) -> None:
    assert issubclass(kind, TRANSPORT_ERRORS)
    explained = explain(kind.__new__(kind))
    assert explained.kind.value in {"timeout", "network", "upstream"}


@pytest.mark.parametrize(
    ("cause", "kind", "charged"),
    [
        (aiohttp.ServerDisconnectedError, "network", True),
        (aiohttp.ClientOSError, "network", True),
        (aiohttp.ClientConnectorError, "network", False),
        (aiohttp.ConnectionTimeoutError, "timeout", False),
        (aiohttp.SocketTimeoutError, "timeout", True),
        (aiohttp.ClientPayloadError, "network", True),
    ],
)
def test_the_cause_decides_what_a_lost_connection_means(
    cause: type[Exception], kind: str, charged: bool
) -> None:
    error = httpx.ConnectTimeout("lost")
    error.__cause__ = cause.__new__(cause)
    explained = explain(error)
    assert (explained.kind.value, explained.maybe_charged) == (kind, charged)
