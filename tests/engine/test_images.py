"""Pictures from the images API, from the ledger to the store, on a real socket."""

import base64
import json
from typing import Any

import pytest

from modelless_web.engine import tasks
from modelless_web.engine.runtime import Engine
from modelless_web.gateway.image_models import image_traits
from modelless_web.gateway.parameters import Images
from modelless_web.records.models import Charge, Gateway, Generation, Sketch, Status
from modelless_web.records.relations.inputs import revised_prompts
from tests.engine.asking import at, finish, offered, press, reach
from tests.studio.factories import png
from tests.support.beside import beside
from tests.support.upstream import HANG, head, upstream


def paint(gateway: Gateway, model: str, prompt: str = "A lighthouse", **values: Any) -> Generation:
    """The generation that a person gets, once its run has ended."""
    asked = Images(model=model, prompt=prompt, traits=image_traits(model), **values)
    return finish(press(offered(gateway, model), asked))


def test_a_picture_behind_a_link_is_safe_here(practice: Gateway) -> None:
    row = paint(practice, "dall-e-3", size="1792x1024")
    (picture,) = row.pictures.all()
    assert (row.status, picture.state) == (Status.SUCCEEDED, "stored")
    assert (picture.width, picture.height) == (1792, 1024)


def test_the_prompt_as_it_was_rewritten_describes_the_picture(practice: Gateway) -> None:
    row = paint(practice, "dall-e-3", size="1024x1792")
    (revised,) = revised_prompts(row)
    assert revised.endswith("A lighthouse")
    assert row.pictures.get().alt == revised


def test_bytes_are_stored_and_the_response_names_them(practice: Gateway) -> None:
    row = paint(practice, "dall-e-3", response_format="b64_json")
    (item,) = row.response["data"]
    assert item["url"] == f"picture:sha256:{row.pictures.get().sha256}"


def test_every_picture_of_several_is_a_choice(practice: Gateway) -> None:
    row = paint(practice, "dall-e-2", n=3, size="256x256")
    assert [picture.choice for picture in row.pictures.all()] == [0, 1, 2]
    assert row.slot_count == 3


@pytest.mark.parametrize("stream", [False, True])
def test_a_picture_of_gpt_image_comes_with_its_tokens(practice: Gateway, stream: bool) -> None:
    row = paint(practice, "gpt-image-1", quality="low", stream=stream, partial_images=2)
    assert row.pictures.get().state == "stored"
    assert (row.prompt_tokens, row.completion_tokens) == (3, 272)


def partial_picture(index: int) -> bytes:
    """One event of a stream with a picture that is not done."""
    encoded = base64.b64encode(png(90, 60)).decode()
    name = "image_generation.partial_image"
    data = {"type": name, "b64_json": encoded, "partial_image_index": index}
    return f"event: {name}\ndata: {json.dumps(data)}\n\n".encode()


def test_a_sketch_is_shown_until_the_run_has_ended(engine: Engine) -> None:
    asked = Images(
        model="gpt-image-1",
        prompt="A lighthouse",
        traits=image_traits("gpt-image-1"),
        stream=True,
        partial_images=2,
    )
    with beside(lambda: upstream([head(), partial_picture(0), partial_picture(1), HANG])) as gate:
        row = press(at(gate.url, "gpt-image-1"), asked)
        seen = reach(row, lambda found: found.slots[0].sketch and found.slots[0].sketch.number > 1)
        sketch = seen.slots[0].sketch
        assert sketch is not None
        assert (sketch.number, sketch.width, sketch.height) == (2, 90, 60)
        tasks.stop(row)
        finish(row)
    assert not Sketch.objects.exists()


@pytest.mark.parametrize(
    ("model", "kind", "charge"),
    [
        ("dall-e-3-moderated", "moderation", Charge.REFUSED),
        ("dall-e-3-empty-link", "upstream", Charge.MAYBE),
        ("dall-e-3-empty", "empty", Charge.MAYBE),
    ],
)
def test_what_brings_no_picture_says_why(
    practice: Gateway, model: str, kind: str, charge: str
) -> None:
    row = paint(practice, model)
    assert (row.status, row.error_kind, row.charge) == (Status.FAILED, kind, charge)
