"""Every model that fails does so as its description says."""

import re
import time

import httpx
import pytest

from modelless_web.practice.catalogue import MODELS

from .talk import ask, body, listen, text_of

REFUSALS: dict[str, tuple[int, str]] = {
    "practice-429": (429, "rate_limit_exceeded"),
    "practice-401": (401, "new_api_error"),
    "practice-401-quota": (401, "该令牌额度已用尽"),
    "practice-quota": (403, "insufficient_user_quota"),
    "practice-503": (503, "model_not_found"),
    "practice-400": (400, "invalid_text_request"),
    "practice-moderated": (400, "content_policy_violation"),
    "practice-500": (500, "do_request_failed"),
    "practice-upstream": (502, "bad_response_status_code"),
    "practice-flat-error": (400, "quota_not_enough"),
    "practice-unsuccessful": (200, '"success":false'),
    "practice-text-error": (400, '"error":"practice_task_not_found"'),
    "practice-200-error": (200, "upstream gave up"),
    "practice-html": (524, "<!DOCTYPE html>"),
    "practice-redirect": (301, ""),
    "practice-429-empty": (429, ""),
}
OTHERS = {
    "practice-empty", "practice-refused", "practice-truncated", "practice-reset",
    "practice-midway-error", "practice-damaged", "practice-stall", "practice-json",
    "practice-stream", "practice-expiring", "practice-lost", "practice-not-a-picture",
    "practice-empty-link", "practice-slow", "practice-gateway-progress",
    "practice-429-then-well", "practice-keep-alive",
}  # fmt: skip
GOOD = {
    "stable-diffusion", "practice-writer", "practice-inline", "practice-structured",
    "practice-think", "practice-duplicate", "practice-huge-text", "practice-sees",
    "practice-parts", "practice-four", "practice-bare-link", "practice-video",
    "practice-think-aloud",
}  # fmt: skip


def test_every_model_of_the_list_is_tested() -> None:
    assert set(MODELS) == set(REFUSALS) | OTHERS | GOOD


@pytest.mark.parametrize("model", REFUSALS)
@pytest.mark.parametrize("stream", [True, False])
def test_a_refusal_has_its_status_and_its_words(
    http: httpx.Client, model: str, stream: bool
) -> None:
    status, words = REFUSALS[model]
    reply = ask(http, model, stream=stream)
    assert reply.status_code == status
    assert words in reply.text


def test_too_many_requests_says_when_to_come_back(http: httpx.Client) -> None:
    assert ask(http, "practice-429").headers["retry-after"] == "1"


def test_too_many_requests_at_first_and_then_an_answer(http: httpx.Client) -> None:
    first, second = (ask(http, "practice-429-then-well", stream=False) for _ in range(2))
    assert (first.status_code, first.headers["retry-after"]) == (429, "2")
    assert "A first thought" in text_of(second)


def test_keep_alives_come_and_nothing_else(http: httpx.Client) -> None:
    asked = body("practice-keep-alive", stream=True)
    with http.stream("POST", "chat/completions", json=asked) as reply:
        lines = (line for line in reply.iter_lines() if line.startswith(":"))
        assert [next(lines), next(lines)] == [": PING", ": PING"]


def test_too_many_requests_may_say_nothing(http: httpx.Client) -> None:
    assert ask(http, "practice-429-empty").content == b""


def test_a_redirect_points_to_another_host(http: httpx.Client) -> None:
    assert "practice.example" in ask(http, "practice-redirect").headers["location"]


def test_an_empty_reply_has_no_bytes(http: httpx.Client) -> None:
    assert ask(http, "practice-empty").content == b""


def test_an_empty_stream_only_says_done(http: httpx.Client) -> None:
    heard = listen(http, "practice-empty")
    assert (heard.chunks, heard.done) == ([], True)


def test_a_friendly_refusal_has_no_picture_and_ends_well(http: httpx.Client) -> None:
    heard = listen(http, "practice-refused")
    assert "cannot make this picture" in heard.text()
    assert heard.finishes() == ["stop"]


def test_a_truncated_stream_ends_cleanly_without_a_reason(http: httpx.Client) -> None:
    heard = listen(http, "practice-truncated")
    assert heard.text().endswith("somebody who")
    assert (heard.finishes(), heard.done, heard.broken) == ([], False, False)


def test_a_reset_breaks_the_connection_after_some_words(http: httpx.Client) -> None:
    heard = listen(http, "practice-reset")
    assert heard.broken
    assert heard.text()


def test_an_error_may_come_midway(http: httpx.Client) -> None:
    heard = listen(http, "practice-midway-error")
    assert heard.text()
    assert "connection lost" in heard.chunks[-1]["error"]["message"]


def test_one_damaged_line_stands_among_good_ones(http: httpx.Client) -> None:
    heard = listen(http, "practice-damaged")
    assert (heard.damaged, heard.finishes(), heard.done) == (1, ["stop"], True)


def test_a_stall_speaks_and_falls_silent(http: httpx.Client) -> None:
    with pytest.raises(httpx.ReadTimeout):
        http.post(
            "chat/completions",
            json={"model": "practice-stall", "messages": [{"role": "user", "content": "x"}]},
            timeout=0.3,
        )


def test_json_comes_though_a_stream_was_asked_for(http: httpx.Client) -> None:
    assert text_of(ask(http, "practice-json", stream=True))


def test_a_stream_comes_though_none_was_asked_for(http: httpx.Client) -> None:
    reply = ask(http, "practice-stream", stream=False)
    assert reply.headers["content-type"] == "text/event-stream"
    assert reply.text.rstrip().endswith("data: [DONE]")


def test_an_expiring_link_works_at_once_and_not_after_two_seconds(http: httpx.Client) -> None:
    link = re.findall(r"\((http[^)]*)\)", listen(http, "practice-expiring").text())[0]
    assert http.get(link).status_code == 200
    time.sleep(2.05)
    assert http.get(link).status_code == 403


def test_an_expired_link_is_refused_whatever_its_picture(http: httpx.Client) -> None:
    reply = http.get(f"{http.base_url.copy_with(path='/')}pictures/x.png?se=2020-01-01T00:00:00Z")
    assert reply.status_code == 403


def test_a_lost_link_leads_nowhere(http: httpx.Client) -> None:
    link = re.findall(r"\((http[^)]*)\)", text_of(ask(http, "practice-lost")))[0]
    assert http.get(link).status_code == 404


def test_what_calls_itself_a_picture_is_none(http: httpx.Client) -> None:
    links = re.findall(r"\((http[^)]*)\)", text_of(ask(http, "practice-not-a-picture")))
    replies = [http.get(link) for link in links]
    assert [reply.headers["content-type"] for reply in replies] == ["image/png"] * 2
    assert [reply.content[:5] for reply in replies] == [b"<!doc", b"<svg "]


def test_an_empty_link_follows_the_progress(http: httpx.Client) -> None:
    text = listen(http, "practice-empty-link").text()
    assert text.index("> 67.19%") < text.index("![image]()")


def test_progress_may_be_told_in_chinese(http: httpx.Client) -> None:
    text = listen(http, "practice-gateway-progress").text()
    assert text.index("> 排队中") < text.index("> 进度 **67%**") < text.index("![file_x](http")


def test_the_slow_model_says_its_words_one_by_one(http: httpx.Client) -> None:
    assert len(listen(http, "practice-slow").chunks) > 10


@pytest.mark.parametrize("model", ["practice-truncated", "practice-reset", "practice-stall"])
def test_pictureless_faults_speak_before_they_fail(http: httpx.Client, model: str) -> None:
    asked = {"model": model, "stream": True, "messages": [{"role": "user", "content": "x"}]}
    with http.stream("POST", "chat/completions", json=asked) as reply:
        assert next(reply.iter_lines()).startswith("data: ")
