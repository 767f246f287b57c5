"""Says over a socket what the studio would say, and reads the reply as the studio reads it."""

import io
from dataclasses import dataclass
from typing import Any, Final

import httpx
from PIL import Image

from modelless_web.gateway.attachments import Attachment
from modelless_web.gateway.events import PartialPicture
from modelless_web.gateway.families import family_of
from modelless_web.gateway.image_models import image_traits
from modelless_web.gateway.parameters import Chat, Images, Message
from modelless_web.gateway.wire.call import Call
from tests.gateway.folding import Folded, fold
from tests.support.factories import photo

PICTURE, MASK = (f"picture:sha256:{digit * 64}" for digit in "01")
BYTES: Final = {
    PICTURE: Attachment("image/png", photo(64, 64, "#00ff00")),
    MASK: Attachment("image/png", photo(64, 64, "#00000000")),
}


@dataclass(frozen=True)
class Heard:
    """A reply: its status, what was read of it, and the sketches that came before the picture."""

    status: int
    folded: Folded
    sketches: int

    @property
    def error(self) -> tuple[str, str | int | None]:
        """The kind and the code of a failure."""
        failure = self.folded.error
        return (failure.kind.value, failure.code) if failure else ("", None)

    @property
    def pictures(self) -> list[bytes]:
        """The bytes of every picture, fetched where only its address came."""
        return [
            picture.data or httpx.get(picture.url, trust_env=False).content
            for picture in self.folded.pictures
        ]

    @property
    def sizes(self) -> list[str]:
        """How large the pictures are."""
        opened = (Image.open(io.BytesIO(data)) for data in self.pictures)
        return [f"{image.width}x{image.height}" for image in opened]

    @property
    def forms(self) -> list[str | None]:
        """What the pictures are: PNG, JPEG …"""
        return [Image.open(io.BytesIO(data)).format for data in self.pictures]

    @property
    def tokens(self) -> tuple[int, int]:
        """The prompt's tokens and the answer's; zeros where none were counted."""
        used = self.folded.usage[-1:]
        return (used[0].prompt_tokens, used[0].completion_tokens) if used else (0, 0)


def send(http: httpx.Client, call: Call, body: dict[str, Any], kind: str) -> Heard:
    """Send a call and read what comes, block by block."""
    reader = family_of(kind).reader(body, "")
    url = call.path.removeprefix("/")
    with http.stream("POST", url, headers=dict(call.headers), content=call.body) as reply:
        reader.begin(reply.status_code, dict(reply.headers))
        events = [event for block in reply.iter_raw() for event in reader.read(block)]
    events += reader.close()
    sketches = sum(isinstance(event, PartialPicture) for event in events)
    return Heard(reply.status_code, fold(events), sketches)


def chat(http: httpx.Client, model: str, *, stream: bool) -> Heard:
    """Ask a model that draws in its answers."""
    words = Message(role="user", content="a calm lake 96x64")
    body = Chat(model=model, messages=(words,), stream=stream).body()
    return send(http, family_of("image-chat").call_of(body, {}), body, "image-chat")


def asked(model: str, **fields: Any) -> dict[str, Any]:
    """The body that the studio makes of these fields."""
    values = {"prompt": "" if fields.get("is_variation") else "a calm lake", **fields}
    return Images(model=model, traits=image_traits(model), **values).body()


def images(http: httpx.Client, body: dict[str, Any]) -> Heard:
    """Send a body to the images API: as JSON, or with pictures as a form."""
    return send(http, family_of("images").call_of(body, BYTES), body, "images")
