"""The ASGI app: a handful of routes, spoken the way OpenAI-compatible gateways speak them."""

import asyncio
import os
from collections.abc import Coroutine
from datetime import UTC, datetime
from functools import partial
from urllib.parse import parse_qs

from . import edits, wire
from .answers import Turn
from .catalogue import MODELS
from .gallery import Gallery
from .images import IMAGE_MODELS, Sitting
from .orders import Order, RefusedOrderError, read_order
from .till import Till
from .wire import Receive, Reply, Scope, Send

MOST_BODY = 32 * 1024 * 1024
INDEX = b"<!doctype html><title>Practice gateway</title><p>Its API is under <code>/v1</code>.</p>"
NOT_A_PICTURE = {
    "html": b"<!doctype html><html><body><h1>Please sign in to see this file</h1></body></html>",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
}


class Practice:
    """The practice gateway as an ASGI app. Needs a running event loop only once it is called."""

    def __init__(self, pace: float | None = None) -> None:
        """`pace` multiplies every pause; without it, PRACTICE_PACE decides (default 1)."""
        self._pace = read_pace() if pace is None else pace
        self._gallery = Gallery()
        self._till = Till()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        if scope["type"] != "http":
            return
        reply = Reply(send, self._pace)
        body = await read_body(receive)
        if body is None:
            await reply.json(413, wire.error("Request body too large", "invalid_request_error"))
            return
        await until_gone(self._route(scope, body, reply), receive)

    async def _route(self, scope: Scope, body: bytes, reply: Reply) -> None:
        method, path = scope["method"], scope["path"]
        if path == "/v1/chat/completions" and method == "POST":
            await self._chat(scope, body, reply)
        elif path == "/v1/images/generations" and method == "POST":
            await self._images(scope, body, reply)
        elif path in edits.PATHS and method == "POST":
            await self._edits(scope, body, reply)
        elif path == "/v1/models" and method == "GET":
            names = [*MODELS, *IMAGE_MODELS]
            await reply.json(200, {"object": "list", "data": [item(name) for name in names]})
        elif path.startswith("/v1/models/") and method == "GET":
            await show_model(path.removeprefix("/v1/models/"), reply)
        elif path.startswith("/pictures/") and method in {"GET", "HEAD"}:
            await self._picture(scope, reply)
        elif method == "GET" and await self._till.answer(path, key_of(scope), reply):
            return
        elif path == "/v1" or path.startswith(("/v1/", "/api/")):
            message = f"Invalid URL ({method} {path})"
            await reply.json(404, wire.error(message, "invalid_request_error"))
        else:
            # Gateways answer any other path with their dashboard, and so with a 200.
            await reply.whole(200, "text/html; charset=utf-8", INDEX)

    async def _chat(self, scope: Scope, body: bytes, reply: Reply) -> None:
        try:
            ask = wire.read_ask(body)
        except wire.BadAskError as problem:
            await reply.json(400, wire.error(str(problem), "invalid_request_error"))
            return
        model = MODELS.get(ask.model)
        if model is None:
            text = f"当前分组 default 下对于模型 {ask.model} 无可用渠道"
            await reply.json(503, wire.error(text, code="model_not_found"))
            return
        pay = partial(self._till.charge, key_of(scope), ask.model)
        await model.behave(Turn(ask, reply, self._gallery, own_address(scope), pay))

    async def _images(self, scope: Scope, body: bytes, reply: Reply) -> None:
        try:
            order = read_order(body)
        except RefusedOrderError as problem:
            await refuse(problem, reply)
            return
        if await is_known(order, reply):
            behave = IMAGE_MODELS[order.model][1]
            await behave(self._sitting(order, scope, reply))

    async def _edits(self, scope: Scope, body: bytes, reply: Reply) -> None:
        path, kind = scope["path"], dict(scope["headers"]).get(b"content-type", b"")
        try:
            wanted = edits.read_edit(path, body, kind.decode("latin-1"))
            if not await is_known(wanted.order, reply):
                return
            if edits.is_there(path, wanted.order):
                await edits.edit(wanted, self._sitting(wanted.order, scope, reply))
                return
        except RefusedOrderError as problem:
            await refuse(problem, reply)
            return
        words = wire.error("API not implemented", "new_api_error", code="api_not_implemented")
        await reply.json(501, words)

    def _sitting(self, order: Order, scope: Scope, reply: Reply) -> Sitting:
        pay = partial(self._till.charge_pictures, key_of(scope))
        return Sitting(order, reply, self._gallery, own_address(scope), pay)

    async def _picture(self, scope: Scope, reply: Reply) -> None:
        query = parse_qs(scope["query_string"].decode("latin-1"))
        if is_expired(query.get("se", [""])[0]):
            text = b"<Error><Code>AuthenticationFailed</Code><Message>Expired</Message></Error>"
            await reply.whole(403, "application/xml", text)
            return
        disguise = NOT_A_PICTURE.get(query.get("as", [""])[0])
        name = scope["path"].removeprefix("/pictures/").removesuffix(".png")
        png = disguise or await self._gallery.picture(name)
        if png is None:
            await reply.whole(404, "text/plain; charset=utf-8", b"no such picture")
            return
        await reply.whole(200, "image/png", png)


async def refuse(problem: RefusedOrderError, reply: Reply) -> None:
    """Say what is wrong with a call of the images API."""
    words = wire.error(
        str(problem), "invalid_request_error", param=problem.param, code=problem.code
    )
    await reply.json(400, words)


async def is_known(order: Order, reply: Reply) -> bool:
    """Whether there is such a model of the images API; if not, say so."""
    if order.model in IMAGE_MODELS:
        return True
    text = f"当前分组 default 下对于模型 {order.model} 无可用渠道"
    await reply.json(503, wire.error(text, code="model_not_found"))
    return False


def read_pace() -> float:
    """The multiplier of every pause, from the environment."""
    return max(0.0, float(os.environ.get("PRACTICE_PACE") or "1"))


async def read_body(receive: Receive) -> bytes | None:
    """The whole request body, or None when it is too large."""
    blocks: list[bytes] = []
    size, more = 0, True
    while more:
        event = await receive()
        block = event.get("body", b"")
        size += len(block)
        if size > MOST_BODY:
            return None
        blocks.append(block)
        more = event.get("more_body", False)
    return b"".join(blocks)


async def until_gone(work: Coroutine[object, object, None], receive: Receive) -> None:
    """Run the work, but give it up as soon as the client hangs up."""
    working = asyncio.ensure_future(work)
    watching = asyncio.ensure_future(receive())
    try:
        await asyncio.wait({working, watching}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        watching.cancel()
        if not working.done():
            working.cancel()
    if not working.cancelled() and working.done():
        working.result()


def own_address(scope: Scope) -> str:
    """The address under which the client reached us, for the links of pictures."""
    host = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
    name, port = scope.get("server") or ("127.0.0.1", 80)
    return f"{scope['scheme']}://{host or f'{name}:{port}'}"


def key_of(scope: Scope) -> str:
    """The key that the client sent, or nothing."""
    sent: str = dict(scope["headers"]).get(b"authorization", b"").decode("latin-1")
    return sent.removeprefix("Bearer ")


def is_expired(moment: str) -> bool:
    """Whether a link's expiry (ISO 8601, UTC) has passed; a link without one never expires."""
    if not moment:
        return False
    try:
        return datetime.now(UTC) >= datetime.fromisoformat(moment)
    except (ValueError, TypeError):
        return True


def describe(name: str) -> str:
    """What a model does, in a sentence."""
    return MODELS[name].description if name in MODELS else IMAGE_MODELS[name][0]


def item(name: str) -> dict[str, object]:
    """One row of the list of models."""
    return {
        "id": name,
        "object": "model",
        "created": wire.CREATED,
        "owned_by": "practice",
        "description": describe(name),
    }


async def show_model(name: str, reply: Reply) -> None:
    """One model by id; an unknown one is an error with status 200, as these gateways do it."""
    if name in MODELS or name in IMAGE_MODELS:
        await reply.json(200, item(name))
        return
    text = f"The model '{name}' does not exist"
    body = wire.error(text, "invalid_request_error", param="model", code="model_not_found")
    await reply.json(200, body)
