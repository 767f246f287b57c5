"""The composer's pictures: whose they are, how many a model takes, and how they reach it."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from modelless_web.gateway.parameters import Chat, Images
from modelless_web.records.models import Gateway, Model, Reference, User
from modelless_web.studio.forms.composer import ComposerForm, initial
from tests.studio.factories import a_generation, a_model, filled_in
from tests.support import factories
from tests.support.factories import photo, reference

pytestmark = pytest.mark.django_db

TAKES = ("all", "prompt", "parameters", "refine")
LINK = "https://gateway.example/a.png"


@pytest.fixture(autouse=True)
def store(media: Path) -> Path:
    return media


def form(person: User, on: Model, *given: Reference, **fields: Any) -> ComposerForm:
    ids = " ".join(str(row.pk) for row in given)
    return ComposerForm(filled_in(on, references=ids, **fields), person=person)


def faults(sent: ComposerForm) -> str:
    return " ".join(str(text) for texts in sent.errors.values() for text in texts)


def chat(sent: ComposerForm) -> Chat:
    assert sent.errors == {}
    asked = sent.parameters()
    assert isinstance(asked, Chat)
    return asked


def images(sent: ComposerForm) -> Images:
    assert sent.errors == {}
    asked = sent.parameters()
    assert isinstance(asked, Images)
    return asked


def several(person: User, count: int) -> list[Reference]:
    return [reference(person, photo(8, 8 + number)) for number in range(count)]


def test_they_go_along_in_their_order(person: User) -> None:
    one, two = several(person, 2)
    sent = form(person, a_model("practice-sees"), two, one, two)
    assert chat(sent).messages[-1].pictures == (two.name, one.name)


def test_what_is_not_yours_is_as_if_it_was_gone(person: User, stranger: User) -> None:
    sent = form(person, a_model("practice-sees"), reference(stranger))
    assert "One of the pictures that go along is gone" in faults(sent)
    assert sent.along == []


@pytest.mark.parametrize(
    ("model", "kind", "count", "said"),
    [
        ("stable-diffusion", "image-chat", 1, "takes no pictures along"),
        ("dall-e-3", "images", 1, "takes no pictures along"),
        ("dall-e-2", "images", 2, "takes only one picture along"),
        ("gpt-image-1", "images", 17, "takes only 16 pictures along"),
        ("gpt-4o", "chat", 11, "takes only 10 pictures along"),
        ("gpt-image-1", "images", 21, "At most 20 pictures can go along"),
    ],
)
def test_more_than_a_model_takes_is_told(
    person: User, model: str, kind: str, count: int, said: str
) -> None:
    sent = form(person, a_model(model, kind=kind), *several(person, count))
    assert said in faults(sent)


def test_a_model_that_reads_addresses_gets_those_that_live(person: User) -> None:
    soon = timezone.now() + timedelta(minutes=5)
    row = reference(person, source_url=LINK, expires_at=soon)
    asked = chat(form(person, a_model("gpt-4-all"), row))
    assert (asked.messages[-1].links, asked.messages[-1].pictures) == ((LINK,), ())
    assert asked.prompt == "a red fox"


def test_a_model_that_reads_addresses_says_why_another_picture_cannot_go_along(
    person: User,
) -> None:
    over = reference(person, source_url=LINK, expires_at=timezone.now())
    own = reference(person, photo(9, 9))
    for row in (over, own):
        sent = form(person, a_model("gpt-4-all"), row)
        assert "reads a picture by its address alone" in faults(sent)


def test_a_mask_goes_along_with_the_picture_that_it_was_drawn_over(person: User) -> None:
    picture, mask = reference(person), reference(person, photo(64, 48, "#00000000"))
    model = a_model("gpt-image-1", kind="images")
    assert images(form(person, model, picture, mask=str(mask.pk))).mask == mask.name
    other = reference(person, photo(48, 64))
    assert "drawn over another picture" in faults(form(person, model, other, mask=str(mask.pk)))
    assert images(form(person, model, mask=str(mask.pk))).mask == ""


def test_a_variation_needs_no_prompt_and_takes_no_mask(person: User) -> None:
    picture, mask = reference(person), reference(person, photo(64, 48, "#00000000"))
    model = a_model("dall-e-2", kind="images")
    fields = {"prompt": "", "make": "variation", "mask": str(mask.pk)}
    asked = images(form(person, model, picture, **fields))
    assert (asked.is_variation, asked.mask) == (True, "")


@pytest.mark.parametrize(
    ("model", "kind"), [("gpt-image-1", "images"), ("practice-sees", "image-chat")]
)
def test_a_model_that_varies_nothing_needs_a_prompt(person: User, model: str, kind: str) -> None:
    sent = form(person, a_model(model, kind=kind), prompt="", make="variation")
    assert faults(sent) == "Write what you would like to see."


def refused(**columns: Any) -> Model:
    gateway = factories.gateway()
    Gateway.objects.filter(pk=gateway.pk).update(**columns)
    gateway.refresh_from_db()
    return a_model("dall-e-2", kind="images", gateway=gateway)


def test_a_gateway_that_edits_nothing_is_offered_no_pictures_for_a_day(person: User) -> None:
    model = refused(no_edits_at=timezone.now())
    assert not {"references", "mask", "make"} & set(model.takes.split())
    assert "has said that it edits no pictures" in faults(form(person, model, reference(person)))
    later = refused(no_edits_at=timezone.now() - timedelta(days=1))
    assert {"references", "mask", "make"} <= set(later.takes.split())


def test_how_closely_they_are_followed_is_offered_with_them_alone(person: User) -> None:
    model = a_model("gpt-image-1", kind="images")
    assert "input_fidelity" in model.takes.split()
    assert "input_fidelity" not in a_model("gpt-image-2", kind="images").takes.split()
    Gateway.objects.filter(pk=model.gateway_id).update(no_edits_at=timezone.now())
    assert "input_fidelity" not in Model.objects.get(pk=model.pk).takes.split()


def test_how_closely_they_are_followed_is_sent_and_comes_back(person: User) -> None:
    model = a_model("gpt-image-1", kind="images")
    sent = form(person, model, reference(person), input_fidelity="high")
    assert images(sent).body()["input_fidelity"] == "high"
    kept = a_generation(person, asked=sent.asked(), gateway=model.gateway)
    fields = [initial(person, model, kept, take).get("input_fidelity") for take in TAKES]
    assert fields == ["high", None, None, None]


def test_a_model_that_follows_them_in_its_own_way_is_not_told_how(person: User) -> None:
    model = a_model("gpt-image-2", kind="images")
    sent = form(person, model, reference(person), input_fidelity="high")
    assert "input_fidelity" not in images(sent).body()
    assert "Select a valid choice" in faults(form(person, model, input_fidelity="highest"))


def test_a_gateway_that_varies_nothing_still_edits(person: User) -> None:
    model = refused(no_variations_at=timezone.now())
    assert {"references", "mask"} <= set(model.takes.split())
    assert "make" not in model.takes.split()


def test_what_was_asked_brings_them_back(person: User) -> None:
    rows = several(person, 2)
    model = a_model("practice-sees")
    sent = form(person, model, *rows)
    assert sent.is_valid()
    kept = a_generation(person, asked=sent.asked(), gateway=model.gateway)
    for take, expected in (("all", rows), ("prompt", []), ("parameters", []), ("refine", [])):
        shown = ComposerForm(initial=initial(person, model, kept, take), person=person)
        assert shown.along == expected, take


def test_a_conversation_that_is_gone_on_with_keeps_its_pictures(person: User) -> None:
    row, model = reference(person), a_model("practice-sees")
    body = chat(form(person, model, row)).body()
    parent = a_generation(person, text="I see one.", request=body, gateway=model.gateway)
    asked = chat(form(person, model, parent=str(parent.pk), prompt="And now?"))
    assert [message.pictures for message in asked.messages] == [(row.name,), (), ()]
    assert asked.messages[0].content == "a red fox"


def test_an_edit_that_is_refined_keeps_its_picture(person: User) -> None:
    row, model = reference(person), a_model("gpt-image-1", kind="images")
    sent = form(person, model, row)
    assert sent.is_valid()
    kept = a_generation(person, asked=sent.asked(), model_kind="images", gateway=model.gateway)
    shown = ComposerForm(initial=initial(person, model, kept, "refine"), person=person)
    assert shown.along == [row]


@pytest.mark.parametrize("name", ["stable-diffusion", "gpt-4-all"])
def test_a_conversation_goes_on_without_them_where_the_model_cannot_see(
    person: User, name: str
) -> None:
    body = chat(form(person, a_model("practice-sees"), reference(person))).body()
    parent = a_generation(person, text="I see one.", request=body)
    asked = chat(form(person, a_model(name), parent=str(parent.pk), prompt="And now?"))
    assert [message.pictures for message in asked.messages] == [(), (), ()]


def test_nothing_is_varied_that_is_not_there(person: User) -> None:
    sent = form(person, a_model("dall-e-2", kind="images"), prompt="", make="variation")
    assert faults(sent) == "Write what you would like to see."


def test_a_gateway_that_varies_nothing_says_so_before_it_is_asked(person: User) -> None:
    model = refused(no_variations_at=timezone.now())
    sent = form(person, model, reference(person), make="variation")
    assert "varies no pictures" in faults(sent)
