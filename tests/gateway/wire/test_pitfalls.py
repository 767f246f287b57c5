"""What gateways do in the wild; the numbers are the rows of the gateway reference, section 8."""

import json

import pytest

from modelless_web.gateway.events import UsageReported
from modelless_web.gateway.wire.completion import Completion
from modelless_web.gateway.wire.reply import Reader
from tests.gateway.folding import JSON, Folded, read
from tests.support.recordings import chunk, data, stream, whole

STOP = chunk({}, "stop") + b"data: [DONE]\n\n"


def _says(text: str, body: bytes, *, headers: dict[str, str] | None = None) -> Folded:
    folded = read(body) if headers is None else read(body, headers=headers)
    assert folded.text == {0: text}
    assert folded.error is None
    return folded


GOOD = [
    ("02-unicode-line-ends", chunk({"content": "a\u2028b\u0085c"}), "a\u2028b\u0085c"),
    ("04-crlf", stream("ab").replace(b"\n", b"\r\n"), "ab"),
    ("04-cr", stream("ab").replace(b"\n", b"\r"), "ab"),
    ("05-no-space", stream("ab").replace(b"data: ", b"data:"), "ab"),
    ("05-bare-data", b"data:\n\n" + chunk({"content": "ab"}), "ab"),
    ("05-null", b"data: null\n\n" + chunk({"content": "ab"}), "ab"),
    ("05-ping-as-data", b"data: : ping\n\n" + chunk({"content": "ab"}), "ab"),
    ("06-comments", b": PING\n\n:\n" + chunk({"content": "ab"}), "ab"),
    ("06-named-ping", b'event: ping\ndata: {"type":"ping"}\n\n' + chunk({"content": "ab"}), "ab"),
    ("07-several-data-lines", b'data: {"choices":[{"delta":\ndata: {"content":"ab"}}]}\n\n', "ab"),
    ("07-no-blank-lines", stream("ab").replace(b"\n\n", b"\n"), "ab"),
    ("08-choices-null", data({"choices": None}) + chunk({"content": "ab"}), "ab"),
    ("08-choices-missing", data({"id": "x"}) + chunk({"content": "ab"}), "ab"),
    ("08-choices-empty", data({"choices": [], "id": ""}) + chunk({"content": "ab"}), "ab"),
    ("09-delta-null", chunk(None) + chunk({"content": "ab"}), "ab"),
    (
        "09-delta-absent",
        data({"id": "", "choices": [{"index": 0}]}) + chunk({"content": "ab"}),
        "ab",
    ),
    ("09-index-missing", data({"choices": [{"delta": {"content": "ab"}}]}), "ab"),
    ("09-message-for-delta", data({"choices": [{"message": {"content": "ab"}}]}), "ab"),
    ("10-content-null", chunk({"content": None}) + chunk({"content": "ab"}), "ab"),
    ("10-content-array", chunk({"content": [{"type": "text", "text": "ab"}]}), "ab"),
    ("11-empty-reason", chunk({"content": "ab"}, ""), "ab"),
    ("22-unknown-keys", chunk({"content": "ab", "x": 1}, obfuscation="zz", success=True), "ab"),
    ("23-error-null", chunk({"content": "ab"}, error=None), "ab"),
    ("24-same-text-again", chunk({"content": "ab"}) + chunk({"content": "ab"}), "abab"),
]


@pytest.mark.parametrize(("body", "text"), [row[1:] for row in GOOD], ids=[row[0] for row in GOOD])
def test_an_odd_stream_is_read(body: bytes, text: str) -> None:
    _says(text, body + STOP)


def test_01_a_character_split_over_blocks_is_whole() -> None:
    body = stream("价格 ✅ 😀")
    assert read(body, cuts=range(len(body))).text == {0: "价格 ✅ 😀"}


def test_03_a_line_of_many_megabytes_is_read() -> None:
    text = "x" * 8_000_000
    body = stream(text)
    assert read(body, cuts=range(0, len(body), 1000)).text == {0: text}


def test_05_a_damaged_line_is_skipped_and_counted() -> None:
    reader = Reader(Completion(True))
    body = chunk({"content": "a"}) + b'data: {"choi\n\n' + chunk({"content": "b"}) + STOP
    folded = read(body, reader=reader)
    assert (folded.text, folded.damaged, reader.damaged) == ({0: "ab"}, ['{"choi'], 1)


def test_07_a_last_event_without_a_blank_line_counts() -> None:
    _says("ab", stream("ab", done=False).rstrip(b"\n"))


def test_10_an_answer_may_be_reasoning_alone() -> None:
    folded = read(stream({"reasoning_content": "hm"}))
    assert (folded.reasoning, folded.text, folded.kind) == ({0: "hm"}, {}, "")


def test_11_a_leaked_finish_reason_in_camel_case_counts() -> None:
    _says("ab", data({"choices": [{"delta": {"content": "ab"}, "finishReason": "STOP"}]}))


@pytest.mark.parametrize(
    "usages",
    [
        [None, None, {"prompt_tokens": 9, "completion_tokens": 3, "total_tokens": 12}],
        [{"prompt_tokens": 9, "completion_tokens": n, "total_tokens": 9 + n} for n in (1, 2, 3)],
        [{"prompt_tokens": 0, "total_tokens": 0}, {"prompt_tokens": 9, "completion_tokens": 3}],
        [{"prompt_tokens": 9, "completion_tokens": 3}, {"prompt_tokens": 0}, None],
    ],
    ids=["12-null-until-last", "12-cumulative", "12-zeros-until-last", "12-zeros-after"],
)
def test_the_last_real_usage_counts_once(usages: list[dict[str, int] | None]) -> None:
    body = b"".join(chunk({"content": "a"}, usage=usage) for usage in usages)
    assert read(body + STOP).usage == [UsageReported(9, 3, 12)]


def test_12_usage_that_is_all_zero_is_no_usage() -> None:
    assert read(stream("a")[:-14] + data({"choices": [], "usage": {"total_tokens": 0}})).usage == []


def test_13_json_instead_of_a_stream_is_read() -> None:
    _says("ab", whole("ab"))


def test_14_a_stream_instead_of_json_is_read() -> None:
    folded = read(stream("ab"), reader=Reader(Completion(True)), headers=JSON)
    assert folded.text == {0: "ab"}


def test_14_json_followed_by_an_end_mark_is_read() -> None:
    _says("ab", whole("ab") + b"\n\ndata: [DONE]\n\n", headers=JSON)


@pytest.mark.parametrize("tail", [b"", b"data: [DONE]\n\n", chunk({"content": "late"})])
def test_15_nothing_counts_after_the_first_end_mark(tail: bytes) -> None:
    _says("ab", stream("ab") + tail)


def test_15_the_end_mark_is_not_needed() -> None:
    _says("ab", stream("ab", done=False))


@pytest.mark.parametrize("status", [200, 502, 504, 520, 524])
def test_16_a_web_page_is_an_error_and_never_text(status: int) -> None:
    page = b"\n<!DOCTYPE html><html>" + b"x" * 9000
    folded = read(page, status=status, headers={"content-type": "text/html"})
    assert (folded.kind, folded.text) == ("html", {})
    assert folded.error is not None
    assert len(folded.error.body) <= 500
    assert folded.error.maybe_charged == (status >= 500)


def test_18_a_stream_cut_inside_base64_keeps_the_text_and_is_truncated() -> None:
    folded = read(stream("Here:", " ![x](data:image/png;base64,iVBORw0KGgoAAAA", end=None))
    assert folded.kind == "truncated"
    assert folded.text[0].startswith("Here: ![x](")


def test_20_a_redirect_names_the_host() -> None:
    folded = read(b"", status=301, headers={"location": "https://key@new.example/v1/x"})
    assert folded.kind == "network"
    assert "new.example." in str(folded.error)
    assert "key" not in str(folded.error)


ERRORS = [
    data({"error": {"message": "broke", "type": "upstream_error"}}),
    data({"error": "broke"}),
    data({"object": "error", "message": "broke"}),
    b'event: error\ndata: {"message":"broke"}\n\n',
    b"event: error\ndata: broke\n\n",
    data({"success": False, "message": "broke"}),
    data({"description": "broke", "type": "upstream_error", "code": 4}),
    chunk({}, error={"message": "broke", "code": 502}),
    data({"choices": [{"index": 0, "delta": {}, "error": {"message": "broke"}}]}),
]


@pytest.mark.parametrize("error", ERRORS)
def test_23_an_error_inside_a_stream_keeps_the_text_before_it(error: bytes) -> None:
    folded = read(chunk({"content": "half"}) + error + b"data: [DONE]\n\n")
    assert (folded.text, folded.kind) == ({0: "half"}, "upstream")
    assert folded.error is not None
    assert folded.error.message == "broke"
    assert folded.error.maybe_charged


@pytest.mark.parametrize(
    "reply",
    [{"error": {"message": "broke"}}, {"error": "broke"}, {"success": False, "message": "broke"}],
)
def test_23_an_error_body_under_status_200_fails(reply: dict[str, object]) -> None:
    assert read(json.dumps(reply).encode(), headers=JSON).kind == "upstream"


def test_25_a_key_in_an_error_is_never_shown() -> None:
    folded = read(data({"error": {"message": "bad key sk-abcdef123456"}}))
    assert folded.error is not None
    assert "abcdef" not in folded.error.message + folded.error.body


def test_one_event_beyond_the_limit_ends_the_answer() -> None:
    reader = Reader(Completion(True))
    reader._decoder._limit = 1000
    folded = read(b"data: " + b"x" * 2000, reader=reader)
    assert folded.kind == "upstream"
    assert reader.done
