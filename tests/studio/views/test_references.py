"""The pictures that go along: added to the strip, shown, and taken from answers."""

import errno
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from modelless_web.records.media import AtomicStorage
from modelless_web.records.models import Draft, Generation, Model, Reference, User
from tests.studio.factories import a_generation, a_model, a_picture, filled_in, png
from tests.studio.pages import HTMX, chosen_model, faults, text_of, typed
from tests.support.factories import photo, reference

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume"),
]

HOSTILE = '"><img src=x onerror=alert(1)>.png'


@pytest.fixture(autouse=True)
def store(media: Path) -> Path:
    return media


def file(data: bytes | None = None, name: str = "a.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data or photo())


def add(browser: Client, *files: SimpleUploadedFile, **fields: Any) -> Any:
    return browser.post("/references/", {"files": list(files), **fields}, headers=HTMX)


def shown(response: Any) -> list[str]:
    """The ids of the strip, in order."""
    return re.findall(r'data-reference="([0-9a-f-]+)"', response.content.decode())


def test_what_is_added_follows_what_is_there(mine: Client, person: User) -> None:
    first = reference(person)
    response = add(mine, file(photo(9, 9)), file(photo(10, 10)), references=str(first.pk))
    ids = shown(response)
    assert [ids[0], len(ids)] == [str(first.pk), 3]
    assert typed(response, "references") == " ".join(ids)


@pytest.mark.parametrize("chosen", ["high", ""])
def test_how_closely_they_are_followed_stays_as_it_was_chosen(mine: Client, chosen: str) -> None:
    page = text_of(add(mine, file(), input_fidelity=chosen))
    assert f'<option value="{chosen}" selected>' in page
    assert 'data-param="input_fidelity"' not in text_of(add(mine, input_fidelity=chosen))


def test_what_is_no_picture_is_told_by_its_name_as_text(mine: Client) -> None:
    response = add(mine, file(b"words", HOSTILE), file())
    assert len(shown(response)) == 1
    assert "can’t go along: the bytes are not a PNG" in text_of(response)
    assert "<img src=x" not in response.content.decode()


def test_a_store_that_cannot_be_written_is_told(
    mine: Client, person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = a_picture(a_generation(person), photo(3000, 10))

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(AtomicStorage, "_save", full)
    assert "can’t be stored now (No space left on device)" in text_of(add(mine, file()))
    response = mine.post(f"/pictures/{picture.pk}/along/", follow=True)
    assert "The picture can’t be stored now" in text_of(response)


def test_no_more_than_there_is_room_for_are_kept(mine: Client) -> None:
    response = add(mine, *(file(photo(8, 8 + number)) for number in range(22)))
    assert len(shown(response)) == 20
    assert "At most 20 pictures can go along" in text_of(response)


def test_a_mask_is_kept_apart(mine: Client, person: User) -> None:
    mask = file(photo(64, 48, "#00000000"), "mask.png")
    fields = {"references": str(reference(person).pk), "mask_file": mask}
    response = mine.post("/references/", fields, headers=HTMX)
    assert len(shown(response)) == 1
    assert Reference.objects.get(pk=typed(response, "mask")).width == 64


@pytest.mark.parametrize("variant", ["original", "320", "640"])
def test_it_is_shown_to_its_owner(mine: Client, person: User, variant: str) -> None:
    response = mine.get(f"/references/{reference(person).pk}/{variant}")
    assert response.status_code == 200
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Content-Type"] == ("image/png" if variant == "original" else "image/webp")


def test_a_picture_of_an_answer_goes_along_with_a_new_draft(mine: Client, person: User) -> None:
    a_model("stable-diffusion")
    a_model("practice-sees")
    picture = a_picture(a_generation(person), png(), source_url="https://x.example/a.png")
    response = mine.post(f"/pictures/{picture.pk}/along/")
    page = mine.get(response["Location"])
    (pk,) = shown(page)
    assert Reference.objects.get(pk=pk).source_url == "https://x.example/a.png"
    assert (typed(page, "prompt"), chosen_model(page)) == ("", "practice-sees")


def test_a_picture_of_an_answer_joins_those_that_are_there(mine: Client, person: User) -> None:
    first = reference(person)
    picture = a_picture(a_generation(person), png(), source_url="https://x.example/a.png")
    ids = shown(add(mine, references=str(first.pk), picture=str(picture.pk)))
    assert [ids[0], len(ids)] == [str(first.pk), 2]
    assert Reference.objects.get(pk=ids[1]).source_url == "https://x.example/a.png"


def test_another_persons_picture_joins_nothing(mine: Client, stranger: User) -> None:
    picture = a_picture(a_generation(stranger), png())
    assert shown(add(mine, picture=str(picture.pk))) == []
    assert not Reference.objects.exists()


def test_a_picture_that_is_lost_is_told_at_the_strip(mine: Client, person: User) -> None:
    picture = a_picture(a_generation(person), state="lost")
    response = add(mine, picture=str(picture.pk))
    assert shown(response) == []
    assert "The picture can’t go along: it is not here." in text_of(response)


def test_where_there_is_no_room_no_picture_joins(mine: Client, person: User) -> None:
    ids = [str(reference(person, photo(8, 8 + number)).pk) for number in range(20)]
    picture = a_picture(a_generation(person), png())
    response = add(mine, references=" ".join(ids), picture=str(picture.pk))
    assert shown(response) == ids
    assert "At most 20 pictures can go along" in text_of(response)


def test_what_is_not_stored_cannot_go_along(mine: Client, person: User) -> None:
    picture = a_picture(a_generation(person), state="lost")
    assert mine.post(f"/pictures/{picture.pk}/along/").status_code == 404


@pytest.fixture
def sees(db: None) -> Model:
    """A model that looks at pictures."""
    return a_model("practice-sees")


def test_without_scripts_files_are_sent_with_the_form(mine: Client, sees: Model) -> None:
    mine.post("/generations/", filled_in(sees) | {"files": [file(), file(photo(9, 9))]})
    row = Generation.objects.get()
    assert row.references.count() == 2
    assert len(row.request["messages"][-1]["content"]) == 3


def test_without_scripts_one_is_removed_by_a_tick(mine: Client, person: User, sees: Model) -> None:
    one, two = reference(person), reference(person, photo(9, 9))
    fields = {"references": f"{one.pk} {two.pk}", "drop": str(one.pk)}
    mine.post("/generations/", filled_in(sees, **fields))
    assert list(Generation.objects.get().references.all()) == [two]


def test_a_file_that_is_no_picture_is_told_and_the_rest_stays(mine: Client, sees: Model) -> None:
    sent = filled_in(sees) | {"files": [file(b"words", "notes.txt"), file()]}
    response = mine.post("/generations/", sent)
    assert response.status_code == 422
    assert any("“notes.txt” can’t go along" in said for said in faults(response))
    assert len(shown(response)) == 1
    assert not Generation.objects.exists()


def test_a_draft_keeps_the_files_that_were_sent_with_it(mine: Client, sees: Model) -> None:
    page = mine.get("/?new")
    sent = filled_in(sees) | {"draft": typed(page, "draft"), "version": "0", "files": [file()]}
    mine.post("/drafts/save/", sent)
    assert Draft.objects.get().fields["references"] == str(Reference.objects.get().pk)
