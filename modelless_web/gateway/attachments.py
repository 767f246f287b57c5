"""Pictures that go along with a request: by name where it is kept, as bytes where it is sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Attachment:
    """The bytes of one picture, and what they are, such as image/png."""

    media_type: str
    data: bytes


type Attachments = Mapping[str, Attachment]

NOTHING: Final[Attachments] = {}


@dataclass(frozen=True, slots=True)
class Wanted:
    """The pictures that a request names, as `picture:sha256:<hex>`, each once.

    `as_square_png`: the model takes them in no other form (gateway reference, section 4.4).
    """

    names: tuple[str, ...] = ()
    as_square_png: bool = False
