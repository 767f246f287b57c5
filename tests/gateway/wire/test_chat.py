"""Reading chat completions: the good way, the samples, and how an answer can end."""

import json

import pytest

from modelless_web.gateway.errors import GatewayError, Kind
from modelless_web.gateway.events import Finished, Progress, Started, UsageReported
from modelless_web.gateway.parameters import Chat, Message
from modelless_web.gateway.wire.chat import build
from modelless_web.gateway.wire.completion import Completion
from modelless_web.gateway.wire.reply import Reader
from tests.gateway.folding import JSON, STREAM, read
from tests.support.recordings import PNG, PNG64, SAMPLES, Sample, chunk, data, ref, stream, whole

names = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)


def _check(sample: Sample, body: bytes, headers: dict[str, str]) -> None:
    reader = Reader(Completion(True))
    folded = read(body, reader=reader, headers=headers)
    assert folded.found == list(sample.pictures)
    assert reader.answers[0] == sample.shown == folded.text.get(0, "")
    assert folded.reasoning.get(0, "") == sample.reasoning
    assert folded.kind == sample.failed
    assert PNG64 not in json.dumps(reader.response)


@names
def test_a_sample_is_understood_as_a_stream(sample: Sample) -> None:
    _check(sample, sample.as_stream(), STREAM)


@names
def test_a_sample_is_understood_as_one_body(sample: Sample) -> None:
    _check(sample, sample.as_json(), JSON)


def test_the_images_shape_inside_a_chat_reply_is_understood() -> None:
    assert read(data({"data": [{"b64_json": PNG64}]})[6:], headers=JSON).found == [PNG]


def test_a_stream_asks_for_a_stream() -> None:
    call = build(Chat(model="m", messages=(Message(role="user", content="hi"),)))
    assert (call.method, call.path) == ("POST", "/chat/completions")
    assert call.headers["Accept"] == "text/event-stream"


def test_no_stream_asks_for_json_and_says_so() -> None:
    call = build(Chat(model="m", messages=(Message(role="user", content="hi"),), stream=False))
    assert call.headers["Accept"] == "application/json"
    assert json.loads(call.body)["stream"] is False


def test_a_good_stream_gives_all_events_in_order() -> None:
    usage = {"prompt_tokens": 9, "completion_tokens": 1, "total_tokens": 10}
    body = chunk({"content": "Hi"}) + chunk({}, "stop") + data({"choices": [], "usage": usage})
    folded = read(body + b"data: [DONE]\n\n")
    assert folded.started == [Started("chatcmpl-1", "m")]
    assert folded.text == {0: "Hi"}
    assert folded.usage == [UsageReported(9, 1, 10)]
    assert folded.finished == [Finished(0, "stop")]
    assert folded.error is None


def test_choices_that_interleave_are_kept_apart() -> None:
    parts = [chunk({"content": t}, index=i) for i, t in ((0, "a"), (1, "x"), (0, "b"), (1, "y"))]
    folded = read(b"".join(parts) + chunk({}, "stop") + chunk({}, "length", index=1))
    assert folded.text == {0: "ab", 1: "xy"}
    assert folded.finished == [Finished(0, "stop"), Finished(1, "length")]


def test_progress_is_reported_while_it_happens() -> None:
    folded = read(stream("> 排队中...\n", "> 进度 **2%**\n", "> 进度 **67%**\n", "fine"))
    assert folded.progress == [Progress(0, None, "queued"), Progress(0, 2, ""), Progress(0, 67, "")]


def test_the_first_word_of_an_answer_is_not_held_back() -> None:
    reader = Reader(Completion(True))
    reader.begin(200, STREAM)
    assert read(chunk({"content": "Here"}), reader=reader).text == {0: "Here"}


def test_a_text_model_keeps_quotations_and_follows_no_link() -> None:
    text = "> 50% of all foxes\n![fox](https://x.example/fox.png)"
    reader = Reader(Completion(False))
    folded = read(stream(text), reader=reader)
    assert folded.found == []
    assert reader.answers == {0: text}


def test_a_text_model_may_still_send_a_picture() -> None:
    body = stream(f"Look: ![x](data:image/png;base64,{PNG64})")
    assert read(body, reader=Reader(Completion(False))).found == [PNG]


def test_the_response_is_one_completion_with_references() -> None:
    reader = Reader(Completion(True))
    read(stream(f"![x](data:image/png;base64,{PNG64})"), reader=reader)
    assert reader.response["object"] == "chat.completion"
    assert reader.response["choices"] == [
        {
            "index": 0,
            "message": {"role": "assistant", "content": f"![x]({ref(PNG)})"},
            "finish_reason": "stop",
        }
    ]


def test_structured_pictures_stand_in_the_response_as_references() -> None:
    reader = Reader(Completion(True))
    read(
        stream({"images": [{"image_url": {"url": f"data:image/png;base64,{PNG64}"}}]}),
        reader=reader,
    )
    images = reader.response["choices"][0]["message"]["images"]
    assert images == [{"type": "image_url", "image_url": {"url": ref(PNG)}}]


def test_a_pair_of_surrogates_cut_in_two_becomes_one_character() -> None:
    body = b'data: {"choices":[{"delta":{"content":"\\ud83d"}}]}\n\n'
    body += b'data: {"choices":[{"delta":{"content":"\\ude00"},"finish_reason":"stop"}]}\n\n'
    assert read(body).text == {0: "😀"}


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (stream("text", end=None), "truncated"),
        (stream("text", end=None, done=False), "truncated"),
        (stream(end=None), "empty"),
        (b"", "empty"),
        (b": PING\n\n: PING\n\n", "empty"),
        (stream(""), "empty"),
        (stream("\n\n"), "empty"),
        (stream({"reasoning": "only thoughts"}), ""),
        (stream("text", end="length"), ""),
        (stream("text", done=False), ""),
        (stream(end="content_filter"), "moderation"),
        (stream("half", end="error"), "upstream"),
        (whole("text", None), ""),
        (whole("", "stop"), "empty"),
        (whole("text")[:-9], "truncated"),
        (b"{not json}", "upstream"),
        (b"Bad gateway", "upstream"),
        (b"<!DOCTYPE html><title>x</title>", "html"),
    ],
)
def test_the_end_of_an_answer_is_classified(body: bytes, kind: str) -> None:
    assert read(body).kind == kind


def test_a_truncated_answer_keeps_its_pictures_and_may_be_charged() -> None:
    folded = read(stream("![f](https://y.example/f.png)", end=None))
    assert folded.found == ["https://y.example/f.png"]
    assert folded.error is not None
    assert folded.error.maybe_charged


def test_a_broken_connection_does_not_spoil_a_finished_answer() -> None:
    reader = Reader(Completion(True))
    reader.begin(200, STREAM)
    reader.read(stream("text", done=False))
    assert [type(e) for e in reader.close(GatewayError(Kind.NETWORK, "gone"))] == [Finished]
