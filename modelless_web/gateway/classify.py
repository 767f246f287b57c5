"""Failed replies, turned into the error that they stand for (gateway reference, 1.4 to 1.6)."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, Final

from modelless_web.gateway.errors import RETRYABLE, SENTENCES, GatewayError, Kind, redact, tidy

MOST_BODY: Final = 4000
MOST_HTML: Final = 500
MOST_MESSAGE: Final = 1000

_REFUSED_EARLY: Final = frozenset({Kind.AUTH, Kind.QUOTA, Kind.RATE, Kind.MODEL, Kind.VALIDATION})


@dataclass(frozen=True, slots=True)
class _Said:
    """What an error body says, whichever of the five shapes it has."""

    message: str = ""
    code: str = ""
    type: str = ""


_MESSAGE_KEYS: Final = ("message", "description", "msg", "err", "error_msg", "detail", "error")
_REQUEST_ID: Final = re.compile(r"\s*\(?\brequest[ _]id:?\s*([\w.-]{6,})\)?", re.IGNORECASE)
_ID_HEADERS: Final = ("x-oneapi-request-id", "x-request-id", "x-generation-id")


def classify(status: int, headers: Mapping[str, str], body: bytes) -> GatewayError:
    """Turn a failed reply into the error it stands for; never raises.

    `headers` may be in any case. A status of 200 is possible: gateways hide errors there.
    """
    text = tidy(body[: 4 * MOST_BODY].decode("utf-8", "replace")).removeprefix("\ufeff").strip()
    lower = {name.lower(): value for name, value in headers.items()}
    is_html = text.startswith("<")
    said = _Said() if is_html else _said(text)
    kind = _kind(status, said, text, is_html)
    return GatewayError(
        kind,
        _message(kind, status, said, text, is_html),
        status=status,
        code=said.code or said.type,
        request_id=request_id(lower, text),
        retryable=_retryable(kind, status, lower),
        retry_after=retry_after(lower),
        is_known=is_html or not text or _by_words(said) is not None,
        maybe_charged=_maybe_charged(kind, status, said),
        body=redact(text)[: MOST_HTML if is_html else MOST_BODY],
    )


def request_id(headers: Mapping[str, str], text: str = "") -> str:
    """Return the id by which the gateway's operator finds a request, or "".

    Header names are expected in lower case; the text is searched when no header has the id.
    """
    for name in _ID_HEADERS:
        if headers.get(name):
            return headers[name][:200]
    found = _REQUEST_ID.search(text)
    return found[1] if found else ""


def is_failure(reply: Mapping[str, Any]) -> bool:
    """Whether a JSON object under status 200 is one of the error shapes."""
    if reply.get("error") or reply.get("success") is False:
        return True
    if reply.get("object") == "error" or reply.get("type") == "error":
        return True
    if reply.get("choices") is not None or reply.get("usage") or reply.get("data"):
        return False
    return any(isinstance(reply.get(key), str) and reply[key] for key in _MESSAGE_KEYS)


def _said(text: str) -> _Said:
    try:
        reply = json.loads(text)
    except (ValueError, RecursionError):
        return _Said(message=text)
    if isinstance(reply, list) and reply:
        reply = reply[0]
    if isinstance(reply, str):
        return _Said(message=tidy(reply))
    return _from_object(reply) if isinstance(reply, dict) else _Said()


def _from_object(reply: dict[str, Any]) -> _Said:
    for inner in ("error", "response", "header"):
        if isinstance(reply.get(inner), dict):
            nested = _from_object(reply[inner])
            if nested.message or nested.code or nested.type:
                return nested
    message = next(
        (reply[key] for key in _MESSAGE_KEYS if isinstance(reply.get(key), str) and reply[key]), ""
    )
    return _Said(tidy(message).strip(), _word(reply.get("code")), _word(reply.get("type")))


def _word(value: Any) -> str:
    return tidy(str(value)).strip()[:100] if isinstance(value, str | int) else ""


_CODES: Final[Mapping[str, Kind]] = {
    "invalid_api_key": Kind.AUTH,
    "access_denied": Kind.AUTH,
    "channel:invalid_key": Kind.UPSTREAM,
    "insufficient_user_quota": Kind.QUOTA,
    "pre_consume_token_quota_failed": Kind.QUOTA,
    "insufficient_quota": Kind.QUOTA,
    "quota_not_enough": Kind.QUOTA,
    "billing_hard_limit_reached": Kind.QUOTA,
    "rate_limit_exceeded": Kind.RATE,
    "model_not_found": Kind.MODEL,
    "model_price_error": Kind.MODEL,
    "channel:no_available_key": Kind.MODEL,
    "get_channel_failed": Kind.MODEL,
    "sensitive_words_detected": Kind.MODERATION,
    "prompt_blocked": Kind.MODERATION,
    "content_policy_violation": Kind.MODERATION,
    "content_filter": Kind.MODERATION,
    "moderation_blocked": Kind.MODERATION,
    "invalid_request": Kind.VALIDATION,
    "invalid_text_request": Kind.VALIDATION,
    "invalid_image_request": Kind.VALIDATION,
    "context_length_exceeded": Kind.VALIDATION,
    "invalid_value": Kind.VALIDATION,
    "unknown_parameter": Kind.VALIDATION,
    "bad_request_body": Kind.VALIDATION,
    "convert_request_failed": Kind.VALIDATION,
    "api_not_implemented": Kind.VALIDATION,
    "channel:response_time_exceeded": Kind.TIMEOUT,
    "empty_response": Kind.EMPTY,
}

_WORDS: Final = tuple(
    (re.compile(pattern, re.IGNORECASE), kind)
    for pattern, kind in (
        (
            r"额度|余额|\bquota|insufficient (?:balance|credit|funds)|not enough credit",
            Kind.QUOTA,
        ),
        (
            r"敏感词|内容审核|违规|sensitive word|content[ _]policy|safety system|content[ _]filter"
            r"|content management policy|moderation",
            Kind.MODERATION,
        ),
        (r"负载已饱和|请求过于频繁|rate limit|too many requests|saturated", Kind.RATE),
        (
            r"无可用渠道|倍率或价格未配置|no (?:available|enabled) channel"
            r"|model\b.{0,80}(?:does not exist|not found|not allowed|not available)"
            r"|(?:无权|没有权限|not allowed|no (?:access|permission)).{0,40}(?:模型|model)",
            Kind.MODEL,
        ),
        (r"无效的令牌|令牌已过期|令牌状态不可用|invalid (?:api )?(?:key|token)", Kind.AUTH),
    )
)

_OK: Final = 200
_REDIRECTED: Final = 300
_REFUSED: Final = 400
_BROKEN: Final = 500

_HINTS: Final[Mapping[int, re.Pattern[str]]] = {
    404: re.compile(r"model|模型", re.IGNORECASE),
    503: re.compile(r"channel|渠道|distributor", re.IGNORECASE),
}

_STATUSES: Final[Mapping[int, Kind]] = {
    401: Kind.AUTH,
    402: Kind.QUOTA,
    403: Kind.AUTH,
    408: Kind.TIMEOUT,
    429: Kind.RATE,
    501: Kind.VALIDATION,
    504: Kind.TIMEOUT,
    524: Kind.TIMEOUT,
}


def is_ok(status: int) -> bool:
    """Whether the status is one of success."""
    return _OK <= status < _REDIRECTED


def is_redirect(status: int) -> bool:
    """Whether the status sends the caller to another address."""
    return _REDIRECTED <= status < _REFUSED


def _kind(status: int, said: _Said, text: str, is_html: bool) -> Kind:
    if is_redirect(status):
        return Kind.NETWORK
    if is_html and status != HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return Kind.HTML
    if not text and is_ok(status):
        return Kind.EMPTY
    # Operators can remap statuses, so what the body says goes first.
    return _by_words(said) or _by_status(status, said)


def _by_words(said: _Said) -> Kind | None:
    for word in (said.code, said.type, said.message):
        if word in _CODES:
            return _CODES[word]
    return next((kind for pattern, kind in _WORDS if pattern.search(said.message)), None)


def _by_status(status: int, said: _Said) -> Kind:
    if status in _STATUSES:
        return _STATUSES[status]
    hint = _HINTS.get(status)
    if hint is not None and hint.search(said.message):
        return Kind.MODEL
    return Kind.VALIDATION if _REFUSED <= status < _BROKEN else Kind.UPSTREAM


def _message(kind: Kind, status: int, said: _Said, text: str, is_html: bool) -> str:
    if is_html:
        return f"The gateway answered with a web page instead of data (status {status})."
    if said.message:
        spoken = _REQUEST_ID.sub("", redact(said.message)).strip()
        return spoken[:MOST_MESSAGE] or SENTENCES[kind].cause
    return f"{SENTENCES[kind].cause[:-1]} (status {status}{'' if text else ', empty body'})."


LONGEST_WAIT: Final = 120.0
_NEVER_AGAIN: Final = frozenset({400, 401, 403, 404, 422})
_REFUSED_FOR_NOW: Final = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT})


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return how many seconds the gateway asks to wait, or None (gateway reference, 1.6).

    Header names are expected in lower case. The value is in milliseconds, in seconds, or a date.
    """
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        value = headers.get(name, "").strip()
        try:
            seconds = float(value) * unit
        except ValueError:
            seconds = _seconds_until(value)
        if 0 < seconds < float("inf"):
            return seconds
    return None


def _seconds_until(date: str) -> float:
    try:
        moment = parsedate_to_datetime(date)
    except (ValueError, OverflowError):
        return 0.0
    # A date without a zone, or with -0000, is in UTC.
    return (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds()


def _retryable(kind: Kind, status: int, headers: Mapping[str, str]) -> bool:
    """Whether the same request may do better later; never for a refusal that is for good.

    That is half of the question. `GatewayError.may_be_repeated` is the whole: a picture that was
    paid for is never asked for twice, so what is retryable and may have been charged (a timeout,
    a web page, a 5xx without a word) is left to the person.
    """
    if status in _NEVER_AGAIN or (retry_after(headers) or 0) > LONGEST_WAIT:
        return False
    asked = headers.get("x-should-retry", "").lower()
    if asked in {"true", "false"}:
        return asked == "true"
    if status in _REFUSED_FOR_NOW:
        return True
    return kind in RETRYABLE or (kind is Kind.HTML and status >= _BROKEN)


def _maybe_charged(kind: Kind, status: int, said: _Said) -> bool:
    """Whether the gateway may count a failed request all the same (gateway reference, 1.5, 1.6).

    The reference warns of sending a billed picture again. A gateway sets the price aside before
    it asks upstream and gives it back when it answers with an error of its own; so a 5xx with
    such an error, for pictures too, cost nothing and is sent again. A timeout, whoever tells of
    it, leaves open whether the work went on, and is not.
    """
    if kind in _REFUSED_EARLY or kind is Kind.NETWORK or status in _REFUSED_FOR_NOW:
        return False
    if kind is Kind.HTML:
        return status >= _BROKEN
    if kind is Kind.MODERATION:
        return is_ok(status)
    if kind is Kind.UPSTREAM:
        # Under 200 or without a word nothing says that the request failed.
        return is_ok(status) or not (said.code or said.type)
    return True
