"""The composer's group of fields for the images API: shape, looks and the form of the file."""

from dataclasses import dataclass
from typing import Any, Final

from django import forms

from modelless_web.gateway.image_models import AUTO, SIZE, ImageTraits
from modelless_web.gateway.parameters import CHOSEN, MOST_COMPRESSION, MOST_PARTIAL, Images
from modelless_web.records.models import User
from modelless_web.studio.forms.references import VARIED, ReferencesGroup

SIZES: Final = {
    "": "Default",
    AUTO: "Auto",
    "1024x1024": "Square",
    "1536x1024": "Wide",
    "1024x1536": "Tall",
    "1792x1024": "Wide",
    "1024x1792": "Tall",
    "512x512": "Medium",
    "256x256": "Small",
}
LONGEST_SIZE: Final = 11
# The box in which shapes are drawn, and the longest side of one.
BOX: Final = 24
DRAWN: Final = 20
LARGEST: Final = 1792

# name: (label, what it says of itself, {value: label})
CHOICES: Final[dict[str, tuple[str, str, dict[str, str]]]] = {
    "quality": (
        "Quality",
        "Finer pictures take longer and cost more.",
        {"low": "Low", "medium": "Medium", "high": "High", "standard": "Standard", "hd": "HD"},
    ),
    "style": (
        "Style",
        "Vivid is dramatic; natural looks less made up.",
        {"vivid": "Vivid", "natural": "Natural"},
    ),
    "background": (
        "Background",
        "A transparent one needs PNG or WebP.",
        {"transparent": "Transparent", "opaque": "Opaque"},
    ),
    "output_format": (
        "File",
        "PNG keeps every pixel; JPEG and WebP are smaller.",
        {"png": "PNG", "jpeg": "JPEG", "webp": "WebP"},
    ),
    "moderation": ("Moderation", "Low refuses less.", {"low": "Low"}),
    "response_format": (
        "Sent as",
        "The studio keeps the picture either way.",
        {"url": "A link", "b64_json": "Bytes"},
    ),
}


@dataclass(frozen=True, slots=True)
class Shape:
    """A size to choose, and its outline in a box of 24 by 24."""

    value: str
    label: str
    pixels: str
    width: float
    height: float
    is_chosen: bool

    @property
    def x(self) -> float:
        return round((BOX - self.width) / 2, 1)

    @property
    def y(self) -> float:
        return round((BOX - self.height) / 2, 1)


class ImagesGroup(ReferencesGroup):
    """What models of the images API take beside a prompt; which of it, their traits say."""

    person: User

    size = forms.CharField(required=False, max_length=LONGEST_SIZE)
    own_size = forms.RegexField(
        SIZE,
        required=False,
        max_length=LONGEST_SIZE,
        error_messages={"invalid": "Write a size as width x height, such as 1600x896."},
    )
    output_compression = forms.IntegerField(
        label="Compression",
        required=False,
        min_value=0,
        max_value=MOST_COMPRESSION,
        help_text="Of JPEG and WebP: 100 keeps most, 0 is smallest.",
    )
    partial_images = forms.IntegerField(
        label="Sketches on the way",
        required=False,
        min_value=0,
        max_value=MOST_PARTIAL,
        help_text="How often to see the picture before it is done, when the answer is streamed.",
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name, (label, help_text, values) in CHOICES.items():
            choices = [("", "Default"), *values.items()]
            self.fields[name] = forms.ChoiceField(
                label=label, required=False, choices=choices, help_text=help_text
            )

    @property
    def shapes(self) -> list[Shape]:
        """The sizes that have a name, each drawn."""
        chosen = str(self["size"].value() or "")
        return [_shape(value, label, chosen) for value, label in SIZES.items()]

    @property
    def picture_fields(self) -> list[forms.BoundField]:
        """The fields of the group but for the size, in the order in which they are shown."""
        names = [*CHOICES, "output_compression", "partial_images"]
        return [self[name] for name in names]

    @property
    def changed_pictures(self) -> int:
        """How many of them are set."""
        return sum(bool(field.value()) for field in self.picture_fields)

    def images(self) -> Images:
        """What the run asks for. Raises ValueError where the model does not take a value."""
        data, model = self.cleaned_data, self.cleaned_data["model"]
        traits: ImageTraits = model.traits.images
        wanted = data | {"size": data["own_size"] or data["size"]}
        taken = {
            name: wanted[name]
            for name in (*CHOSEN, "n", "output_compression", "partial_images")
            if name in traits.parameters and wanted[name] not in (None, "")
        }
        return Images(
            model=model.name,
            prompt=data["prompt"] or VARIED,
            traits=traits,
            stream=data["stream"] and traits.streams,
            user=self.person.opaque_id.hex if data["user"] else "",
            **self.for_images(),
            **taken,
        )


def _shape(value: str, label: str, chosen: str) -> Shape:
    found = SIZE.fullmatch(value)
    width, height = (int(found[1]), int(found[2])) if found else (LARGEST // 2, LARGEST // 2)
    scale = DRAWN / LARGEST
    return Shape(
        value,
        label,
        value.replace("x", "×") if found else "",
        round(width * scale, 1),
        round(height * scale, 1),
        is_chosen=value == chosen,
    )
