"""POST /images/generations: what is sent, and what its reply is read into.

Gateway reference, section 4.
"""

from collections.abc import Mapping
from typing import Any, Final

from modelless_web.gateway import limits
from modelless_web.gateway.attachments import NOTHING, Attachments, Wanted
from modelless_web.gateway.errors import GatewayError, Kind, tidy, tidy_json
from modelless_web.gateway.events import Event, Finished, PartialPicture, PictureFound
from modelless_web.gateway.image_models import image_traits

from . import edits
from .call import Call, json_call
from .pictures import Picture, from_item, name_of
from .reply import Reader
from .usage import read_usage

PATH: Final = "/images/generations"
PARTIAL: Final = ".partial_image"
COMPLETED: Final = ".completed"
_SAID: Final = ("background", "output_format", "quality", "size")


def call_of(body: Mapping[str, Any], attachments: Attachments = NOTHING) -> Call:
    """Return the request that carries `body`, as `Images.body` made it."""
    return edits.call_of(body, attachments) if "image" in body else json_call(PATH, body)


def attached(body: Mapping[str, Any]) -> Wanted:
    """Return which pictures go along, and how the model takes them."""
    names = [*body.get("image", ()), *([body["mask"]] if "mask" in body else ())]
    traits = image_traits(body["model"])
    return Wanted(tuple(dict.fromkeys(names)), traits.as_square_png)


def reader(body: Mapping[str, Any], _key: str = "") -> Reader:
    """Return who reads the reply to `body`; no text in it comes in pieces, so none hides a key."""
    return Reader(ImagesReply(), body.get("n", 1))


class ImagesReply:
    """Puts pictures together: of one whole reply, or of the events of a stream (section 4.3).

    Every picture is a choice of its own, and the prompt as the model rewrote it describes it.
    """

    def __init__(self) -> None:
        self.is_whole = False
        self.has_hidden = False
        self.failure: GatewayError | None = None
        self._items: list[dict[str, Any]] = []
        self._pictures: dict[int, Picture] = {}
        self._usage: Any = None
        self._created = 0
        self._said: dict[str, str] = {}

    @property
    def answers(self) -> dict[int, str]:
        """No words: a choice is its picture."""
        return {}

    @property
    def finished(self) -> int:
        """How many pictures are complete."""
        return len(self._items)

    @property
    def has_content(self) -> bool:
        """Whether any picture came."""
        return bool(self._items)

    @property
    def is_complete(self) -> bool:
        """Whether every picture that was announced can be had; ask only after `end`."""
        return bool(self._items) and len(self._pictures) == len(self._items)

    def is_piece(self, chunk: dict[str, Any]) -> bool:
        """Whether it is an event of a stream, or a reply that holds pictures."""
        return not chunk.get("error") and bool(_event(chunk) or chunk.get("data"))

    def take(self, chunk: dict[str, Any], events: list[Event]) -> None:
        """Take one event of a stream, or a whole reply."""
        name = _event(chunk)
        if name == PARTIAL:
            picture = from_item({"b64_json": chunk.get("b64_json")})
            if picture:
                events.append(PartialPicture(len(self._items), picture.data))
            return
        items = [chunk] if name == COMPLETED else chunk.get("data")
        if isinstance(items, list):
            room = limits.PICTURES - len(self._items)
            self._items += [item for item in items if isinstance(item, dict)][:room]
        created = chunk.get("created") or chunk.get("created_at")
        self._created = created if isinstance(created, int) else self._created
        self._said |= {name: tidy(str(chunk[name])) for name in _SAID if chunk.get(name)}
        self._usage = chunk.get("usage") or self._usage

    def flush(self, events: list[Event]) -> None:
        """Nothing waits."""

    def end(self, events: list[Event]) -> None:
        """Name the pictures, what was used, and which choices are finished."""
        for index, item in enumerate(self._items):
            picture = from_item(item)
            if picture:
                self._pictures[index] = picture
        for index, picture in self._pictures.items():
            alt = _revised(self._items[index])
            events.append(PictureFound(index, picture.url, picture.data, alt))
        usage = read_usage(self._usage)
        if usage is not None:
            events.append(usage)
        events.extend(Finished(index, "stop") for index in self._pictures)

    def shortfall(self) -> GatewayError:
        """Say why a reply that ended in peace brought no picture, or not all."""
        if not self._items:
            return GatewayError(Kind.EMPTY, "The gateway returned no image.", maybe_charged=True)
        missing = len(self._items) - len(self._pictures)
        words = f"{missing} of {len(self._items)} pictures came without an address or bytes."
        return GatewayError(Kind.UPSTREAM, words, maybe_charged=True)

    def response(self) -> dict[str, Any]:
        """Return the reply as one object of the images API, without the bytes."""
        data = []
        for index, item in enumerate(self._items):
            picture = self._pictures.get(index)
            told = {"url": name_of(picture)} if picture else {}
            revised = _revised(item)
            data.append(told | ({"revised_prompt": revised} if revised else {}))
        return {
            "created": self._created,
            "data": data,
            **self._said,
            "usage": tidy_json(self._usage),
        }


def _event(chunk: Mapping[str, Any]) -> str:
    """Return which event of a stream it is; `image_generation` and `image_edit` are alike."""
    kind = chunk.get("type")
    if not isinstance(kind, str):
        return ""
    return next((name for name in (PARTIAL, COMPLETED) if kind.endswith(name)), "")


def _revised(item: Mapping[str, Any]) -> str:
    revised = item.get("revised_prompt")
    return tidy(revised) if isinstance(revised, str) else ""
