"""An export as a ZIP: the pictures under names that sort, a manifest of everything, a word."""

import hashlib
import io
import json
import re
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from hypothesis import given
from hypothesis import strategies as st

from modelless_web.records.export import archive as room
from modelless_web.records.export.archive import archive, name
from modelless_web.records.models import Generation, Picture, Reference, User
from tests.studio.factories import a_generation, a_picture, png
from tests.support import factories

MOMENT: Final = datetime(2026, 11, 25, 14, 30, 5, tzinfo=UTC)
RESERVED: Final = re.compile(r'[<>:"|?*\\\x00-\x1f]|[. ]$')


@dataclass
class Unpacked:
    """What was in a ZIP; ``manifest`` is its lines, newest first."""

    files: dict[str, bytes]
    manifest: list[dict[str, Any]]
    readme: str

    @property
    def pictures(self) -> list[dict[str, Any]]:
        """Every picture that the manifest tells of."""
        return [picture for row in self.manifest for picture in row["pictures"]]


def unpacked(owner: User) -> Unpacked:
    """Export all of somebody's and open it again."""
    data = b"".join(archive(Generation.objects.visible_to(owner)))
    with zipfile.ZipFile(io.BytesIO(data)) as found:
        assert found.testzip() is None
        files = {name: found.read(name) for name in found.namelist()}
        assert len(files) == len(found.infolist())
    lines = files.pop("manifest.jsonl").decode().split("\n")[:-1]
    return Unpacked(files, [json.loads(line) for line in lines], files.pop("README.txt").decode())


@pytest.fixture
def owner(db: None) -> User:
    return factories.person()


def test_every_picture_is_there_and_is_what_the_manifest_says(owner: User) -> None:
    for colour in ("red", "green"):
        row = a_generation(owner, prompt=f"a {colour} fox")
        a_picture(row, png(colour=colour))
        a_picture(row, png(20, 20, colour), position=1)
    found = unpacked(owner)
    assert len(found.files) == 4
    for picture in found.pictures:
        data = found.files[picture["file"]]
        assert hashlib.sha256(data).hexdigest() == picture["sha256"]
        assert len(data) == picture["size"]


def test_the_same_bytes_in_two_generations_are_two_files(owner: User) -> None:
    for _ in range(2):
        a_picture(a_generation(owner, prompt="a fox", queued_at=MOMENT), png())
    assert len(unpacked(owner).files) == 2


def test_a_generation_without_pictures_is_in_the_manifest(owner: User) -> None:
    a_generation(owner, text="Only words.")
    found = unpacked(owner)
    assert (found.manifest[0]["answer"], found.pictures) == ("Only words.", [])


def gone(picture: Picture) -> None:
    default_storage.delete(picture.original_name)


def damaged(picture: Picture) -> None:
    default_storage.save(picture.original_name, ContentFile(b"something else"))


def lost(picture: Picture) -> None:
    Picture.objects.update(state=Picture.State.LOST, trouble="The link has died.")


def waiting(picture: Picture) -> None:
    Picture.objects.update(state=Picture.State.WAITING)


@pytest.mark.parametrize(
    ("happen", "reason"),
    [
        (gone, "missing from the store"),
        (damaged, "damaged in the store: it does not match its checksum"),
        (lost, "lost upstream: The link has died."),
        (waiting, "not saved yet"),
    ],
)
def test_a_picture_that_is_not_there_is_named_and_breaks_nothing(
    owner: User, happen: Any, reason: str
) -> None:
    happen(a_picture(a_generation(owner, prompt="the other"), png(30, 30, "blue")))
    kept = None
    if happen in {gone, damaged}:
        kept = a_picture(a_generation(owner, prompt="kept"), png(31, 31, "red"))
    found = unpacked(owner)
    absent = found.pictures[-1]
    assert (absent["file"], absent["absent"]) == (None, reason)
    assert len(found.files) == (1 if kept else 0)
    assert f"the-other_{absent['id']}" in found.readme
    assert reason in found.readme


def test_the_word_is_three_sentences(owner: User) -> None:
    a_picture(a_generation(owner), png())
    readme = unpacked(owner).readme
    assert len(re.findall(r"\.\r\n", readme)) == readme.count("\r\n") == 3
    assert "1 generation with 1 picture." in readme
    assert "Every picture is here." in readme


def test_the_word_names_a_hundred_and_counts_the_rest(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "MOST_NAMED", 2)
    row = a_generation(owner)
    for _ in range(5):
        factories.picture(row, state=Picture.State.LOST)
    readme = unpacked(owner).readme
    assert readme.count("lost upstream") == 2
    assert "and 3 more, see manifest.jsonl" in readme


def along(owner: User, *given: Reference, **more: Any) -> Generation:
    """A generation of an edit that these went along with, the last of them as the mask."""
    *pictures, mask = (reference.name for reference in given)
    request = {"model": "gpt-image-1", "prompt": "a fox", "image": pictures or [mask]}
    request |= {"mask": mask} if pictures else {}
    row = a_generation(owner, model="gpt-image-1", model_kind="images", request=request, **more)
    row.references.set(given)
    return row


def test_pictures_that_went_along_are_there_with_their_mask_last(owner: User) -> None:
    photo, mask = (factories.reference(owner, factories.photo(colour=c)) for c in ("red", "blue"))
    along(owner, photo, mask)
    found = unpacked(owner)
    entries = found.manifest[0]["references"]
    assert [entry["role"] for entry in entries] == ["picture", "mask"]
    for entry, reference in zip(entries, (photo, mask), strict=True):
        assert hashlib.sha256(found.files[entry["file"]]).hexdigest() == reference.sha256
    assert "1 generation with 0 pictures and 2 reference pictures." in found.readme


def test_what_went_along_twice_is_there_once(owner: User) -> None:
    photo = factories.reference(owner)
    rows = [along(owner, photo) for _ in range(3)]
    found = unpacked(owner)
    (file,) = {row["references"][0]["file"] for row in found.manifest}
    assert (len(found.manifest), list(found.files)) == (len(rows), [file])


def test_what_went_along_and_is_gone_is_said_of_each_and_named_once(owner: User) -> None:
    photo = factories.reference(owner)
    default_storage.delete(photo.original_name)
    for _ in range(2):
        along(owner, photo)
    found = unpacked(owner)
    told = [
        (row["references"][0]["file"], row["references"][0]["absent"]) for row in found.manifest
    ]
    assert told == [(None, "missing from the store")] * 2
    assert found.readme.count(photo.sha256) == 1
    assert "Not here, each for its reason: 1 picture." in found.readme


def test_what_goes_along_with_another_persons_generations_stays_theirs(owner: User) -> None:
    stranger = factories.person()
    along(stranger, factories.reference(stranger, factories.photo(colour="red")))
    mine = factories.reference(owner)
    along(owner, mine)
    factories.reference(owner, factories.photo(colour="green"))
    assert list(unpacked(owner).files) == [f"references/{mine.sha256}.png"]


@pytest.mark.parametrize(
    ("prompt", "words"),
    [
        ("A lighthouse, at dusk: calm", "_a-lighthouse-at-dusk-calm"),
        ("Лиса в снегу", "_лиса-в-снегу"),
        ("../../etc/passwd", "_etcpasswd"),
        ('con <nul> "x" | ?*', "_con-nul-x"),
        ("\u202egnp.exe", "_gnpexe"),
        ("🦊", ""),
        ("word " * 50, "_word-word-word-word-word-word-word-word"),
    ],
)
def test_a_name_sorts_by_time_and_says_what_it_is(prompt: str, words: str) -> None:
    picture = Picture(media_type="image/png")
    found = name(Generation(prompt=prompt, queued_at=MOMENT), picture)
    assert found == f"pictures/2026-11-25_14-30-05{words}_{picture.pk}.png"


@given(st.text())
def test_a_name_is_one_on_every_system(prompt: str) -> None:
    folder, _, file = name(
        Generation(prompt=prompt, queued_at=MOMENT), Picture(media_type="image/webp")
    ).partition("/")
    assert folder == "pictures"
    assert "/" not in file
    assert not RESERVED.search(file)
    assert len(file.encode()) <= 255
