"""Pictures that go along with a prompt, from the ledger to the gateway, on a real socket."""

import io
import re
from threading import Event
from typing import Any

import pytest
from django.core.files.storage import default_storage
from PIL import Image

from modelless_web.engine import catalogue, submissions, tasks
from modelless_web.gateway.image_models import image_traits
from modelless_web.gateway.parameters import Chat, Images, Message
from modelless_web.records import references
from modelless_web.records.ids import uuid7
from modelless_web.records.models import Charge, Gateway, Generation, Reference, Status, User
from tests.engine.asking import finish, offered, press, reach
from tests.support import factories

SEES = "practice-sees"


def ask(at: Gateway, owner: User, *given: Reference, model: str = SEES) -> Generation:
    """The generation, once a model has looked at these."""
    names = tuple(row.name for row in given)
    words = Message(role="user", content="What do you see?", pictures=names)
    return submit(at, owner, Chat(model=model, messages=(words,)))


def edit(at: Gateway, owner: User, *given: Reference, **values: Any) -> Generation:
    """The generation, once a model has painted over these."""
    names = tuple(row.name for row in given)
    values = {"model": "gpt-image-1", "prompt": "A red door"} | values
    traits = image_traits(values["model"])
    return submit(at, owner, Images(pictures=names, traits=traits, **values))


def submit(at: Gateway, owner: User, asked: Chat | Images) -> Generation:
    return finish(begin(at, owner, asked))


def begin(at: Gateway, owner: User, asked: Chat | Images) -> Generation:
    return press(offered(at, asked.model), asked, owner)


def test_they_arrive_at_the_model_in_their_order(practice: Gateway) -> None:
    owner = factories.guest()
    blue = factories.reference(owner, factories.photo(64, 48, "#0000ff"))
    red = factories.reference(owner, factories.photo(30, 40, "#ff0000"))
    row = ask(practice, owner, red, blue)
    assert row.status == Status.SUCCEEDED
    seen = re.findall(r"PNG, (\d+ × \d+), about (#\w+)", row.text)
    assert seen == [("30 × 40", "#ff0000"), ("64 × 48", "#0000ff")]


def test_the_ledger_and_the_bytes_as_sent_name_them(practice: Gateway) -> None:
    owner = factories.guest()
    given = factories.reference(owner)
    row = ask(practice, owner, given)
    (part,) = row.request["messages"][0]["content"][1:]
    assert part == {"type": "image_url", "image_url": {"url": given.name}}
    sent = row.transcript.sent
    assert given.name.encode() in sent
    assert b"base64" not in sent
    assert list(row.references.all()) == [given]


def test_what_is_gone_from_the_store_fails_the_run_before_it_is_sent(practice: Gateway) -> None:
    owner = factories.guest()
    given = factories.reference(owner)
    default_storage.delete(given.original_name)
    row = ask(practice, owner, given)
    assert (row.status, row.charge, row.transcript.sent) == (Status.FAILED, Charge.UNSENT, b"")
    assert "not to be had from the store, so nothing was sent" in row.error_message


def test_somebody_elses_is_as_if_it_was_gone(practice: Gateway) -> None:
    theirs = factories.reference(factories.guest())
    assert ask(practice, factories.guest(), theirs).status == Status.FAILED


def test_running_it_again_takes_them_along(practice: Gateway) -> None:
    owner = factories.guest()
    given = factories.reference(owner)
    again = finish(tasks.submit(submissions.again(ask(practice, owner, given), uuid7().hex)))
    assert "I see 1 picture." in again.text
    assert list(again.references.all()) == [given]


@pytest.mark.parametrize("model", ["gpt-image-1", "gpt-image-2", "dall-e-2"])
def test_a_picture_is_painted_over_as_the_prompt_says(practice: Gateway, model: str) -> None:
    owner = factories.guest()
    row = edit(practice, owner, factories.reference(owner), model=model)
    assert (row.status, row.error_message) == (Status.SUCCEEDED, "")
    assert row.pictures.get().state == "stored"


def mask(width: int, height: int, box: tuple[int, int, int, int]) -> bytes:
    """A mask that leaves a box of it to be painted anew."""
    image = Image.new("RGBA", (width, height), "#000000ff")
    image.paste((0, 0, 0, 0), box)
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def pixels(row: Generation) -> Image.Image:
    with default_storage.open(row.pictures.get().original_name) as file:
        return Image.open(io.BytesIO(file.read())).convert("RGB")


def test_only_what_the_mask_leaves_open_is_painted_anew(practice: Gateway) -> None:
    owner = factories.guest()
    given = factories.reference(owner, factories.photo(1024, 1024, "#00ff00"))
    left = factories.reference(owner, mask(1024, 1024, (0, 0, 512, 1024)))
    painted = pixels(edit(practice, owner, given, mask=left.name))
    assert painted.getpixel((800, 500)) == (0, 255, 0)
    assert painted.getpixel((200, 500)) != (0, 255, 0)


def test_an_edit_is_streamed_and_counts_its_tokens(practice: Gateway) -> None:
    owner = factories.guest()
    row = edit(practice, owner, factories.reference(owner), stream=True, quality="low")
    assert (row.status, row.prompt_tokens, row.completion_tokens) == (Status.SUCCEEDED, 326, 272)


def test_a_picture_is_varied_without_a_prompt(practice: Gateway) -> None:
    owner = factories.guest()
    given = factories.reference(owner)
    row = edit(practice, owner, given, model="dall-e-2", is_variation=True, n=2, size="256x256")
    assert (row.status, row.pictures.count(), "prompt" in row.request) == ("succeeded", 2, False)
    assert b"POST /v1/images/variations" in row.transcript.sent


def test_a_form_is_kept_with_the_names_of_its_pictures(practice: Gateway) -> None:
    owner = factories.guest()
    given = [factories.reference(owner, factories.photo(64, side)) for side in (64, 65)]
    sent = edit(practice, owner, *given).transcript.sent
    assert sent.index(given[0].name.encode()) < sent.index(given[1].name.encode())
    assert sent.count(b'name="image[]"') == 2
    assert b"PNG" not in sent


def test_a_gateway_that_edits_nothing_is_remembered_and_costs_nothing(practice: Gateway) -> None:
    owner = factories.guest()
    row = edit(practice, owner, factories.reference(owner), model="gpt-image-1-no-edits")
    practice.refresh_from_db()
    assert (row.status, row.charge) == (Status.FAILED, Charge.REFUSED)
    assert (practice.edits_are_refused, practice.variations_are_refused) == (True, False)
    assert offered(practice, "gpt-image-1").most_along == 0
    catalogue.take(practice, [])
    assert offered(practice, "gpt-image-1").most_along == 16


def test_a_run_that_is_stopped_before_they_are_read_is_not_sent(
    practice: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, going_on = factories.guest(), Event()
    given = factories.reference(owner)
    monkeypatch.setattr(references, "load", lambda *_: going_on.wait(30))
    words = Message(role="user", content="Too soon", pictures=(given.name,))
    row = begin(practice, owner, Chat(model=SEES, messages=(words,)))
    reach(row, lambda found: found.status == Status.RUNNING)
    tasks.stop(row)
    ended = finish(row)
    going_on.set()
    assert (ended.status, ended.charge, ended.transcript.sent) == ("cancelled", "unsent", b"")
