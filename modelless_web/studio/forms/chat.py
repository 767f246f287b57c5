"""The composer: what a person sets, turned into what a chat run asks for."""

from copy import copy
from typing import Any
from uuid import UUID

from django import forms

from modelless_web.gateway.families import ModelTraits
from modelless_web.gateway.parameters import DEFAULTS, RANGES, Chat, Message
from modelless_web.records.ids import uuid7
from modelless_web.records.models import Generation, Model, User
from modelless_web.studio.forms.fields import BiasField, LinesField

SAMPLE_PROMPT = (
    "striking poses, stunning backdrop of rocky coastline and golden hour lighting, "
    "fashion-forward wardrobe, eye-catching accessories, warm and inviting color palette, "
    "sharp and detailed digital rendering, stunning high definition finish, on eye level, "
    "scenic, masterpiece"
)
LONGEST_PROMPT = 32_000

# name: (label, step, help)
SAMPLING = {
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


class ChatForm(forms.Form):
    """One prompt and its parameters. Empty and at-default values are not sent."""

    model = forms.ModelChoiceField(
        queryset=Model.objects.none(),
        error_messages={
            "invalid_choice": "This model is no longer on offer; choose another.",
            "required": "Choose a model.",
        },
    )
    prompt = forms.CharField(
        widget=forms.Textarea,
        max_length=LONGEST_PROMPT,
        error_messages={"required": "Write what you would like to see."},
    )
    system = forms.CharField(
        label="System message",
        widget=forms.Textarea,
        required=False,
        max_length=LONGEST_PROMPT,
        help_text="Stands before the conversation and sets its tone.",
    )
    n = forms.IntegerField(
        label="Count",
        required=False,
        min_value=1,
        max_value=int(RANGES["n"][1]),
        help_text="How many answers to make. Each one is charged.",
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
    stream = forms.BooleanField(
        label="Stream the answer",
        required=False,
        help_text="Words appear as they are written. Turn it off for models that answer in one go.",
    )
    user = forms.BooleanField(
        label="Send an opaque id for me",
        required=False,
        help_text="Lets the gateway tell people apart; it is a random id, never a name.",
    )
    logit_bias = BiasField(
        label="Logit bias",
        required=False,
        help_text="One “token id: bias” per line, from -100 (never) to 100 (always).",
    )
    submission = forms.CharField(widget=forms.HiddenInput, max_length=64)
    parent = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, person: User, **options: Any) -> None:
        super().__init__(*args, **options)
        self.person = person
        models = Model.objects.on_offer().filter(kind__in=Model.COMPOSABLE)
        self.fields["model"].queryset = models  # type: ignore[attr-defined]
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

    def clean_parent(self) -> Generation | None:
        """The generation that is being refined, if it is this person's."""
        parent: UUID | None = self.cleaned_data["parent"]
        if parent is None:
            return None
        row = Generation.objects.visible_to(self.person).filter(pk=parent).first()
        if row is None:
            raise forms.ValidationError("The generation to refine is gone.")
        return row

    def refined(self) -> Generation | None:
        """The generation that a sent form refines, even where the form has other faults."""
        self.is_valid()
        parent = self.cleaned_data.get("parent")
        return parent if isinstance(parent, Generation) else None

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

    def asked(self) -> dict[str, Any]:
        """What the person set, as plain JSON, before anything is left out."""
        names = [*SAMPLING, "n", "max_tokens", "stop", "stream", "user", "logit_bias", "system"]
        set_values = {name: self.cleaned_data[name] for name in names}
        chosen = {k: v for k, v in set_values.items() if v not in (None, "", (), {})}
        if not chosen["user"]:
            del chosen["user"]
        return chosen

    def parameters(self) -> Chat:
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
            **taken,
        )

    def sketch(self) -> tuple[Model, Chat] | None:
        """What it would ask for as it stands, sent or not; what is faulty is left out.

        None without a model.
        """
        typed = {field.name: field.value() for field in self}
        form = copy(self) if self.is_bound else ChatForm(typed, person=self.person)
        form.is_valid()
        form.cleaned_data = dict.fromkeys(form.fields) | {"prompt": ""} | form.cleaned_data
        model = form.cleaned_data["model"]
        return (model, form.parameters()) if model else None

    def _messages(self) -> tuple[Message, ...]:
        parent: Generation | None = self.cleaned_data["parent"]
        system = self.cleaned_data["system"]
        earlier = conversation(parent) if parent else ()
        # What the form shows is what is sent: an emptied system message is gone for good.
        spoken = [message for message in earlier if message.role != "system"]
        before = [Message(role="system", content=system)] if system else []
        return (*before, *spoken, Message(role="user", content=self.cleaned_data["prompt"]))


def conversation(generation: Generation) -> tuple[Message, ...]:
    """The whole conversation up to and with a generation's answer."""
    sent = (
        Message(role=message["role"], content=message["content"])
        for message in generation.request.get("messages", ())
    )
    answer = generation.choices.first()
    if answer is None or not answer.text:
        return tuple(sent)
    return (*sent, Message(role="assistant", content=answer.text))


def initial(
    person: User, model: Model | None, source: Generation | None, take: str
) -> dict[str, Any]:
    """What a fresh composer holds: a sample, or what was taken from an earlier generation.

    ``take`` is ``all``, ``prompt``, ``parameters`` or ``refine``.
    """
    values: dict[str, Any] = {"stream": True, "submission": uuid7().hex, "model": model}
    if source is None:
        has_history = Generation.objects.visible_to(person).exists()
        return values | {"prompt": "" if has_history else SAMPLE_PROMPT}
    if take in {"all", "prompt"}:
        values["prompt"] = source.prompt
    if take == "refine":
        values["parent"] = source.pk
    if take in {"all", "parameters", "refine"}:
        values |= source.asked
    return values
