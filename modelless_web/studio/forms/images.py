"""The composer's group of fields for the images API: shape, looks and the form of the file."""

from django import forms

from modelless_web.gateway.image_models import ImageTraits
from modelless_web.gateway.parameters import (
    CHOSEN,
    MOST_COMPRESSION,
    MOST_PARTIAL,
    Images,
)
from modelless_web.records.models import User

LONGEST_CHOICE = 20


class ImagesGroup(forms.Form):
    """What models of the images API take beside a prompt; which of it, their traits say."""

    person: User

    size = forms.CharField(required=False, max_length=LONGEST_CHOICE)
    quality = forms.CharField(required=False, max_length=LONGEST_CHOICE)
    style = forms.CharField(required=False, max_length=LONGEST_CHOICE)
    background = forms.CharField(required=False, max_length=LONGEST_CHOICE)
    output_format = forms.CharField(required=False, max_length=LONGEST_CHOICE)
    output_compression = forms.IntegerField(required=False, min_value=0, max_value=MOST_COMPRESSION)
    moderation = forms.CharField(required=False, max_length=LONGEST_CHOICE)
    response_format = forms.CharField(required=False, max_length=LONGEST_CHOICE)
    partial_images = forms.IntegerField(required=False, min_value=0, max_value=MOST_PARTIAL)

    @property
    def picture_fields(self) -> list[forms.BoundField]:
        """The fields of the group, in the order in which they are shown."""
        return [self[name] for name in ImagesGroup.base_fields]

    def images(self) -> Images:
        """What the run asks for. Raises ValueError where the model does not take a value."""
        data, model = self.cleaned_data, self.cleaned_data["model"]
        traits: ImageTraits = model.traits.images
        taken = {
            name: data[name]
            for name in (*CHOSEN, "n", "output_compression", "partial_images")
            if name in traits.parameters and data[name] not in (None, "")
        }
        return Images(
            model=model.name,
            prompt=data["prompt"],
            traits=traits,
            stream=data["stream"] and traits.streams,
            user=self.person.opaque_id.hex if data["user"] else "",
            **taken,
        )
