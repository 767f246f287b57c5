"""The composer: what a person sets, whatever the family of the model that is to make it."""

import json
from collections.abc import Callable, Iterable, Sequence
from copy import copy
from typing import Any, ClassVar, Final
from uuid import UUID

from django import forms

from modelless_web.gateway.parameters import RANGES, Chat, Images
from modelless_web.records.ids import uuid7
from modelless_web.records.models import Generation, Model, User
from modelless_web.studio.forms.chat import ChatGroup
from modelless_web.studio.forms.fields import WordsField
from modelless_web.studio.forms.images import ImagesGroup
from modelless_web.studio.forms.references import ALONG, VARY

SAMPLE_PROMPT: Final = (
    "striking poses, stunning backdrop of rocky coastline and golden hour lighting, "
    "fashion-forward wardrobe, eye-catching accessories, warm and inviting color palette, "
    "sharp and detailed digital rendering, stunning high definition finish, on eye level, "
    "scenic, masterpiece"
)
LONGEST_PROMPT: Final = 32_000
# What a half-typed form says where a field has a fault or is not there.
EMPTY: Final = {"prompt": "", "references": "", "mask": "", "make": ""}
HIDDEN: Final = ("model", "prompt", "submission", "parent")


class ComposerForm(ChatGroup, ImagesGroup):
    """One prompt and its parameters: what every family takes, and one group of fields for each.

    Empty and at-default values are not sent. ``built`` is what a valid form asks for.
    """

    built: Chat | Images

    BUILD: ClassVar[dict[str, Callable[["ComposerForm"], Chat | Images]]] = {
        Model.Kind.CHAT: ChatGroup.chat,
        Model.Kind.IMAGE_CHAT: ChatGroup.chat,
        Model.Kind.IMAGES: ImagesGroup.images,
    }

    model = forms.ModelChoiceField(
        queryset=Model.objects.none(),
        error_messages={
            "invalid_choice": "This model is no longer on offer; choose another.",
            "required": "Choose a model.",
        },
    )
    prompt = WordsField(
        max_length=LONGEST_PROMPT,
        error_messages={"required": "Write what you would like to see."},
    )
    n = forms.IntegerField(
        label="Count",
        required=False,
        min_value=1,
        max_value=int(RANGES["n"][1]),
        help_text="How many answers to make. Each one is charged.",
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
    submission = forms.CharField(widget=forms.HiddenInput, max_length=64)
    parent = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, person: User, faults: Sequence[str] = (), **more: Any) -> None:
        super().__init__(*args, **more)
        self.person, self.faults = person, [*faults]
        models = Model.objects.on_offer().filter(kind__in=Model.COMPOSABLE)
        self.fields["model"].queryset = models  # type: ignore[attr-defined]
        # What is varied needs no words.
        self.fields["prompt"].required = self["make"].value() != VARY

    @property
    def is_for_pictures(self) -> bool:
        """Whether the model that it shows is one of the images API."""
        value = self["model"].value()
        model = value if isinstance(value, Model) else self._offered(value)
        return model is not None and model.is_for_images

    @property
    def picture_choices(self) -> str:
        """What each model of the images API takes of each choice, as the script reads it."""
        models: Iterable[Model] = self.fields["model"].queryset  # type: ignore[attr-defined]
        taken = {
            model.pk: {**traits.options, "any_size": traits.any_size}
            for model in models
            if model.is_for_images and (traits := model.traits.images)
        }
        return json.dumps(taken, separators=(",", ":"))

    def _offered(self, pk: Any) -> Model | None:
        models: Iterable[Model] = self.fields["model"].queryset  # type: ignore[attr-defined]
        return next((model for model in models if str(model.pk) == str(pk)), None)

    def clean_parent(self) -> Generation | None:
        """The generation that is being refined, if it is this person's."""
        parent: UUID | None = self.cleaned_data["parent"]
        if parent is None:
            return None
        row = Generation.objects.visible_to(self.person).filter(pk=parent).first()
        if row is None:
            raise forms.ValidationError("The generation to refine is gone.")
        return row

    def clean(self) -> None:
        """Judge the values together, by what the chosen model takes."""
        for fault in self.faults:
            self.add_error("references", fault)
        if not self.errors and not self.cleaned_data["prompt"] and not self.varies:
            self.add_error("prompt", self.fields["prompt"].error_messages["required"])
        if not self.errors:
            try:
                self.built = self.parameters()
            except ValueError as error:
                self.add_error(None, str(error))

    def refined(self) -> Generation | None:
        """The generation that a sent form refines, even where the form has other faults."""
        self.is_valid()
        parent = self.cleaned_data.get("parent")
        return parent if isinstance(parent, Generation) else None

    def asked(self) -> dict[str, Any]:
        """What the person set, as plain JSON, before anything is left out."""
        set_values = {k: v for k, v in self.cleaned_data.items() if k not in HIDDEN}
        chosen = {k: v for k, v in set_values.items() if v not in (None, "", (), {})}
        if not chosen["user"]:
            del chosen["user"]
        return chosen

    def parameters(self) -> Chat | Images:
        """What the run asks for; whatever the model does not take is left out.

        Raises ValueError with a sentence where the model does not take a value.
        """
        return self.BUILD[self.cleaned_data["model"].kind](self)

    def sketch(self) -> tuple[Model, Chat | Images] | None:
        """The model and what it would ask for as it stands, sent or not; faults are left out.

        None without a model, or where the model does not take what is left.
        """
        typed = {field.name: field.value() for field in self}
        form = copy(self) if self.is_bound else ComposerForm(typed, person=self.person)
        form.is_valid()
        form.cleaned_data = dict.fromkeys(form.fields) | EMPTY | form.cleaned_data
        model = form.cleaned_data["model"]
        try:
            return (model, form.parameters()) if model else None
        except ValueError:
            return None


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
        # What went along with a conversation that is gone on with is in it already.
        is_kept = take == "all" or (take == "refine" and source.model_kind == Model.Kind.IMAGES)
        left_out = () if is_kept else ALONG
        values |= {name: value for name, value in source.asked.items() if name not in left_out}
    return values
