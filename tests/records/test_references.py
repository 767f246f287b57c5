"""Pictures that people give along: what is kept of them, for how long, and for whom."""

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone
from PIL import Image

from modelless_web.gateway.attachments import Wanted
from modelless_web.records import references, retention
from modelless_web.records.checking import check_pictures, find_left_over
from modelless_web.records.models import Discarded, Reference, User
from modelless_web.records.organise.adoption import adopt
from modelless_web.records.store import NotAPictureError
from tests.studio.factories import a_generation, a_picture
from tests.support import factories
from tests.support.factories import photo, reference

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def store(media: Path) -> Path:
    return media


@pytest.fixture
def owner() -> User:
    return factories.guest()


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def on_its_side(form: str = "JPEG") -> bytes:
    """A photo that says where it was taken, and that it lies on its side."""
    image = Image.new("RGB", (60, 40), "#804020")
    exif = image.getexif()
    exif[0x0112], exif[0x010E] = 6, "At home"
    file = io.BytesIO()
    image.save(file, form, exif=exif, comment=b"secret words", icc_profile=b"colours")
    return file.getvalue()


@pytest.mark.parametrize("form", ["JPEG", "WEBP", "PNG"])
def test_a_photo_is_upright_and_tells_nothing_but_its_pixels(form: str) -> None:
    made = references.prepared(on_its_side(form))
    image = opened(made)
    assert image.size == (40, 60)
    assert not image.getexif()
    assert not {"comment", "exif", "icc_profile"} & image.info.keys()
    assert b"At home" not in made


@pytest.mark.parametrize(
    ("size", "expected"),
    [((4096, 1024), (2048, 512)), ((1000, 3000), (683, 2048)), ((2048, 9), (2048, 9))],
)
def test_it_is_scaled_down_to_what_models_take(
    size: tuple[int, int], expected: tuple[int, int]
) -> None:
    assert opened(references.prepared(photo(*size))).size == expected


@pytest.mark.parametrize(
    ("data", "form", "mode"),
    [
        (photo(form="JPEG"), "JPEG", "RGB"),
        (photo(form="PNG"), "PNG", "RGB"),
        (photo(form="GIF"), "PNG", "RGB"),
        (photo(form="WEBP"), "JPEG", "RGB"),
        (photo(colour="#11223344", form="WEBP"), "PNG", "RGBA"),
        (photo(colour="#11223344", form="PNG"), "PNG", "RGBA"),
    ],
)
def test_it_is_of_a_kind_that_models_take(data: bytes, form: str, mode: str) -> None:
    image = opened(references.prepared(data))
    assert (image.format, image.mode) == (form, mode)


def test_a_png_that_is_too_large_to_be_exact_becomes_a_jpeg(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(references, "MOST_EXACT", 100)
    assert opened(references.prepared(photo(300, 300))).format == "JPEG"


@pytest.mark.parametrize(
    "data", [b"", b"words", b"<svg xmlns='http://www.w3.org/2000/svg'/>", photo()[:40]]
)
def test_what_is_no_picture_is_refused(owner: User, data: bytes) -> None:
    with pytest.raises(NotAPictureError):
        references.take(owner, data)
    assert not Reference.objects.exists()


def test_what_is_too_large_is_refused_before_it_is_read(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(references, "MOST_BYTES", 50)
    with pytest.raises(NotAPictureError, match="more than 0 MB"):
        references.take(owner, photo())


@pytest.mark.parametrize("colour", ["#112233", "#112233ff"])
def test_a_mask_that_leaves_nothing_open_is_refused(owner: User, colour: str) -> None:
    with pytest.raises(NotAPictureError, match="nothing of it is transparent"):
        references.take_mask(owner, photo(colour=colour))


def test_the_same_picture_twice_is_one_row(owner: User) -> None:
    first, second = reference(owner), reference(owner)
    assert first.pk == second.pk


def test_the_same_picture_of_two_people_is_a_row_of_each(owner: User) -> None:
    mine, theirs = reference(owner), reference(factories.guest())
    assert (mine.sha256, mine.pk) != (theirs.sha256, theirs.pk)


def load(row: Reference, owner: User, **more: Any) -> Any:
    return references.load(owner.pk, Wanted((row.name,), **more))[row.name]


def test_what_is_sent_is_what_was_kept(owner: User) -> None:
    row = reference(owner)
    with default_storage.open(row.original_name) as file:
        assert load(row, owner).data == file.read()


def test_a_model_that_wants_a_square_gets_the_middle_as_png(owner: User) -> None:
    row = reference(owner, photo(1500, 1200, form="JPEG"))
    sent = load(row, owner, as_square_png=True)
    assert (sent.media_type, opened(sent.data).format) == ("image/png", "PNG")
    assert opened(sent.data).size == (1024, 1024)


def test_nobody_sends_what_is_not_theirs(owner: User) -> None:
    row = reference(factories.guest())
    with pytest.raises(references.MissingError):
        load(row, owner)


def aged(row: Reference) -> Reference:
    """The same, as if nothing had used it for long."""
    Reference.objects.filter(pk=row.pk).update(used_at=timezone.now() - timedelta(days=31))
    return row


def is_there(row: Reference) -> bool:
    return Reference.objects.filter(pk=row.pk).exists()


def test_what_nothing_uses_is_let_go_of_with_its_bytes(owner: User) -> None:
    row = aged(reference(owner))
    assert references.forget() == 1
    assert retention.free() == 1
    assert not default_storage.exists(row.original_name)


def test_what_was_given_of_late_stays(owner: User) -> None:
    row = reference(owner)
    references.forget()
    assert is_there(row)


@pytest.mark.parametrize("field", ["references", "mask"])
def test_what_stands_in_a_draft_stays(owner: User, field: str) -> None:
    row = aged(reference(owner))
    factories.draft(owner, **{field: str(row.pk)})
    references.forget()
    assert is_there(row)


def test_what_went_along_stays_for_as_long_as_the_generation(owner: User) -> None:
    row, generation = aged(reference(owner)), a_generation(owner)
    row.generations.add(generation)
    references.forget()
    assert is_there(row)
    retention.purge([generation.pk])
    assert references.forget() == 1


def test_bytes_that_somebody_gives_along_are_not_freed_with_a_picture(owner: User) -> None:
    row, generation = reference(owner), a_generation(owner)
    with default_storage.open(row.original_name) as file:
        picture = a_picture(generation, file.read())
    assert picture.sha256 == row.sha256
    retention.purge([generation.pk])
    assert not Discarded.objects.exists()
    assert default_storage.exists(row.original_name)


def test_bytes_that_are_to_be_freed_are_taken_off_that_list(owner: User) -> None:
    row = reference(owner)
    Discarded.objects.create(sha256=row.sha256, media_type=row.media_type)
    reference(owner)
    assert not Discarded.objects.exists()


def test_a_look_at_the_store_finds_what_is_missing_and_nothing_left_over(owner: User) -> None:
    row = reference(owner)
    assert [found.finding for found in check_pictures(mend=False)] == [None]
    assert list(find_left_over()) == []
    default_storage.delete(row.original_name)
    (found,) = check_pictures(mend=False)
    assert (found.name, found.finding) == (row.original_name, "missing")


def test_signing_in_takes_them_along(owner: User) -> None:
    row, account = reference(owner), factories.person()
    adopt(account, owner)
    row.refresh_from_db()
    assert row.owner == account


def test_a_link_is_known_for_as_long_as_it_lives(owner: User) -> None:
    soon = timezone.now() + timedelta(minutes=5)
    row = reference(owner, source_url="https://x.example/a.png", expires_at=soon)
    assert row.link == "https://x.example/a.png"
    row.expires_at = timezone.now()
    assert row.link == ""
