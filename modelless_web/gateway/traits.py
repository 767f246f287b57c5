"""What a model is and takes, guessed by its id.

Gateways list models without capabilities, so the kind is guessed by id (gateway reference,
section 7.1); the record of a model may overrule every guess.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from modelless_web.gateway.image_models import ImageTraits, bare, image_traits

Kind = Literal["image-chat", "chat", "images", "audio", "embeddings", "midjourney", "hidden"]

SAMPLING: Final = frozenset({"temperature", "top_p", "presence_penalty", "frequency_penalty"})
CHAT_PARAMETERS: Final = SAMPLING | {"n", "stop", "max_tokens", "logit_bias", "user"}
REASONING_PARAMETERS: Final = frozenset({"n", "user"})


@dataclass(frozen=True, slots=True)
class ModelTraits:
    """What can be expected of a model. `parameters` are names of optional fields of `Chat`
    or `Images`.

    `most_pictures` can go along with a prompt; `by_address`: only those that have an address, for
    the model reads plain text alone (section 2.1). `is_told_to_draw`: some routers pass no picture
    on unless the request asks for one by name (section 3.1, H).
    """

    kind: Kind
    makes_pictures: bool
    takes_images: bool
    include_usage: bool
    streams: bool
    parameters: frozenset[str]
    images: ImageTraits | None = None
    most_pictures: int = 0
    by_address: bool = False
    is_told_to_draw: bool = False


_KINDS: Final[tuple[tuple[str, Kind], ...]] = (
    (r"mj_|swap_face$", "hidden"),
    (r"practice", "image-chat"),
    (r"dall-?e|gpt-image|imagen|flux-api|cogview", "images"),
    (r"whisper|tts|.*-(?:tts|transcribe|speech)\b", "audio"),
    (r".*embedding|bge-|m3e-", "embeddings"),
    (r"stable-?diffusion|sdxl|sd-?3|mj-?chat|midjourney|gpt-4o?-all|flux", "image-chat"),
    (r".*-image", "image-chat"),
)
_SEES: Final = re.compile(
    r"gpt-4-vision|gpt-4o|gpt-4\.1|gpt-4-turbo|gpt-4-all|gpt-4-gizmo|gpt-5|o[134](?:$|-(?!mini))|o4-mini"
    r"|gemini|claude-[3-9]|claude-(?:opus|sonnet|haiku)|.*vision|.*-vl\b|practice"
)
_TOLD_TO_DRAW: Final = re.compile(r"gemini.*-image")
_BY_ADDRESS: Final = re.compile(r"gpt-4o?-all|gpt-4-gizmo")
_MOST_SEEN: Final = 10
_REASONS: Final = re.compile(r"o[134](?:$|-)")


@lru_cache(maxsize=2048)
def describe(model_id: str, known: Kind | None = None) -> ModelTraits:
    """Guess a model's traits from its id; an unknown id is a plain chat model.

    ``known`` is its kind, where somebody has said so.
    """
    name = bare(model_id)
    kind = known or _kind(name)
    makes_pictures = kind in {"image-chat", "images"}
    talks = kind in {"chat", "image-chat"}
    images = image_traits(name) if kind == "images" else None
    sees = talks and bool(_SEES.match(name))
    return ModelTraits(
        kind=kind,
        makes_pictures=makes_pictures,
        takes_images=sees,
        include_usage=talks,
        streams=talks or bool(images and images.streams),
        parameters=_parameters(name) if talks else images.parameters if images else frozenset(),
        images=images,
        most_pictures=images.most_pictures if images else _MOST_SEEN if sees else 0,
        by_address=bool(_BY_ADDRESS.match(name)),
        is_told_to_draw=kind == "image-chat" and bool(_TOLD_TO_DRAW.match(name)),
    )


def _kind(name: str) -> Kind:
    for pattern, kind in _KINDS:
        if re.match(pattern, name):
            return kind
    return "chat"


def _parameters(name: str) -> frozenset[str]:
    return REASONING_PARAMETERS if _REASONS.match(name) else CHAT_PARAMETERS
