"""Fetching a picture can't be turned against the network that the studio runs in."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from modelless_web.engine.rescue import fetch
from modelless_web.engine.rescue.fetch import Fetcher, UnreachableError, is_public

GATEWAY = "gateway.example"

# Addresses that lead, or may lead, to this machine or its network; {port} is the canary's.
HOSTS = [
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "127.255.255.254",
    "0",
    "0.0.0.0",  # noqa: S104 - asked for, not bound
    "2130706433",
    "0x7f000001",
    "0x7f.0.0.1",
    "0177.0.0.1",
    "017700000001",
    "127.0.0.1.",
    "localhost",
    "localhost.",
    "LOCALHOST",
    "localhost.localdomain",
    "ip6-localhost",
    "[::1]",
    "[::]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]",
    "[2002:c0a8:101::1]",
    "[2001:0:7f00:1::1]",
    "[fe80::1]",
    "[fe80::1%25lo]",
    "[fc00::1]",
    "[fd12:3456::1]",
    "[ff02::1]",
    "[2001:db8::1]",
    "[100::1]",
    "10.0.0.1",
    "10.255.255.255",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.0.192",
    "192.0.2.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "metadata.google.internal",
    "127.0.0.1.nip.example",
    "rebinding.example",
    "mixed.example",
    "①②⑦.⓪.⓪.①",
    "127。0。0。1",
]
WHOLE = [
    "http://pictures.example/a.png",
    "https://pictures.example:22/a.png",
    "https://pictures.example:6379/a.png",
    "https://pictures.example@127.0.0.1/a.png",
    "https://127.0.0.1:{port}#@pictures.example/a.png",
    "https://127.0.0.1:{port}\\@pictures.example/a.png",
    "https:\\\\127.0.0.1:{port}\\a.png",
    "//127.0.0.1:{port}/a.png",
    "///127.0.0.1:{port}/a.png",
    "https:///a.png",
    "https://",
    "https:127.0.0.1:{port}/a.png",
    "file:///etc/passwd",
    "file://127.0.0.1/etc/passwd",
    "gopher://127.0.0.1:{port}/_GET%20/",
    "dict://127.0.0.1:{port}/info",
    "ftp://127.0.0.1:{port}/a.png",
    "ldap://127.0.0.1:{port}/",
    "data:image/png;base64,AAAA",
    "javascript:alert(1)",
    "jar:https://127.0.0.1:{port}!/a.png",
    "unix:///var/run/docker.sock",
    "https://127.0.0.1:{port}/a.png\r\nHost: pictures.example",
    "https://pictures.example/a.png HTTP/1.1\r\nX: y",
    "https://[::1",
    "https://[/a.png",
    "https://pictures.example:99999/a.png",
    "https://pictures.example:port/a.png",
    "https://%31%32%37.0.0.1:{port}/a.png",
    "https://a.png\x00.example/",
    "https://" + "a" * 9_000,
    "",
]


class Names(AbstractResolver):
    """A resolver that lies: the first answer is public, every later one is this machine."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked.append(host)
        if host == "mixed.example":
            return [_result(host, ip, port) for ip in ("203.208.1.1", "127.0.0.1")]
        if host == "rebinding.example" and self.asked.count(host) == 1:
            return [_result(host, "203.208.1.1", port)]
        return [_result(host, "127.0.0.1", port)]

    async def close(self) -> None:
        """Nothing is held."""


def _result(host: str, ip: str, port: int) -> ResolveResult:
    return ResolveResult(hostname=host, host=ip, port=port, family=socket.AF_INET, proto=0, flags=0)


class Canary:
    """A port of this machine at which nobody may ever knock."""

    def __init__(self) -> None:
        self.knocks = 0
        self.port = 0

    async def knock(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.knocks += 1
        writer.close()


@pytest.fixture
async def canary(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Canary]:
    bird = Canary()
    server = await asyncio.start_server(bird.knock, "127.0.0.1", 0)
    bird.port = server.sockets[0].getsockname()[1]
    # Its port is one of those that may be asked, so that only its address stands in the way.
    monkeypatch.setattr(fetch, "PORTS", fetch.PORTS | {bird.port})
    yield bird
    server.close()


@pytest.fixture
async def fetcher(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Fetcher]:
    monkeypatch.setattr(fetch, "MOST_SECONDS", 3.0)
    async with Fetcher(Names()) as made:
        yield made


def hostile(port: int) -> list[str]:
    """Every address, ready to be asked."""
    urls = [f"{scheme}://{host}:{port}/a.png" for host in HOSTS for scheme in ("https", "http")]
    return urls + [url.replace("{port}", str(port)) for url in WHOLE]


@pytest.mark.faults
async def test_no_hostile_address_is_ever_connected_to(
    fetcher: Fetcher, canary: Canary, figures: Callable[..., None]
) -> None:
    urls = hostile(canary.port)
    assert len(urls) >= 60
    for url in urls:
        with pytest.raises(UnreachableError):
            await fetcher.fetch(url, {GATEWAY})
    assert canary.knocks == 0
    figures("hostile URLs", tried=len(urls), through=canary.knocks)


async def test_a_name_that_changes_its_mind_is_never_connected_to_here(
    fetcher: Fetcher, canary: Canary
) -> None:
    url = f"https://rebinding.example:{canary.port}/a.png"
    for _ in range(3):
        with pytest.raises(UnreachableError):
            await fetcher.fetch(url, {GATEWAY})
    assert canary.knocks == 0


async def test_a_name_is_resolved_once_for_a_connection(canary: Canary) -> None:
    names = Names()
    async with Fetcher(names) as made:
        with pytest.raises(UnreachableError):
            await made.fetch(f"https://once.example:{canary.port}/a.png", {GATEWAY})
    assert names.asked == ["once.example"]


@pytest.fixture
async def gateway() -> AsyncIterator[tuple[str, list[str]]]:
    """The gateway's own server: its ``host:port``, and where it redirects to, one by one."""
    targets: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        if request.path.startswith("/circle"):
            return web.Response(status=302, headers={"Location": "/circle"})
        if targets:
            return web.Response(status=302, headers={"Location": targets.pop(0)})
        return web.Response(body=b"picture", headers={"Set-Cookie": "a=b"})

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"127.0.0.1:{runner.addresses[0][1]}", targets
    await runner.cleanup()


async def test_the_gateways_own_address_may_be_asked(
    fetcher: Fetcher, gateway: tuple[str, list[str]]
) -> None:
    assert await fetcher.fetch(f"http://{gateway[0]}/a.png", {gateway[0]}) == b"picture"


async def test_every_redirect_is_a_new_beginning(
    fetcher: Fetcher, gateway: tuple[str, list[str]], canary: Canary
) -> None:
    origin, targets = gateway
    for url in hostile(canary.port):
        if not url.isprintable() or not url or len(url) > 1_000 or url.startswith("/"):
            continue
        targets.append(url)
        with pytest.raises(UnreachableError):
            await fetcher.fetch(f"http://{origin}/a.png", {origin})
    assert canary.knocks == 0


async def test_three_redirects_are_the_most(
    fetcher: Fetcher, gateway: tuple[str, list[str]]
) -> None:
    origin, targets = gateway
    targets += [f"http://{origin}/{number}" for number in range(3)]
    assert await fetcher.fetch(f"http://{origin}/a.png", {origin}) == b"picture"
    with pytest.raises(UnreachableError, match="too often"):
        await fetcher.fetch(f"http://{origin}/circle", {origin})


async def test_no_proxy_of_the_environment_is_asked(
    fetcher: Fetcher,
    gateway: tuple[str, list[str]],
    canary: Canary,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{canary.port}")
    await fetcher.fetch(f"http://{gateway[0]}/a.png", {gateway[0]})
    assert canary.knocks == 0


async def test_spellings_that_only_the_system_reads_are_refused_too(
    canary: Canary, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = [host for host in HOSTS if not any(c in "ghijklmnopqrstuvwyz" for c in host.lower())]
    async with Fetcher() as made:
        for host in ["localhost", *numbers]:
            with pytest.raises(UnreachableError):
                await made.fetch(f"https://{host}:{canary.port}/a.png", {GATEWAY})
    assert canary.knocks == 0


@pytest.mark.parametrize(
    ("link", "sent"),
    [
        ("/a%2Fb.png?sig=a%2Bb%2F%3D&t=%7E%3a", "/a%2Fb.png?sig=a%2Bb%2F%3D&t=%7E%3a"),
        ("/a//b/../c.png?x='(!)*;", "/a//b/../c.png?x='(!)*;"),
        ("/图.png?x=é", "/%E5%9B%BE.png?x=%C3%A9"),
    ],
    ids=["signed", "odd", "not ASCII"],
)
async def test_a_link_is_sent_as_it_came(fetcher: Fetcher, link: str, sent: str) -> None:
    heard: list[bytes] = []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readline())
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\npicture")
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0)
    origin = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    await fetcher.fetch(f"http://{origin}{link}", {origin})
    server.close()
    assert heard == [f"GET {sent} HTTP/1.1\r\n".encode()]


async def test_a_host_that_the_operator_allowed_may_be_asked_by_its_name(
    fetcher: Fetcher, gateway: tuple[str, list[str]]
) -> None:
    host = gateway[0].replace("127.0.0.1", "Pictures.example")
    assert await fetcher.fetch(f"http://{host}/a.png", {GATEWAY, host.lower()}) == b"picture"


def replied(*head: str, body: bytes = b"") -> bytes:
    return "\r\n".join(["HTTP/1.1 200 OK", *head, "", ""]).encode() + body


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (replied("Content-Length: 33554433"), "larger than 32 MiB"),
        (replied("Connection: close", body=b"0" * (fetch.MOST_BYTES + 1)), "larger than 32 MiB"),
        (replied("Content-Encoding: gzip", "Content-Length: 1", body=b"x"), "came compressed"),
        (replied("Content-Encoding: br, gzip", "Content-Length: 1", body=b"x"), "came compressed"),
        (replied("Content-Length: 9", body=b"short"), "connection failed"),
        (replied("X: " + "y" * 100_000), "connection failed"),
        (b"rubbish\r\n\r\n", "connection failed"),
        (b"", "connection failed"),
    ],
    ids=["said", "unsaid", "gzip", "twice", "short", "long head", "rubbish", "nothing"],
)
async def test_a_server_that_overdoes_it_is_left(fetcher: Fetcher, reply: bytes, why: str) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(reply)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    origin = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    with pytest.raises(UnreachableError, match=why):
        await fetcher.fetch(f"http://{origin}/a.png", {origin})
    server.close()


@pytest.mark.parametrize(
    "address",
    ["203.208.1.1", "8.8.8.8", "2606:4700::1111", "64:ff9b::808:808", "2002:808:808::1"],
)
def test_public_addresses_and_their_translations_may_be_asked(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", ["", "a.example", "127.0.0.1", "fe80::1%lo", "2001:4860::1%1"])
def test_what_is_no_public_address_may_not(address: str) -> None:
    assert not is_public(address)
