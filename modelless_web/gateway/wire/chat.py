"""POST /chat/completions: what is sent, and what its reply is read into.

Gateway reference, sections 2, 3 and 8.
"""

import base64
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from modelless_web.gateway.attachments import NOTHING, Attachments, Wanted
from modelless_web.gateway.parameters import Chat

from .call import Call, json_call
from .completion import Completion
from .inline import REFERENCE
from .reply import Reader

PATH: Final = "/chat/completions"


def build(parameters: Chat) -> Call:
    """Return the request for a run; the stream's end is the client's and reader's business."""
    return call_of(parameters.body())


def call_of(body: Mapping[str, Any], attachments: Attachments = NOTHING) -> Call:
    """Return the request that carries `body`, a chat completion's JSON as `Chat.body` made it.

    The pictures in it become data URLs; one that is not among `attachments` stays a name.
    """
    told = json_call(PATH, body)
    if not attachments:
        return told
    messages = [_with_bytes(message, attachments) for message in body["messages"]]
    return replace(json_call(PATH, {**body, "messages": messages}), kept=told.body)


def attached(body: Mapping[str, Any]) -> Wanted:
    """Return which pictures go along."""
    urls = (url for message in body.get("messages", ()) for url in pictures_of(message))
    return Wanted(tuple(dict.fromkeys(url for url in urls if url.startswith(REFERENCE))))


def pictures_of(message: Mapping[str, Any]) -> Iterator[str]:
    """Yield the addresses of the pictures in a message, as `Message.body` made it."""
    content = message["content"]
    for part in content if isinstance(content, list) else ():
        if part["type"] == "image_url":
            yield part["image_url"]["url"]


def reader(body: Mapping[str, Any], key: str = "", *, pictures: bool) -> Reader:
    """Return who reads the reply to `body`; without `pictures` no link in it is followed.

    `key` is taken out of what an answer's pieces spell together.
    """
    return Reader(Completion(pictures, key), body.get("n", 1))


def _with_bytes(message: Mapping[str, Any], attachments: Attachments) -> Mapping[str, Any]:
    content = message["content"]
    if not isinstance(content, list):
        return message
    return {**message, "content": [_sent(part, attachments) for part in content]}


def _sent(part: Mapping[str, Any], attachments: Attachments) -> Mapping[str, Any]:
    found = attachments.get(part["image_url"]["url"]) if part["type"] == "image_url" else None
    if found is None:
        return part
    url = f"data:{found.media_type};base64,{base64.b64encode(found.data).decode()}"
    return {**part, "image_url": {**part["image_url"], "url": url}}
