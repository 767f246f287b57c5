"""Pictures that go along: what is sent, and what is kept of it."""

import base64
import io
import json
from typing import Any, Final

import pytest
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http.multipartparser import MultiPartParser
from hypothesis import given
from hypothesis import strategies as st

from modelless_web.gateway.attachments import NOTHING, Attachment
from modelless_web.gateway.families import family_of
from modelless_web.gateway.image_models import image_traits
from modelless_web.gateway.parameters import Chat, Images, Message
from modelless_web.gateway.wire import chat, edits, images
from modelless_web.gateway.wire.call import Call
from modelless_web.gateway.wire.inline import reference

CAT, DOG = b"\x89PNG cat\r\n--\r\n\x00\xff", b"\xff\xd8 dog"
ONE, TWO = reference(CAT), reference(DOG)
BYTES: Final = {ONE: Attachment("image/png", CAT), TWO: Attachment("image/jpeg", DOG)}


def seen(*pictures: str) -> dict[str, Any]:
    """A chat's JSON that these go along with."""
    words = Message(role="user", content="What is it?", pictures=pictures)
    before = Message(role="system", content="Be brief.")
    return Chat(model="gpt-4o", messages=(before, words)).body()


def edited(*pictures: str, model: str = "gpt-image-1", **more: Any) -> dict[str, Any]:
    """An edit's JSON."""
    values = {"prompt": "A red door"} | more
    return Images(model=model, traits=image_traits(model), pictures=pictures, **values).body()


def parsed(call: Call) -> tuple[dict[str, list[str]], list[tuple[str, str, str, bytes]]]:
    """The form as somebody else's parser reads it: fields, and files with name, type and bytes."""
    meta = {"CONTENT_TYPE": call.headers["Content-Type"], "CONTENT_LENGTH": len(call.body)}
    parser = MultiPartParser(meta, io.BytesIO(call.body), [MemoryFileUploadHandler()])
    fields, files = parser.parse()
    told = [
        (field, file.name, file.content_type, file.read())
        for field, held in files.lists()
        for file in held
    ]
    return dict(fields.lists()), told


def test_words_alone_are_a_plain_string() -> None:
    assert seen()["messages"][1] == {"role": "user", "content": "What is it?"}


def test_pictures_follow_the_words_as_data_urls_in_their_order() -> None:
    sent = json.loads(chat.call_of(seen(TWO, ONE), BYTES).body)
    dog, cat = (base64.b64encode(data).decode() for data in (DOG, CAT))
    assert sent["messages"][1]["content"] == [
        {"type": "text", "text": "What is it?"},
        {"type": "image_url", "image_url": {"url": f"data:image/jpeg;base64,{dog}"}},
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{cat}"}},
    ]


def test_links_stand_before_the_words_of_a_model_that_reads_plain_text() -> None:
    words = Message(role="user", content="Describe this", links=("https://x.example/a.png",))
    body = Chat(model="gpt-4-all", messages=(words,)).body()
    assert body["messages"][0]["content"] == "https://x.example/a.png Describe this"


@pytest.mark.parametrize("body", [seen(ONE), edited(ONE), edited(ONE, TWO, mask=ONE)])
def test_what_is_kept_names_the_pictures_and_holds_none(body: dict[str, Any]) -> None:
    kind = "chat" if "messages" in body else "images"
    call = family_of(kind).call_of(body, BYTES)
    assert ONE.encode() in call.record
    assert CAT not in call.record
    assert base64.b64encode(CAT) not in call.record
    assert call.record != call.body


def test_what_has_no_pictures_is_kept_as_it_is_sent() -> None:
    call = chat.call_of(seen(), NOTHING)
    assert call.record == call.body


def test_every_picture_is_wanted_once() -> None:
    assert chat.attached(seen(ONE, TWO, ONE)).names == (ONE, TWO)
    assert images.attached(edited(ONE, TWO, mask=ONE)).names == (ONE, TWO)


def test_words_that_look_like_a_name_are_only_words() -> None:
    body = Chat(model="gpt-4o", messages=(Message(role="user", content=ONE),)).body()
    assert chat.attached(body).names == ()
    assert images.attached(edited(prompt=ONE)).names == ()


def test_an_edit_is_a_form_that_any_parser_reads() -> None:
    body = edited(ONE, TWO, mask=ONE, size="1536x1024", n=2, stream=True, quality="high")
    call = images.call_of(body, BYTES)
    fields, files = parsed(call)
    assert (call.method, call.path) == ("POST", edits.EDITS)
    assert call.headers["Accept"] == "text/event-stream"
    assert fields == {
        "model": ["gpt-image-1"],
        "prompt": ["A red door"],
        "size": ["1536x1024"],
        "quality": ["high"],
        "n": ["2"],
        "stream": ["true"],
    }
    assert files == [
        ("image[]", "picture-1.png", "image/png", CAT),
        ("image[]", "picture-2.jpeg", "image/jpeg", DOG),
        ("mask", "mask.png", "image/png", CAT),
    ]


def test_a_variation_is_a_picture_without_words() -> None:
    body = edited(ONE, model="dall-e-2", is_variation=True, prompt="", size="256x256")
    call = images.call_of(body, BYTES)
    assert call.path == edits.VARIATIONS
    assert parsed(call) == (
        {"model": ["dall-e-2"], "size": ["256x256"]},
        [("image", "picture-1.png", "image/png", CAT)],
    )


def test_dall_e_2_alone_wants_square_png() -> None:
    assert images.attached(edited(ONE, model="dall-e-2")).as_square_png
    assert not images.attached(edited(ONE)).as_square_png


def test_what_is_for_new_pictures_alone_is_left_out_of_an_edit() -> None:
    assert "moderation" in edited(moderation="low")
    assert "moderation" not in edited(ONE, moderation="low")


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), st.binary())
def test_no_words_and_no_bytes_break_out_of_the_form(words: str, data: bytes) -> None:
    attachments = {ONE: Attachment("image/png", data)}
    call = images.call_of(edited(ONE, prompt=f"x{words}"), attachments)
    fields, files = parsed(call)
    assert fields == {"model": ["gpt-image-1"], "prompt": [f"x{words}"]}
    assert files == [("image", "picture-1.png", "image/png", data)]


@pytest.mark.parametrize(
    ("model", "pictures", "more", "said"),
    [
        ("dall-e-3", (ONE,), {}, "takes no pictures along"),
        ("dall-e-2", (ONE, TWO), {}, "takes one picture along"),
        ("gpt-image-1", (ONE,) * 17, {}, "takes up to 16 pictures along"),
        ("gpt-image-1", (), {"mask": ONE}, "needs a picture that it belongs to"),
        ("gpt-image-1", (ONE,), {"is_variation": True}, "by a model that makes them"),
        ("dall-e-2", (), {"is_variation": True}, "made of one picture"),
    ],
)
def test_what_a_model_does_not_take_is_refused_before_it_is_sent(
    model: str, pictures: tuple[str, ...], more: dict[str, Any], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        edited(*pictures, model=model, **more)
