"""The composer's group of fields for chat: sampling, limits and the conversation."""

from dataclasses import replace
from typing import Any, Final

from django import forms

from modelless_web.gateway.parameters import DEFAULTS, RANGES, Chat, Message
from modelless_web.gateway.traits import ModelTraits
from modelless_web.gateway.wire.chat import pictures_of
from modelless_web.records.models import Generation, User
from modelless_web.studio.forms.fields import BiasField, LinesField, WordsField
from modelless_web.studio.forms.references import ReferencesGroup

LONGEST_SYSTEM: Final = 32_000

# name: (label, step, help)
SAMPLING: Final = {
    "temperature": (
        "Temperature",
        0.05,
        "How daring the answer is: 0.2 stays close to the likely, 0.8 wanders.",
    ),
    "top_p": (
        "Top p",
        0.01,
        "Keeps only the likeliest words: 0.1 considers the top tenth of the probability.",
    ),
    "presence_penalty": (
        "Presence penalty",
        0.1,
        "Above 0, new topics come in sooner; try 0.6 for a list without repeats.",
    ),
    "frequency_penalty": (
        "Frequency penalty",
        0.1,
        "Above 0, the same line comes back less often; try 0.5 against echoes.",
    ),
}


class ChatGroup(ReferencesGroup):
    """What chat models take beside a prompt."""

    person: User

    system = WordsField(
        label="System message",
        required=False,
        max_length=LONGEST_SYSTEM,
        help_text="Stands before the conversation and sets its tone.",
    )
    max_tokens = forms.IntegerField(
        label="Max tokens",
        required=False,
        min_value=1,
        max_value=int(RANGES["max_tokens"][1]),
        help_text="The longest answer, in tokens. Some gateways set the cost of a full one aside.",
    )
    stop = LinesField(
        label="Stop",
        required=False,
        help_text="Up to four sequences, one per line; the answer ends before any of them.",
    )
    logit_bias = BiasField(
        label="Logit bias",
        required=False,
        help_text="One “token id: bias” per line, from -100 (never) to 100 (always).",
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name, (label, step, help_text) in SAMPLING.items():
            low, high = RANGES[name]
            self.fields[name] = forms.FloatField(
                label=label,
                required=False,
                min_value=low,
                max_value=high,
                widget=forms.NumberInput(attrs={"step": step}),
                help_text=help_text,
            )

    @property
    def sampling(self) -> list[dict[str, Any]]:
        """The sliders: each bound field with its default and whether it differs from it."""
        return [
            {"field": self[name], "default": DEFAULTS[name], "differs": self._differs(name)}
            for name in SAMPLING
        ]

    @property
    def changed_sampling(self) -> int:
        """How many sampling values differ from the default, and so will be sent."""
        return sum(self._differs(name) for name in SAMPLING)

    @property
    def changed_limits(self) -> int:
        """How many of the limits are set."""
        names = ("n", "max_tokens", "stop", "user", "logit_bias", "system")
        return sum(bool(self[name].value()) for name in names) - (str(self["n"].value()) == "1")

    def _differs(self, name: str) -> bool:
        try:
            return float(self[name].value()) != DEFAULTS[name]
        except (TypeError, ValueError):
            return False

    def chat(self) -> Chat:
        """What the run asks for; whatever the model does not take is left out."""
        data, model = self.cleaned_data, self.cleaned_data["model"]
        traits: ModelTraits = model.traits
        taken = {
            name: data[name]
            for name in (*SAMPLING, "n", "max_tokens", "stop", "logit_bias")
            if name in traits.parameters and data[name] is not None
        }
        return Chat(
            model=model.name,
            messages=self._messages(),
            stream=bool(data["stream"]) and traits.streams,
            include_usage=traits.include_usage,
            user=self.person.opaque_id.hex if data["user"] else "",
            modalities=("image", "text") if traits.is_told_to_draw else (),
            **taken,
        )

    def _messages(self) -> tuple[Message, ...]:
        parent: Generation | None = self.cleaned_data["parent"]
        traits: ModelTraits = self.cleaned_data["model"].traits
        along = self.for_chat(traits)
        asked = Message(role="user", content=self.cleaned_data["prompt"], **along)
        system = self.cleaned_data["system"]
        earlier = conversation(parent) if parent else ()
        # What the form shows is what is sent: an emptied system message is gone for good.
        spoken = [message for message in earlier if message.role != "system"]
        if traits.by_address or not traits.takes_images:
            # What another model saw, this one could only stumble over.
            spoken = [replace(message, pictures=()) for message in spoken]
        before = [Message(role="system", content=system)] if system else []
        return (*before, *spoken, asked)


def conversation(generation: Generation) -> tuple[Message, ...]:
    """The whole conversation up to and with a generation's answer."""
    asked = [{"role": "user", "content": generation.prompt}]
    sent = map(_read_message, generation.request.get("messages", asked))
    answer = generation.choices.first()
    if answer is None or not answer.text:
        return tuple(sent)
    return (*sent, Message(role="assistant", content=answer.text))


def _read_message(message: dict[str, Any]) -> Message:
    """Read a message of a request back; what is said in it stands in its first part."""
    content = message["content"]
    words = content if isinstance(content, str) else content[0]["text"]
    return Message(role=message["role"], content=words, pictures=tuple(pictures_of(message)))
