"""How gateways fail, one behaviour for each way (gateway reference, sections 1.4 to 3)."""

import asyncio
import itertools
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from . import answers, wire
from .answers import Behaviour, Composer, Turn, answering, begin, say, spoken
from .wire import Answer, Headers, Piece

REQUEST_ID = "20240229120000practice"
LINK_LIFE = timedelta(seconds=2)
STALL = 600.0  # seconds of silence: longer than any patience
KEEP_ALIVES = 3_600  # one a second

OPENING = "Here is what I see when I close my eyes: a long shore, a low sun, and somebody who"
REFUSAL = (
    "I am sorry, but I cannot make this picture. It may go against the rules of the house. "
    "Tell me in other words what you have in mind, and I will gladly try again."
)
CLOUDFLARE = b"""<!DOCTYPE html>
<html lang="en-US"><head><title>practice.example | 524: A timeout occurred</title></head>
<body><h1>A timeout occurred <span>Error code 524</span></h1>
<p>The origin web server did not answer in time.</p></body></html>
"""


def failing(status: int, body: Mapping[str, object], headers: Headers = ()) -> Behaviour:
    """A refusal in JSON before anything has begun."""

    async def behave(turn: Turn) -> None:
        await turn.reply.json(status, body, [("x-oneapi-request-id", REQUEST_ID), *headers])

    return behave


def refusing(
    status: int, message: str, kind: str, code: str | int | None, headers: Headers = ()
) -> Behaviour:
    """A refusal in the relay's own shape, the request id at the end of its text."""
    text = f"{message} (request id: {REQUEST_ID})"
    return failing(status, wire.error(text, kind, code=code), headers)


def raw(status: int, content_type: str, body: bytes, headers: Headers = ()) -> Behaviour:
    """A reply that is no JSON at all."""

    async def behave(turn: Turn) -> None:
        await turn.reply.whole(status, content_type, body, headers)

    return behave


too_many = refusing(
    429,
    "当前分组上游负载已饱和，请稍后再试",  # noqa: RUF001 -- as gateways write it
    "rate_limit_error",
    "rate_limit_exceeded",
    [("retry-after", "1")],
)
too_many_silently = raw(429, "text/plain", b"")
bad_key = failing(401, {"error": {"message": "无效的令牌", "type": "new_api_error"}})
no_quota = refusing(
    403, "用户额度不足, 剩余额度: $0.00", "new_api_error", "insufficient_user_quota"
)
token_used_up = refusing(
    401, "该令牌额度已用尽 TokenStatusExhausted[sk-pra***ice]", "new_api_error", ""
)
no_channel = refusing(
    503, "当前分组 default 下对于此模型无可用渠道", "new_api_error", "model_not_found"
)
bad_request = refusing(400, "Invalid request, temperature is out of range",
                       "invalid_request_error", "invalid_text_request")  # fmt: skip
moderated = refusing(400, "Your request was rejected as a result of our safety system",
                     "invalid_request_error", "content_policy_violation")  # fmt: skip
broken = refusing(500, "do request failed", "new_api_error", "do_request_failed")
upstream_failed = failing(
    502, wire.error("bad response status code 502", "upstream_error", param="502",
                    code="bad_response_status_code"))  # fmt: skip
flat_error = failing(400, {"description": "quota_not_enough ", "type": "upstream_error", "code": 4})
unsuccessful = failing(200, {"success": False, "message": "practice says no"})
error_as_text = failing(400, {"error": "practice_task_not_found"})
error_in_success = failing(200, wire.error("upstream gave up", "upstream_error", code=None))
cloudflare = raw(524, "text/html; charset=UTF-8", CLOUDFLARE)
redirect = raw(
    301, "text/html", b"", [("location", "https://practice.example/v1/chat/completions")]
)


async def empty(turn: Turn) -> None:
    """Nothing at all: only [DONE] in a stream, zero bytes without one."""
    if turn.ask.stream:
        await turn.reply.begin_stream()
        await turn.reply.done()
    else:
        await turn.reply.whole(200, "application/json", b"")


async def refused(turn: Turn, choice: int) -> Answer:
    """A text in place of the picture, ended as if all were well."""
    return Answer(spoken(REFUSAL))


async def truncated(turn: Turn) -> None:
    """A sentence that breaks off; the stream then ends cleanly, without a finish reason."""
    await begin(turn)
    await say(turn, OPENING)
    await turn.reply.end()


async def reset(turn: Turn) -> None:
    """The connection breaks in the middle of the stream, because nobody ends the body."""
    await begin(turn)
    await say(turn, OPENING)


async def midway_error(turn: Turn) -> None:
    """An error object inside a stream that began with a 200."""
    await begin(turn)
    await say(turn, OPENING)
    text = f"upstream connection lost (request id: {REQUEST_ID})"
    await turn.reply.data(wire.error(text, "upstream_error", code="bad_response"))
    await turn.reply.done()


async def damaged(turn: Turn) -> None:
    """One data line that is no JSON, among good ones."""
    await begin(turn)
    await say(turn, OPENING)
    await turn.reply.write(b'data: {"id":"chatcmpl-practice","choices":[{"index":0,"del\n\n')
    await say(turn, " has all the time in the world.")
    await turn.reply.data(wire.chunk(turn.ask, 0, {}, "stop"))
    await turn.reply.done()


async def stall(turn: Turn) -> None:
    """Some words, then silence for ten minutes, whatever the pace."""
    await begin(turn)
    await say(turn, OPENING)
    # Scaled pauses would make this no stall at all under a pace of 0.
    await asyncio.sleep(STALL)
    await turn.reply.done()


async def keep_alive(turn: Turn) -> None:
    """Some words, then a comment a second and nothing else for an hour, whatever the pace."""
    await begin(turn)
    await say(turn, OPENING)
    for _ in range(KEEP_ALIVES):
        await turn.reply.write(b": PING\n\n")
        await asyncio.sleep(1.0)
    await turn.reply.done()


async def slow(turn: Turn, choice: int) -> Answer:
    """A word a second."""
    return Answer(spoken("Slowly the light comes up, and every word takes its own time.", 1.0))


def instead(compose: Composer, *, stream: bool) -> Behaviour:
    """A behaviour that answers in the other form than the one that was asked for."""

    async def behave(turn: Turn) -> None:
        answer = [(await compose(turn, index)).cut(turn.ask) for index in range(turn.ask.n)]
        if stream:
            await answers.stream(turn, answer)
        else:
            await turn.reply.json(200, wire.completion(turn.ask, answer))

    return behave


def in_turn(*behaviours: Behaviour) -> Behaviour:
    """One behaviour after the other, one to each ask, and again from the first."""
    turns = itertools.cycle(behaviours)

    async def behave(turn: Turn) -> None:
        await next(turns)(turn)

    return behave


async def expiring(turn: Turn) -> None:
    """A picture whose link dies two seconds after the link was said."""
    turn.link(0)  # drawn while the words are spoken, so that the link lives long enough
    answer = Answer(spoken("Be quick, this picture will not stay long.\n\n"))
    if not turn.ask.stream:
        whole = Answer((*answer.pieces, dying_link(turn)))
        await turn.reply.json(200, wire.completion(turn.ask, [whole]))
        return
    await begin(turn)
    await say(turn, answer.text)
    link = dying_link(turn)
    await turn.reply.data(wire.chunk(turn.ask, 0, link.delta))
    await turn.reply.data(wire.chunk(turn.ask, 0, {}, "stop"))
    if turn.ask.include_usage:
        await turn.reply.data(wire.usage_chunk(turn.ask, [Answer((*answer.pieces, link))]))
    await turn.reply.done()


def dying_link(turn: Turn) -> Piece:
    """The link to the first choice's picture, its end of life in the address."""
    end = (datetime.now(UTC) + LINK_LIFE).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    link = turn.link(0, f"?se={end}&sp=r&sig=practice")
    return Piece({"content": f"![{answers.alt(turn)}]({link})"})


async def lost(turn: Turn, choice: int) -> Answer:
    """A link that never led anywhere."""
    return Answer(spoken(f"Here it is.\n\n![picture]({turn.home}/pictures/lost-{choice}.png)"))


async def not_a_picture(turn: Turn, choice: int) -> Answer:
    """Links whose bytes are HTML and SVG, though they call themselves PNG."""
    texts = (f"![picture]({turn.link(choice, f'?as={kind}')})" for kind in ("html", "svg"))
    return Answer(spoken("Here they are.\n\n" + "\n\n".join(texts)))


wrong_json = instead(answers.write, stream=False)
wrong_stream = instead(answers.write, stream=True)
busy_then_well = in_turn(
    refusing(429, "too many requests", "rate_limit_error", None, [("retry-after", "2")]),
    answering(answers.write),
)
refusal = answering(refused)
slowly = answering(slow)
lost_link = answering(lost)
disguised = answering(not_a_picture)
