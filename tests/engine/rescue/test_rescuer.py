"""Pictures are brought to safety: byte for byte, with thumbnails, from nowhere they must not."""

import base64
import hashlib
import io
import json
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image

from modelless_web.engine.rescue import queue, rescuer
from modelless_web.engine.runtime import Engine
from modelless_web.records.models import Generation, Picture, Status
from tests.engine.asking import at, begin, generate, reach
from tests.engine.gallery import File, Gallery, gallery


@pytest.fixture
def gate(engine: Engine) -> Iterator[Gallery]:
    """A gateway with pictures, beside a running engine."""
    with gallery() as shown:
        yield shown


def png(colour: str = "#c04020") -> bytes:
    """A picture's bytes."""
    buffer = io.BytesIO()
    Image.new("RGB", (700, 350), colour).save(buffer, "PNG")
    return buffer.getvalue()


def pictures(gate: Gallery) -> list[Picture]:
    """Generate, and return the pictures of the answer once each is safe or lost."""
    row = generate(at(gate.url))
    return list(reach(row, all_settled).pictures.all())


def all_settled(row: Generation) -> bool:
    return all(picture.is_settled for picture in row.pictures.all())


def test_a_linked_picture_is_stored_byte_for_byte(gate: Gallery, media: Path) -> None:
    link = gate.hang(File(png()))
    (picture,) = pictures(gate)
    assert (media / picture.original_name).read_bytes() == png()
    assert picture.sha256 == hashlib.sha256(png()).hexdigest()
    assert (picture.source_url, picture.alt, picture.width) == (link, "a castle", 700)


@pytest.mark.parametrize(("width", "height"), [(320, 160), (640, 320)])
def test_a_stored_picture_has_thumbnails(
    gate: Gallery, media: Path, width: int, height: int
) -> None:
    gate.hang(File(png()))
    (picture,) = pictures(gate)
    with Image.open(media / picture.thumbnail_name(width)) as thumbnail:
        assert (thumbnail.format, thumbnail.size) == ("WEBP", (width, height))


def test_the_pictures_of_an_answer_keep_their_order(gate: Gallery) -> None:
    for name in ("1", "2", "3"):
        gate.hang(File(png(f"#{name * 6}")), path=f"/{name}.png")
    found = pictures(gate)
    assert [(row.position, row.source_url[-5]) for row in found] == [(0, "1"), (1, "2"), (2, "3")]


def test_the_key_is_not_sent_for_a_picture(gate: Gallery) -> None:
    gate.hang(File(png()))
    pictures(gate)
    fetches = [h for path, h in zip(gate.asked, gate.headers, strict=True) if "png" in path]
    assert fetches
    assert all("authorization" not in headers for headers in fetches)


def test_a_picture_inside_the_answer_is_stored_and_named_by_its_bytes(
    gate: Gallery, media: Path
) -> None:
    gate.text = f"![a](data:image/png;base64,{base64.b64encode(png()).decode()})"
    row = generate(at(gate.url))
    (picture,) = row.pictures.all()
    assert (media / picture.original_name).read_bytes() == png()
    name = f"picture:sha256:{picture.sha256}"
    assert name in row.text
    assert name in json.dumps(row.response)
    assert "base64" not in json.dumps(row.response)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rescuer that hardly waits between attempts."""
    monkeypatch.setattr(rescuer, "FIRST_WAIT", 0.01)
    monkeypatch.setattr(rescuer, "LONGEST_WAIT", 0.01)


@pytest.mark.usefixtures("impatient")
def test_a_picture_that_is_gone_is_lost_and_its_answer_kept(gate: Gallery) -> None:
    gate.hang(File(status=404))
    row = reach(generate(at(gate.url)), all_settled)
    (picture,) = row.pictures.all()
    assert (row.status, picture.state) == (Status.SUCCEEDED, Picture.State.LOST)
    assert (picture.attempts, picture.trouble) == (6, "Its server answered 404.")


def test_a_server_is_believed_at_once_when_the_link_has_died(gate: Gallery) -> None:
    gate.hang(File(status=403), path="/castle.png?se=2020-01-02T03:04:05Z")
    (picture,) = pictures(gate)
    assert (picture.state, picture.attempts) == (Picture.State.LOST, 1)


def test_a_page_that_says_wait_is_no_loss(gate: Gallery) -> None:
    gate.hang(File(b"<!doctype html>One moment"), File(png()[:300]), File(png()))
    (picture,) = pictures(gate)
    assert (picture.state, picture.attempts) == (Picture.State.STORED, 3)


def test_a_link_with_a_deadline_beyond_all_numbers_costs_no_answer(gate: Gallery) -> None:
    date = "X-Amz-Date=20260101T000000Z"
    gate.hang(File(png()), path=f"/castle.png?{date}&X-Amz-Expires={'9' * 5_000}")
    row = reach(generate(at(gate.url)), all_settled)
    assert row.status == Status.SUCCEEDED
    assert [picture.state for picture in row.pictures.all()] == [Picture.State.STORED]


def test_a_picture_that_no_thumbnail_could_hold_is_kept(gate: Gallery) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (1, 20_000)).save(buffer, "PNG")
    gate.text = f"![a](data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()})"
    row = generate(at(gate.url))
    assert [(p.state, p.height) for p in row.pictures.all()] == [(Picture.State.STORED, 20_000)]


def test_a_picture_that_waits_for_the_store_is_fetched_once_however_long_it_waits(
    gate: Gallery, engine: Engine, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "CLAIMED", timedelta(seconds=0.2))
    gate.hang(File(png()))
    (media / "thumbnails").write_text("in the way")
    row = reach(begin(at(gate.url)), lambda found: any(p.trouble for p in found.pictures.all()))
    for _ in range(10):
        time.sleep(0.1)
        engine.rescuer.stir()
    (media / "thumbnails").unlink()
    reach(row, all_settled)
    assert gate.asked.count("/castle.png") == 1


def test_a_picture_that_is_not_there_yet_is_asked_for_again(gate: Gallery) -> None:
    gate.hang(File(status=404), File(png()))
    (picture,) = pictures(gate)
    assert (picture.state, picture.attempts) == (Picture.State.STORED, 2)


def test_an_answer_is_settled_while_its_picture_is_still_asked_for(gate: Gallery) -> None:
    gate.hang(File(status=503))
    row = generate(at(gate.url))
    assert row.status == Status.SUCCEEDED
    assert [picture.state for picture in row.pictures.all()] == [Picture.State.WAITING]


@pytest.mark.usefixtures("impatient")
def test_a_server_that_can_not_be_reached_loses_nothing_for_a_day(gate: Gallery) -> None:
    gate.hang(*[File(status=503)] * 8, File(png()))
    (picture,) = pictures(gate)
    assert (picture.state, picture.attempts) == (Picture.State.STORED, 9)


def test_a_store_that_can_not_be_written_is_tried_until_it_can(
    gate: Gallery, engine: Engine, media: Path
) -> None:
    gate.hang(File(png()))
    # A file where the folder should be: nobody can write below it, root neither.
    (media / "thumbnails").write_text("in the way")
    row = reach(begin(at(gate.url)), lambda found: any(p.trouble for p in found.pictures.all()))
    (waiting,) = row.pictures.all()
    assert waiting.state == Picture.State.WAITING
    assert "can't be stored" in waiting.trouble
    (media / "thumbnails").unlink()
    (picture,) = reach(row, all_settled).pictures.all()
    assert (media / picture.original_name).read_bytes() == png()
    assert gate.asked.count("/castle.png") == 1


def test_a_server_that_stumbles_is_asked_again(gate: Gallery) -> None:
    gate.hang(File(status=503), File(png()))
    (picture,) = pictures(gate)
    assert (picture.state, picture.attempts) == (Picture.State.STORED, 2)


def test_a_redirect_is_followed(gate: Gallery) -> None:
    gate.hang(File(status=302, location="/elsewhere.png"))
    gate.files["/elsewhere.png"] = [File(png())]
    (picture,) = pictures(gate)
    assert picture.is_stored


def test_redirects_in_a_circle_end(gate: Gallery) -> None:
    gate.hang(File(status=302, location="/castle.png"))
    (picture,) = pictures(gate)
    assert (picture.is_lost, picture.trouble) == (True, "It was redirected too often.")


def test_a_redirect_to_this_machine_is_not_followed(gate: Gallery) -> None:
    with gallery() as another:
        another.files["/secret.png"] = [File(png())]
        gate.hang(File(status=302, location=f"{another.origin}/secret.png"))
        (picture,) = pictures(gate)
        assert "/secret.png" not in another.asked
    assert (picture.is_lost, picture.trouble) == (
        True,
        "Its address is not one of a public https server.",
    )


@pytest.mark.usefixtures("impatient")
def test_what_is_not_a_picture_is_not_kept(gate: Gallery, media: Path) -> None:
    gate.hang(File(b"<!doctype html><h1>Please sign in</h1>"))
    (picture,) = pictures(gate)
    assert picture.is_lost
    assert not list(media.rglob("*.*"))
