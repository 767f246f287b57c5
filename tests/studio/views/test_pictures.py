"""The pictures' bytes, for their owner only."""

import io
import re
from typing import Any, Final

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone
from PIL import Image

from modelless_web.records.ids import uuid7
from modelless_web.records.models import Generation, Picture, User
from tests.studio.factories import a_generation, a_picture, png

pytestmark = [
    pytest.mark.django_db,
    # The test client reads an async stream in one go, which Django points out.
    pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume"),
]

PNG = png(1000, 700)


@pytest.fixture
def picture(person: User) -> Picture:
    """A picture of the person's, wider than any thumbnail."""
    return a_picture(a_generation(person), PNG)


def body(response: Any) -> bytes:
    return b"".join(response)


def test_the_original_is_byte_for_byte_what_was_received(mine: Client, picture: Picture) -> None:
    answer = mine.get(picture.url)
    assert body(answer) == PNG
    assert (answer["Content-Type"], answer["Content-Length"]) == ("image/png", str(len(PNG)))


def test_a_picture_of_many_blocks_is_whole(mine: Client, person: User) -> None:
    noise = Image.effect_noise((600, 600), 90)
    buffer = io.BytesIO()
    noise.save(buffer, "PNG")
    row = a_picture(a_generation(person), buffer.getvalue())
    assert body(mine.get(row.url)) == buffer.getvalue()


@pytest.mark.parametrize("width", [320, 640])
def test_a_thumbnail_has_its_width(mine: Client, picture: Picture, width: int) -> None:
    answer = mine.get(f"/pictures/{picture.pk}/{width}")
    with Image.open(io.BytesIO(body(answer))) as thumbnail:
        assert (thumbnail.width, thumbnail.format) == (width, "WEBP")
    assert answer["Content-Type"] == "image/webp"


@pytest.mark.parametrize("variant", ["original", "320", "640"])
def test_nobody_else_gets_it(theirs: Client, picture: Picture, variant: str) -> None:
    assert theirs.get(f"/pictures/{picture.pk}/{variant}").status_code == 404


def test_the_same_bytes_of_another_open_no_door(
    theirs: Client, stranger: User, picture: Picture
) -> None:
    own = a_picture(a_generation(stranger), PNG)
    assert theirs.get(own.url).status_code == 200
    assert theirs.get(picture.url).status_code == 404


def test_an_unknown_picture_is_not_found(mine: Client) -> None:
    assert mine.get(f"/pictures/{uuid7()}/original").status_code == 404


@pytest.mark.parametrize("variant", ["321", "small", "original/", "..", ""])
def test_there_are_three_variants_only(mine: Client, picture: Picture, variant: str) -> None:
    assert mine.get(f"/pictures/{picture.pk}/{variant}").status_code == 404


@pytest.mark.parametrize("state", [Picture.State.WAITING, Picture.State.LOST])
def test_a_picture_that_is_not_safe_is_not_found(
    mine: Client, picture: Picture, state: Picture.State
) -> None:
    Picture.objects.update(state=state)
    assert mine.get(picture.url).status_code == 404


def test_a_missing_file_is_not_found(mine: Client, person: User) -> None:
    row = a_picture(a_generation(person), png(9, 9, "#123123"))
    default_storage.delete(row.original_name)
    assert mine.get(row.url).status_code == 404


def test_what_is_in_the_trash_can_still_be_seen_by_its_owner(
    mine: Client, picture: Picture
) -> None:
    Generation.objects.update(deleted_at=timezone.now())
    assert mine.get(picture.url).status_code == 200


def test_a_browser_that_has_it_is_told_so(mine: Client, picture: Picture) -> None:
    tag = mine.get(picture.url)["ETag"]
    answer = mine.get(picture.url, headers={"If-None-Match": tag})
    assert (answer.status_code, answer.content) == (304, b"")
    assert (answer["ETag"], answer["Cache-Control"]) == (
        tag,
        "private, max-age=31536000, immutable",
    )


def test_each_variant_has_a_tag_of_its_own(mine: Client, picture: Picture) -> None:
    addresses = (picture.url, picture.small_url, picture.large_url)
    assert len({mine.get(address)["ETag"] for address in addresses}) == 3


def test_a_tag_opens_no_door(theirs: Client, picture: Picture) -> None:
    tag = f'"{picture.sha256}-original"'
    assert theirs.get(picture.url, headers={"If-None-Match": tag}).status_code == 404


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("X-Content-Type-Options", "nosniff"),
        ("Content-Security-Policy", "default-src 'none'; sandbox"),
        ("Cache-Control", "private, max-age=31536000, immutable"),
    ],
)
def test_bytes_from_outside_can_do_nothing(
    mine: Client, picture: Picture, header: str, value: str
) -> None:
    assert mine.get(picture.url)[header] == value


def test_what_a_browser_has_already_stays_in_the_sandbox(mine: Client, picture: Picture) -> None:
    tag = mine.get(picture.url)["ETag"]
    answer = mine.get(picture.url, headers={"If-None-Match": tag})
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"


@pytest.mark.parametrize(
    ("query", "variant", "disposition"),
    [
        ("", "original", 'inline; filename="{pk}.png"'),
        ("?download", "original", 'attachment; filename="{pk}.png"'),
        ("?download=1", "640", 'attachment; filename="{pk}.webp"'),
    ],
)
def test_it_is_shown_or_downloaded_under_a_name_of_ours(
    mine: Client, picture: Picture, query: str, variant: str, disposition: str
) -> None:
    answer = mine.get(f"/pictures/{picture.pk}/{variant}{query}")
    assert answer["Content-Disposition"] == disposition.format(pk=picture.pk)


def test_a_picture_is_only_read(mine: Client, picture: Picture) -> None:
    assert mine.post(picture.url).status_code == 405


SCRIPT: Final = b"<script>alert(document.domain)</script>"
SVG: Final = b'<svg xmlns="http://www.w3.org/2000/svg">' + SCRIPT + b"</svg>"


def gif(comment: bytes) -> bytes:
    """A picture that is a page as well, for a browser that looks into the bytes."""
    buffer = io.BytesIO()
    Image.new("P", (8, 6)).save(buffer, "GIF", comment=comment)
    return buffer.getvalue()


def is_harmless(answer: Any) -> None:
    """Whatever the bytes are, no browser runs them."""
    assert answer.status_code == 200
    assert not re.search("html|svg|xml|script|text/", answer["Content-Type"])
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"


@pytest.mark.parametrize("query", ["", "?download"])
@pytest.mark.parametrize(
    "data",
    [gif(b"<!doctype html>" + SCRIPT), gif(SVG), PNG + b"<!doctype html>" + SCRIPT, PNG + SVG],
    ids=["gif and html", "gif and svg", "png and html", "png and svg"],
)
def test_a_picture_that_is_a_page_too_is_only_a_picture(
    mine: Client, person: User, data: bytes, query: str
) -> None:
    answer = mine.get(a_picture(a_generation(person), data).url + query)
    is_harmless(answer)
    assert answer["Content-Type"] in {"image/gif", "image/png"}
    assert body(answer) == data


@pytest.mark.parametrize("data", [b"<!doctype html>" + SCRIPT, SVG, b"<?xml version='1.0'?>" + SVG])
@pytest.mark.parametrize("variant", ["original", "320", "640"])
def test_a_file_that_was_exchanged_for_a_page_is_none(
    mine: Client, picture: Picture, variant: str, data: bytes
) -> None:
    is_original = variant == "original"
    name = picture.original_name if is_original else picture.thumbnail_name(int(variant))
    before = default_storage.open(name).read()
    default_storage.save(name, ContentFile(data))
    answer = mine.get(f"/pictures/{picture.pk}/{variant}")
    is_harmless(answer)
    assert body(answer) == data
    default_storage.save(name, ContentFile(before))


@pytest.mark.parametrize(
    "claimed",
    [
        "image/svg+xml",
        "text/html",
        "application/xhtml+xml",
        "text/xml",
        "png",
        "",
        "image/png\nX: y",
    ],
)
def test_a_row_that_claims_another_type_is_downloaded_as_bytes(
    mine: Client, person: User, claimed: str
) -> None:
    row = a_picture(a_generation(person), media_type=claimed)
    default_storage.save(row.original_name, ContentFile(SVG))
    answer = mine.get(row.url)
    is_harmless(answer)
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"] == f'attachment; filename="{row.pk}.bin"'
    default_storage.delete(row.original_name)
