"""The composer's pictures that go along with a prompt: in order, with a mask, or to be varied.

In the form they are ids, one after the other with a space between: a draft keeps them as typed.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.functional import cached_property

from modelless_web.gateway.traits import ModelTraits
from modelless_web.records import references
from modelless_web.records.models import Model, Picture, Reference, User
from modelless_web.records.store import NotAPictureError, StoreError
from modelless_web.studio.forms.fields import read_ids

type File = UploadedFile[Any]

MOST: Final = 20
LONGEST: Final = 2_000
VARY: Final = "variation"
# What stands for the words that nobody had to write.
VARIED: Final = "A variation"
ALONG: Final = ("references", "mask", "make", "input_fidelity")
GONE: Final = "One of the pictures that go along is gone; remove it or choose another."


@dataclass(frozen=True, slots=True)
class Posted:
    """What a composer sent, and a sentence for each file that is not taken."""

    data: QueryDict
    faults: list[str] = field(default_factory=list)


class ReferencesGroup(forms.Form):
    """The pictures that go along, whatever the family of the model."""

    person: User

    references = forms.CharField(
        required=False, max_length=LONGEST, widget=forms.HiddenInput, label="Pictures"
    )
    mask = forms.CharField(required=False, max_length=36, widget=forms.HiddenInput)
    make = forms.ChoiceField(
        required=False, choices=[("", "Edit it as the prompt says"), (VARY, "Vary it")]
    )
    input_fidelity = forms.ChoiceField(
        label="Fidelity",
        required=False,
        choices=[("", "Low"), ("high", "High")],
        help_text="High keeps faces and fine details, and may cost more.",
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.faults: list[str] = []

    @cached_property
    def along(self) -> list[Reference]:
        """The pictures that are shown in the strip: those that are still there."""
        return self._own(str(self["references"].value() or ""))

    @property
    def ids(self) -> str:
        """The same, as the form sends them."""
        return _ids(self.along)

    @cached_property
    def drawn(self) -> Reference | None:
        """The mask, if one was drawn and is still there."""
        return next(iter(self._own(str(self["mask"].value() or ""))), None)

    def clean_references(self) -> str:
        """Those of this person, each once. Raises ValidationError if one is gone."""
        rows = self._present("references")
        if len(rows) > MOST:
            raise forms.ValidationError(f"At most {MOST} pictures can go along.")
        return _ids(rows)

    def clean_mask(self) -> str:
        """The id of one of this person's. Raises ValidationError if it is gone."""
        return _ids(self._present("mask"))

    def _present(self, name: str) -> list[Reference]:
        text = self.cleaned_data[name]
        rows = self._own(text)
        if len(rows) < len(set(text.split())):
            raise forms.ValidationError(GONE)
        return rows

    def _own(self, text: str) -> list[Reference]:
        ids = read_ids(text)[: MOST + 1]
        return Reference.objects.visible_to(self.person).in_order(ids) if ids else []

    @property
    def varies(self) -> bool:
        """Whether others like a picture that goes along are wanted, of a model that makes them."""
        data = self.cleaned_data
        images = data["model"].traits.images
        is_wanted = data["make"] == VARY and data["references"] != ""
        return is_wanted and bool(images and images.varies)

    def given(self) -> list[Reference]:
        """What goes along. Raises ValueError with a sentence if the model does not take it."""
        model: Model = self.cleaned_data["model"]
        rows = self._own(self.cleaned_data["references"])
        most = model.most_along
        if rows and not most and model.traits.most_pictures:
            raise ValueError(f"{model.gateway} has said that it edits no pictures; remove them.")
        if len(rows) > most:
            count = "one picture" if most == 1 else f"{most} pictures"
            many = f"takes only {count} along" if most else "takes no pictures along"
            raise ValueError(f"{model.name} {many}; remove the others or choose another model.")
        return rows

    def for_chat(self, traits: ModelTraits) -> dict[str, Any]:
        """How they stand in a message: by name, or by the address that some models read."""
        rows = self.given()
        if not traits.by_address:
            return {"pictures": tuple(row.name for row in rows)}
        links = tuple(row.link for row in rows)
        if not all(links):
            raise ValueError(
                "This model reads a picture by its address alone: only one that a gateway made, "
                "and whose link is still alive, can go along."
            )
        return {"links": links}

    def for_images(self) -> dict[str, Any]:
        """How they stand in a request of the images API."""
        rows = self.given()
        pictures = tuple(row.name for row in rows)
        if self.varies and self.cleaned_data["model"].gateway.variations_are_refused:
            raise ValueError("This gateway has said that it varies no pictures; edit it instead.")
        mask = next(iter(self._own(self.cleaned_data["mask"] if rows else "")), None)
        if mask and (mask.width, mask.height) != (rows[0].width, rows[0].height):
            raise ValueError("The mask was drawn over another picture; draw it anew.")
        return {
            "pictures": pictures,
            "mask": mask.name if mask and not self.varies else "",
            "is_variation": self.varies,
        }


def posted(person: User, post: QueryDict, files: MultiValueDict[str, File]) -> Posted:
    """Take what a composer sent: pictures are kept and stand among the others as their ids."""
    pictures, masks = files.getlist("files"), files.getlist("mask_file")[:1]
    dropped, answered = set(post.getlist("drop")), post.get("picture", "")
    if not (pictures or masks or dropped or answered):
        return Posted(post)
    faults: list[str] = []
    sent = post.copy()
    kept = [word for word in post.get("references", "").split() if word not in dropped]
    room = max(0, MOST - len(kept))
    if len(pictures) + bool(answered) > room:
        faults.append(f"At most {MOST} pictures can go along; the rest was left out.")
    added = [
        row for file in pictures[:room] for row in _keep(references.take, person, file, faults)
    ]
    if answered and room > len(added):
        added += _keep_again(person, answered, faults)
    sent["references"] = " ".join(dict.fromkeys([*kept, *_ids(added).split()]))
    for mask in masks:
        sent["mask"] = _ids(_keep(references.take_mask, person, mask, faults))
    return Posted(sent, faults)


def _keep(
    take: Callable[[User, bytes], Reference], person: User, file: File, faults: list[str]
) -> list[Reference]:
    """Keep what was uploaded."""
    # One byte more than is taken tells that it is too large.
    return _tried(
        lambda: take(person, file.read(references.MOST_BYTES + 1)), f"“{file.name}”", faults
    )


def _keep_again(person: User, pk: str, faults: list[str]) -> list[Reference]:
    """Keep a picture that an answer of this person's brought."""
    own = Picture.objects.filter(generation__owner=person, pk__in=read_ids(pk)[:1]).first()
    if own is None:
        return []
    return _tried(lambda: references.take_again(person, own), "The picture", faults)


def _tried(keep: Callable[[], Reference], name: str, faults: list[str]) -> list[Reference]:
    """What is kept; of what can't be, say why."""
    try:
        return [keep()]
    except NotAPictureError as error:
        faults.append(f"{name} can’t go along: {error}.")
    except StoreError as error:
        faults.append(f"{name} can’t be stored now ({error}). Try again in a moment.")
    return []


def _ids(rows: list[Reference]) -> str:
    return " ".join(str(row.pk) for row in rows)
