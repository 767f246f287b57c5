"""Replies of the images API, read as they come (gateway reference, section 4)."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelless_web.gateway.events import Event, PartialPicture, UsageReported
from modelless_web.gateway.wire import images
from modelless_web.gateway.wire.reply import Reader
from tests.gateway.folding import JSON, STREAM, Folded, read
from tests.support.recordings import PNG, PNG64

LINK = "https://files.example/i.png"
USAGE = {
    "input_tokens": 12,
    "output_tokens": 4160,
    "total_tokens": 4172,
    "input_tokens_details": {"text_tokens": 12, "image_tokens": 0},
}
CUTS = st.lists(st.integers(0, 2000), max_size=20)


def a_reader(**asked: Any) -> Reader:
    return images.reader({"model": "dall-e-3", "prompt": "a fox", **asked})


def reply(*items: Any, **more: Any) -> bytes:
    return json.dumps({"created": 1710000000, "data": list(items), **more}).encode()


def event(name: str, **fields: Any) -> bytes:
    data = json.dumps({"type": name, "b64_json": PNG64, **fields})
    return f"event: {name}\ndata: {data}\n\n".encode()


def whole(*items: Any, **more: Any) -> Folded:
    return read(reply(*items, **more), reader=a_reader(n=max(len(items), 1)), headers=JSON)


@pytest.mark.parametrize(
    ("item", "found"),
    [
        ({"url": LINK}, LINK),
        ({"url": LINK, "b64_json": "", "revised_prompt": ""}, LINK),
        ({"url": "", "b64_json": PNG64, "revised_prompt": ""}, PNG),
        ({"b64_json": PNG64}, PNG),
        ({"b64_json": f"data:image/png;base64,{PNG64}"}, PNG),
        ({"url": f"data:image/png;base64,{PNG64}"}, PNG),
        ({"url": None, "b64_json": PNG64}, PNG),
    ],
)
def test_a_picture_comes_as_a_link_or_as_bytes(item: dict[str, Any], found: object) -> None:
    folded = whole(item)
    assert (folded.found, folded.error) == ([found], None)


def test_every_picture_is_a_choice_of_its_own() -> None:
    folded = whole({"url": LINK}, {"url": f"{LINK}?2"})
    assert [picture.index for picture in folded.pictures] == [0, 1]
    assert [finished.index for finished in folded.finished] == [0, 1]


def test_the_prompt_as_it_was_rewritten_describes_the_picture() -> None:
    assert (
        whole({"url": LINK, "revised_prompt": "A fox in snow"}).pictures[0].alt == "A fox in snow"
    )


def test_tokens_are_counted_by_their_names_here() -> None:
    assert whole({"b64_json": PNG64}, usage=USAGE).usage == [UsageReported(12, 4160, 4172)]


def test_the_stored_reply_names_pictures_and_keeps_no_base64() -> None:
    reader = a_reader()
    body = reply({"b64_json": PNG64, "revised_prompt": "A fox"}, size="1024x1024", usage=USAGE)
    read(body, reader=reader, headers=JSON)
    assert reader.response["data"][0]["url"].startswith("picture:sha256:")
    assert reader.response["data"][0]["revised_prompt"] == "A fox"
    assert (reader.response["size"], reader.response["usage"]) == ("1024x1024", USAGE)
    assert PNG64 not in json.dumps(reader.response)


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        (reply(), "empty", "The gateway returned no image."),
        (b'{"created":1}', "empty", "The gateway returned no image."),
        (
            reply({"url": "", "b64_json": "", "revised_prompt": ""}),
            "upstream",
            "1 of 1 pictures came without an address or bytes.",
        ),
        (reply({"url": "javascript:alert(1)"}), "upstream", "1 of 1 pictures came"),
        (b'{"error":{"message":"No","code":"content_policy_violation"}}', "moderation", "No"),
        (b'{"success":false,"message":"no channel"}', "upstream", "no channel"),
        (b"<!doctype html><title>Sign in</title>", "html", ""),
        (b"", "empty", ""),
        (b'{"data":[{"url":"https://fi', "truncated", ""),
    ],
)
def test_what_brings_no_picture_is_told_in_words(body: bytes, kind: str, words: str) -> None:
    folded = read(body, reader=a_reader(), headers=JSON)
    assert folded.error is not None
    assert (folded.kind, folded.found) == (kind, [])
    assert words in folded.error.message


def test_one_picture_of_two_is_kept_and_the_other_is_missed() -> None:
    folded = whole({"url": LINK}, {"url": ""})
    assert folded.found == [LINK]
    assert folded.error is not None
    assert folded.error.message == "1 of 2 pictures came without an address or bytes."
    assert folded.error.maybe_charged


@pytest.mark.parametrize("family", ["image_generation", "image_edit"])
def test_a_stream_shows_sketches_and_ends_with_the_picture(family: str) -> None:
    reader, events = a_reader(), list[Event]()
    reader.begin(200, STREAM)
    for index in (0, 1):
        events += reader.read(event(f"{family}.partial_image", partial_image_index=index))
    events += reader.read(event(f"{family}.completed", usage=USAGE))
    assert [e for e in events if isinstance(e, PartialPicture)] == [PartialPicture(0, PNG)] * 2
    assert reader.settled
    folded = read(event(f"{family}.completed", usage=USAGE), reader=a_reader())
    assert (folded.found, folded.error) == ([PNG], None)
    assert folded.usage == [UsageReported(12, 4160, 4172)]


def test_a_stream_that_ends_with_a_sketch_brought_no_picture() -> None:
    folded = read(event("image_generation.partial_image"), reader=a_reader())
    assert (folded.kind, folded.found) == ("empty", [])


def test_an_error_in_mid_stream_ends_it() -> None:
    body = event("image_generation.partial_image")
    body += b'event: error\ndata: {"error":{"message":"moderated","code":"moderation_blocked"}}\n\n'
    folded = read(body, reader=a_reader())
    assert folded.error is not None
    assert folded.error.message == "moderated"


@given(CUTS)
def test_a_stream_cut_anywhere_gives_the_same(cuts: list[int]) -> None:
    body = event("image_generation.partial_image") + event(
        "image_generation.completed", usage=USAGE
    )
    one, other = a_reader(), a_reader()
    folded = read(body, cuts=[cut for cut in cuts if cut < len(body)], reader=one)
    assert folded.found == read(body, reader=other).found == [PNG]
    assert one.response == other.response
