"""POST /chat/completions: what is sent, and what its reply is read into.

Gateway reference, sections 2, 3 and 8.
"""

from collections.abc import Mapping
from typing import Any, Final

from modelless_web.gateway.parameters import Chat

from .call import Call, json_call
from .completion import Completion
from .reply import Reader

PATH: Final = "/chat/completions"


def build(parameters: Chat) -> Call:
    """Return the request for a chat completion; its path is relative to the gateway's base."""
    return call_of(parameters.body())


def call_of(body: Mapping[str, Any]) -> Call:
    """Return the request that carries `body`, a chat completion's JSON as `Chat.body` made it."""
    return json_call(PATH, body)


def reader(body: Mapping[str, Any], key: str = "", *, pictures: bool) -> Reader:
    """Return who reads the reply to `body`; without `pictures` no link in it is followed.

    `key` is taken out of what an answer's pieces spell together.
    """
    return Reader(Completion(pictures, key), body.get("n", 1))
