"""The table: the kind of a model → how it is asked and who reads its reply.

A family is a module in `wire/` with `call_of`, `attached` and `reader`, and a row here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from modelless_web.gateway.attachments import Attachments, Wanted
from modelless_web.gateway.wire import chat, images
from modelless_web.gateway.wire.call import Call
from modelless_web.gateway.wire.reply import Reader

type Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Family:
    """How one kind of model is spoken with: `reader` also gets the key, to keep it out of texts.

    `draws`: silence is no fault before a picture.
    """

    call_of: Callable[[Body, Attachments], Call]
    attached: Callable[[Body], Wanted]
    reader: Callable[[Body, str], Reader]
    draws: bool


_CHAT: Final = Family(
    chat.call_of, chat.attached, partial(chat.reader, pictures=False), draws=False
)
_FAMILIES: Final[Mapping[str, Family]] = {
    "chat": _CHAT,
    "image-chat": Family(
        chat.call_of, chat.attached, partial(chat.reader, pictures=True), draws=True
    ),
    "images": Family(images.call_of, images.attached, images.reader, draws=True),
}


def family_of(kind: str) -> Family:
    """Return the family of a model's kind; of one that has none yet, that of plain chat."""
    return _FAMILIES.get(kind, _CHAT)
