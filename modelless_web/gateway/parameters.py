"""What a run asks of a gateway: one frozen dataclass per family."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from modelless_web.gateway.image_models import ImageTraits

Role = Literal["system", "user", "assistant"]

DEFAULTS: Final[Mapping[str, float]] = {
    "temperature": 1.0,
    "top_p": 1.0,
    "presence_penalty": 0.0,
    "frequency_penalty": 0.0,
}
"""What a gateway assumes for the sampling values; a form shows these and they are never sent."""

RANGES: Final[Mapping[str, tuple[float, float]]] = {
    "temperature": (0, 2),
    "top_p": (0, 1),
    "presence_penalty": (-2, 2),
    "frequency_penalty": (-2, 2),
    "n": (1, 10),
    "max_tokens": (1, 2**30 - 1),
}
MOST_STOPS: Final = 4
BIAS_LIMIT: Final = 100
CHOSEN: Final = (
    "size",
    "quality",
    "style",
    "response_format",
    "background",
    "output_format",
    "moderation",
    "input_fidelity",
)
"""What is chosen among a few values for a picture."""
ONLY_NEW: Final = ("moderation",)
"""What is not taken where a picture is edited (section 4.4)."""
ONLY_EDITED: Final = ("input_fidelity",)
"""What is taken there alone."""
COMPRESSED: Final = ("jpeg", "webp")
MOST_COMPRESSION: Final = 100
MOST_PARTIAL: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of a conversation: its words, and the pictures that go along with them.

    `pictures` are names as `picture:sha256:<hex>`; `links` are for models that take a picture by
    its address alone, before the words (gateway reference, sections 0.1 and 2.1).
    """

    role: Role
    content: str
    pictures: tuple[str, ...] = ()
    links: tuple[str, ...] = ()

    def body(self) -> dict[str, Any]:
        """Return what goes on the wire; words alone are a plain string, which every model takes."""
        words = " ".join((*self.links, self.content))
        if not self.pictures:
            return {"role": self.role, "content": words}
        pictures = [{"type": "image_url", "image_url": {"url": name}} for name in self.pictures]
        return {"role": self.role, "content": [{"type": "text", "text": words}, *pictures]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """A chat completion (gateway reference, section 2.1).

    Raises ValueError with a sentence for the person when a value is out of its range.
    """

    model: str
    messages: tuple[Message, ...]
    temperature: float | None = None
    top_p: float | None = None
    n: int | None = None
    stream: bool = True
    include_usage: bool = True
    stop: tuple[str, ...] = ()
    max_tokens: int | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    logit_bias: Mapping[str, int] = field(default_factory=dict)
    user: str = ""
    modalities: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.model.strip():
            raise ValueError("Choose a model.")
        if not self.messages:
            raise ValueError("Write at least one message.")
        for name, (low, high) in RANGES.items():
            value = getattr(self, name)
            if value is not None and not low <= value <= high:
                raise ValueError(f"{_spoken(name)} must be between {low} and {high}.")
        self._check_stop()
        self._check_bias()

    def _check_stop(self) -> None:
        if len(self.stop) > MOST_STOPS:
            raise ValueError(f"At most {MOST_STOPS} stop sequences can be given.")
        if not all(self.stop):
            raise ValueError("A stop sequence cannot be empty.")

    def _check_bias(self) -> None:
        for token, bias in self.logit_bias.items():
            if not (token.isascii() and token.isdigit()):
                raise ValueError(f"Logit bias: {token!r} is not a token id, which is a number.")
            if not -BIAS_LIMIT <= bias <= BIAS_LIMIT:
                raise ValueError(
                    f"Logit bias: the value for token {token} must be between "
                    f"-{BIAS_LIMIT} and {BIAS_LIMIT}."
                )

    @property
    def prompt(self) -> str:
        """What the person wrote last."""
        return self.messages[-1].content

    def body(self) -> dict[str, Any]:
        """Return what goes on the wire.

        Unset and at-default values are left out, because gateways treat null and 0 in
        different ways; "stream" is always there, because some gateways guess without it.
        """
        body: dict[str, Any] = {
            "model": self.model,
            "messages": [message.body() for message in self.messages],
        }
        for name, default in DEFAULTS.items():
            value = getattr(self, name)
            if value is not None and value != default:
                body[name] = value
        body |= self._sparse()
        body["stream"] = self.stream
        if self.stream and self.include_usage:
            body["stream_options"] = {"include_usage": True}
        return body

    def _sparse(self) -> dict[str, Any]:
        sparse: dict[str, Any] = {}
        if self.n is not None and self.n != 1:
            sparse["n"] = self.n
        if self.stop:
            # The gateway's own page types "stop" as a string; only more than one needs a list.
            sparse["stop"] = self.stop[0] if len(self.stop) == 1 else list(self.stop)
        if self.max_tokens is not None:
            sparse["max_tokens"] = self.max_tokens
        if self.logit_bias:
            sparse["logit_bias"] = dict(self.logit_bias)
        if self.user:
            sparse["user"] = self.user
        if self.modalities:
            sparse["modalities"] = list(self.modalities)
        return sparse


@dataclass(frozen=True, slots=True, kw_only=True)
class Images:
    """Pictures from the images API (gateway reference, section 4.1).

    Raises ValueError with a sentence for the person when the model does not take a value.
    """

    model: str
    prompt: str
    traits: ImageTraits
    n: int | None = None
    size: str = ""
    quality: str = ""
    style: str = ""
    response_format: str = ""
    background: str = ""
    output_format: str = ""
    output_compression: int | None = None
    moderation: str = ""
    input_fidelity: str = ""
    stream: bool = False
    partial_images: int | None = None
    user: str = ""
    pictures: tuple[str, ...] = ()
    mask: str = ""
    is_variation: bool = False

    def __post_init__(self) -> None:
        if not self.prompt.strip() and not self.is_variation:
            raise ValueError("Write what you would like to see.")
        if len(self.prompt) > self.traits.longest_prompt:
            most = f"{self.traits.longest_prompt:,}"
            raise ValueError(f"This model takes prompts of up to {most} characters.")
        if not 1 <= (self.n or 1) <= self.traits.most:
            raise ValueError(f"This model makes {_up_to(self.traits.most)} at once.")
        if self.size and not self.traits.takes_size(self.size):
            raise ValueError(f"This model does not make pictures of the size {self.size}.")
        self._check_options()
        self._check_output()
        self._check_pictures()

    def _check_options(self) -> None:
        for name in CHOSEN:
            value, taken = getattr(self, name), self.traits.options.get(name, ())
            if value and not taken:
                raise ValueError(f"{_spoken(name)} can't be chosen for this model.")
            if value and name != "size" and value not in taken:
                raise ValueError(f"{_spoken(name)}: this model takes {_either(taken)}.")

    def _check_output(self) -> None:
        compression, partial = self.output_compression, self.partial_images
        if compression is not None and not 0 <= compression <= MOST_COMPRESSION:
            raise ValueError(f"Output compression must be between 0 and {MOST_COMPRESSION}.")
        if compression is not None and self.output_format not in COMPRESSED:
            raise ValueError("Output compression is for JPEG and WebP.")
        if self.background == "transparent" and self.output_format == "jpeg":
            raise ValueError("A JPEG has no transparent background; choose PNG or WebP.")
        if partial is not None and not 0 <= partial <= MOST_PARTIAL:
            raise ValueError(f"Partial pictures must be between 0 and {MOST_PARTIAL}.")

    def _check_pictures(self) -> None:
        count, most = len(self.pictures), self.traits.most_pictures
        if count > most:
            raise ValueError(f"This model takes {_up_to(most)} along.")
        if self.mask and not count:
            raise ValueError("A mask needs a picture that it belongs to.")
        if self.is_variation and not (self.traits.varies and count == 1):
            raise ValueError("A variation is made of one picture, by a model that makes them.")

    def body(self) -> dict[str, Any]:
        """Return what goes on the wire: what is unset or assumed anyway is left out.

        With pictures it is an edit, or without a prompt a variation (section 4.4).
        """
        body: dict[str, Any] = {"model": self.model}
        if not self.is_variation:
            body["prompt"] = self.prompt
        if self.pictures:
            body["image"] = list(self.pictures)
        if self.mask and not self.is_variation:
            body["mask"] = self.mask
        if self.n is not None and self.n != 1:
            body["n"] = self.n
        for name in CHOSEN:
            value = getattr(self, name)
            is_known = name not in (ONLY_NEW if self.pictures else ONLY_EDITED)
            if is_known and value and value != self.traits.options.get(name, ("",))[0]:
                body[name] = value
        if self.output_compression not in (None, MOST_COMPRESSION):
            body["output_compression"] = self.output_compression
        if self.stream and self.traits.streams:
            body |= {"stream": True}
            if self.partial_images:
                body["partial_images"] = self.partial_images
        if self.user:
            body["user"] = self.user
        return body


def _up_to(most: int) -> str:
    return "no pictures" if not most else "one picture" if most == 1 else f"up to {most} pictures"


def _either(values: tuple[str, ...]) -> str:
    *others, last = values
    return f"{', '.join(others)} or {last}" if others else f"only {last}"


def _spoken(name: str) -> str:
    """Return a field's name as a person reads it."""
    return "The number of choices" if name == "n" else name.replace("_", " ").capitalize()
