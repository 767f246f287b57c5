"""Every shape and status of failure, and the kind that the person is told."""

import json

import pytest

from modelless_web.gateway.classify import classify
from modelless_web.gateway.errors import SENTENCES, Kind, redact

ID = "202403150101010000000AbCdEfGh"
SHAPES = [
    ("1", 401, {"error": {"message": f"broke (request id: {ID})", "type": "new_api_error"}}),
    (
        "2",
        429,
        {"error": {"message": "broke", "type": "upstream_error", "param": "429", "code": "bad"}},
    ),
    ("3", 400, {"description": "broke", "type": "upstream_error", "code": 4}),
    ("4", 200, {"success": False, "message": "broke"}),
    ("5", 404, {"error": "broke"}),
    ("official", 400, {"error": {"message": "broke", "type": "x", "param": None, "code": None}}),
    ("msg", 500, {"msg": "broke"}),
    ("err", 500, {"err": "broke"}),
    ("error_msg", 500, {"error_msg": "broke"}),
    ("header", 500, {"header": {"message": "broke"}}),
    ("response", 500, {"response": {"error": {"message": "broke"}}}),
    ("text", 500, "broke"),
    ("list", 500, [{"error": {"message": "broke"}}]),
]


@pytest.mark.parametrize(("status", "body"), [s[1:] for s in SHAPES], ids=[s[0] for s in SHAPES])
def test_the_message_is_found_in_every_shape(status: int, body: object) -> None:
    assert classify(status, {}, json.dumps(body).encode()).message == "broke"


def _error(message: str = "broke", code: object = None) -> bytes:
    error = {"message": message, "type": "new_api_error", "code": code}
    return json.dumps({"error": error}, ensure_ascii=False).encode()


KINDS = [
    (400, _error(), "validation"),
    (400, _error("x", "sensitive_words_detected"), "moderation"),
    (400, _error("x", "invalid_text_request"), "validation"),
    (400, _error("Unknown parameter: 'moderation'.", "unknown_parameter"), "validation"),
    (400, _error("Invalid value: 'none'. Supported values are: …", "invalid_value"), "validation"),
    (400, b'{"description":"quota_not_enough ","type":"upstream_error","code":4}', "quota"),
    (401, _error("无效的令牌"), "auth"),
    (401, _error("该令牌额度已用尽 !token.UnlimitedQuota"), "quota"),
    (401, b"", "auth"),
    (402, _error(), "quota"),
    (403, _error("x", "insufficient_user_quota"), "quota"),
    (403, _error("x", "pre_consume_token_quota_failed"), "quota"),
    (403, _error("该令牌无权使用模型：gpt-4"), "model"),  # noqa: RUF001
    (403, _error(), "auth"),
    (404, _error("Invalid URL (POST /v1/x)"), "validation"),
    (404, _error("The model `x` does not exist", "model_not_found"), "model"),
    (408, _error(), "timeout"),
    (413, b"<html>413 Request Entity Too Large</html>", "validation"),
    (429, _error("当前分组上游负载已饱和，请稍后再试"), "rate"),  # noqa: RUF001
    (429, b"", "rate"),
    (429, _error("You exceeded it", "insufficient_quota"), "quota"),
    (500, _error("x", "do_request_failed"), "upstream"),
    (500, _error("模型 x 倍率或价格未配置", "model_price_error"), "model"),
    (501, _error("API not implemented", "api_not_implemented"), "validation"),
    (502, b"<html>Bad gateway</html>", "html"),
    (503, _error("当前分组 default 下对于模型 x 无可用渠道"), "model"),
    (503, _error(), "upstream"),
    (504, _error(), "timeout"),
    (524, b"<!DOCTYPE html>", "html"),
    (524, b"", "timeout"),
    (200, _error("x", "model_not_found"), "model"),
    (200, _error(), "upstream"),
    (200, b"", "empty"),
    (302, b"", "network"),
]


@pytest.mark.parametrize(("status", "body", "kind"), KINDS)
def test_the_kind_follows_the_words_then_the_status(status: int, body: bytes, kind: str) -> None:
    assert classify(status, {}, body).kind.value == kind


@pytest.mark.parametrize(
    ("status", "body", "charged"),
    [
        (401, _error(), False),
        (403, _error("x", "insufficient_user_quota"), False),
        (429, b"", False),
        (503, _error("无可用渠道"), False),
        (400, _error(), False),
        (400, _error("x", "prompt_blocked"), False),
        (200, _error("x", "content_filter"), True),
        (200, _error(), True),
        (504, b"", True),
        (524, b"<html>", True),
        (404, b"<html>", False),
        (500, _error(), False),
        (500, b"", True),
    ],
)
def test_a_failure_says_whether_it_may_cost(status: int, body: bytes, charged: bool) -> None:
    assert classify(status, {}, body).maybe_charged is charged


@pytest.mark.parametrize(
    ("headers", "body", "found"),
    [
        ({"X-Oneapi-Request-Id": "a-1", "x-request-id": "b-2"}, b"", "a-1"),
        ({"x-request-id": "b-2"}, b"", "b-2"),
        ({}, _error(f"broke (request id: {ID})"), ID),
        ({}, b"", ""),
    ],
)
def test_the_request_id_comes_from_headers_or_text(
    headers: dict[str, str], body: bytes, found: str
) -> None:
    assert classify(500, headers, body).request_id == found


@pytest.mark.parametrize(
    ("headers", "retryable"),
    [
        ({}, True),
        ({"Retry-After": "3"}, True),
        ({"Retry-After": "600"}, False),
        ({"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}, True),
        ({"X-Should-Retry": "false"}, False),
    ],
)
def test_the_gateway_may_ask_not_to_come_back(headers: dict[str, str], retryable: bool) -> None:
    assert classify(429, headers, b"").retryable is retryable


@pytest.mark.parametrize(
    "date",
    [
        "Wed, 21 Oct 2099 07:28:00",
        "Wed, 21 Oct 2099 07:28:00 -0000",
        "Wed, 21 Oct 99999999999999999999 07:28:00 GMT",
        "Wed, 21 Oct 2099 07:28:00 +99999999999999",
        "soon",
        "nan",
    ],
)
def test_no_odd_date_to_come_back_is_too_odd(date: str) -> None:
    error = classify(429, {"Retry-After": date}, b"")
    assert error.retry_after is None or error.retry_after > 120


@pytest.mark.parametrize(
    "text",
    [
        "key sk-abcdef1234567890 is bad",
        "key sk-ab***yz is bad",
        "Authorization: Bearer abcdef1234",
        "authorization: bearer abcdef1234",
    ],
)
def test_keys_and_tokens_are_redacted(text: str) -> None:
    assert not {"abcdef", "ab***yz"} & set(redact(text).replace("-", " ").split())
    assert "abcdef" not in redact(text)


def test_explicit_secrets_are_redacted() -> None:
    assert redact("got hunter22 and hunter22x", "hunter22") == "got *** and ***x"


def test_words_that_only_look_like_keys_stay() -> None:
    assert redact("a risk-averse task-force") == "a risk-averse task-force"


def test_a_long_body_is_cut() -> None:
    assert len(classify(500, {}, b"x" * 9000).body) == 4000


def test_what_a_database_refuses_is_replaced() -> None:
    error = classify(500, {}, b'{"error":"a\\ud83d\\u0000b"}')
    assert error.message == "a\ufffd\ufffdb"


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_its_sentences(kind: Kind) -> None:
    advice = SENTENCES[kind]
    assert advice.cause.endswith(".")
    assert advice.next_step.endswith(".")
    assert "!" not in advice.cause + advice.next_step
