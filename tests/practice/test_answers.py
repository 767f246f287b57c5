"""What the well-behaved models answer."""

import base64
import io
import re

import httpx
from PIL import Image

from .talk import ask, listen, text_of


def link_in(text: str) -> str:
    found = re.search(r"!\[[^\]]*\]\(([^)]*)\)", text)
    assert found
    return found[1]


def size_of(png: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(png)) as image:
        assert image.format == "PNG"
        return image.size


def test_the_list_names_and_describes_every_model(http: httpx.Client) -> None:
    listed = http.get("models").json()
    assert listed["object"] == "list"
    assert len(listed["data"]) > 30
    assert all(row["object"] == "model" and row["description"] for row in listed["data"])


def test_one_model_can_be_looked_up(http: httpx.Client) -> None:
    assert http.get("models/stable-diffusion").json()["id"] == "stable-diffusion"


def test_an_unknown_model_is_looked_up_in_vain_with_status_200(http: httpx.Client) -> None:
    reply = http.get("models/nobody")
    assert (reply.status_code, reply.json()["error"]["code"]) == (200, "model_not_found")


def test_the_painter_streams_words_then_progress_then_a_link(http: httpx.Client) -> None:
    heard = listen(http, "stable-diffusion")
    text = heard.text()
    assert text.index("I am painting") < text.index("> 46%") < text.index("](http")
    assert (heard.finishes(), heard.done) == (["stop"], True)


def test_the_painters_link_gives_a_picture_of_the_size_asked(http: httpx.Client) -> None:
    reply = http.get(link_in(text_of(ask(http, "stable-diffusion", "a lake 96x64"))))
    assert reply.headers["content-type"] == "image/png"
    assert size_of(reply.content) == (96, 64)


def test_the_size_field_decides_when_words_and_field_disagree(http: httpx.Client) -> None:
    reply = ask(http, "stable-diffusion", "a lake 96x64", size="80x70")
    assert size_of(http.get(link_in(text_of(reply))).content) == (80, 70)


def test_the_first_delta_carries_the_role(http: httpx.Client) -> None:
    first = listen(http, "practice-writer").chunks[0]["choices"][0]["delta"]
    assert first == {"role": "assistant", "content": ""}


def test_choices_take_turns_in_a_stream_and_differ(http: httpx.Client) -> None:
    heard = listen(http, "stable-diffusion", n=3)
    order = [chunk["choices"][0]["index"] for chunk in heard.chunks[3:9]]
    assert order == [0, 1, 2, 0, 1, 2]
    assert len({link_in(heard.text(index)) for index in range(3)}) == 3


def test_usage_comes_last_when_it_is_asked_for(http: httpx.Client) -> None:
    heard = listen(http, "practice-writer", stream_options={"include_usage": True})
    last = heard.chunks[-1]
    assert last["choices"] == []
    assert last["usage"]["total_tokens"] == sum(list(last["usage"].values())[:2])
    assert all(chunk["usage"] is None for chunk in heard.chunks[:-1])


def test_usage_does_not_come_unasked_in_a_stream(http: httpx.Client) -> None:
    assert not any("usage" in chunk for chunk in listen(http, "practice-writer").chunks)


def test_max_tokens_cuts_the_answer_and_says_so(http: httpx.Client) -> None:
    choice = ask(http, "practice-writer", max_tokens=5).json()
    assert choice["choices"][0]["finish_reason"] == "length"
    assert choice["usage"]["completion_tokens"] == 5


def test_a_stop_word_ends_the_answer_before_itself(http: httpx.Client) -> None:
    reply = ask(http, "practice-writer", stop=["practice answer"])
    assert text_of(reply).endswith("Here is a short ")


def test_a_stream_and_a_whole_reply_say_the_same(http: httpx.Client) -> None:
    assert listen(http, "practice-writer").text() == text_of(ask(http, "practice-writer"))


def test_the_inline_picture_is_whole(http: httpx.Client) -> None:
    link = link_in(listen(http, "practice-inline").text())
    assert size_of(base64.b64decode(link.removeprefix("data:image/png;base64,"))) == (96, 64)


def test_the_structured_picture_stands_beside_the_text(http: httpx.Client) -> None:
    message = ask(http, "practice-structured").json()["choices"][0]["message"]
    link = message["images"][0]["image_url"]["url"]
    assert size_of(base64.b64decode(link.removeprefix("data:image/png;base64,"))) == (96, 64)


def test_thoughts_come_before_the_answer_in_a_key_of_their_own(http: httpx.Client) -> None:
    heard = listen(http, "practice-think")
    assert "The person wants" in heard.text(key="reasoning_content")
    assert heard.text().startswith("Here is what I came to")


def test_the_duplicate_links_show_the_same_picture(http: httpx.Client) -> None:
    text = listen(http, "practice-duplicate").text()
    download = re.search(r"\[下载\]\(([^)]*)\)", text)
    assert download
    assert http.get(download[1]).content == http.get(link_in(text)).content


def test_a_refinement_keeps_the_place_and_changes_the_light(http: httpx.Client) -> None:
    said = [("user", "a rocky coast 96x64"), ("assistant", "done"), ("user", "now at night")]
    messages = [{"role": role, "content": text} for role, text in said]
    reply = ask(http, "stable-diffusion", messages=messages)
    assert "a rocky coast above a shining sea, on a still, starlit night" in text_of(reply)


def test_content_may_come_in_parts(http: httpx.Client) -> None:
    parts = [{"type": "text", "text": "a desert 96x64"}, {"type": "image_url", "image_url": {}}]
    reply = ask(http, "stable-diffusion", messages=[{"role": "user", "content": parts}])
    assert "dunes" in text_of(reply)


def test_a_very_long_answer_has_thousands_of_words(http: httpx.Client) -> None:
    assert len(listen(http, "practice-huge-text").text().split()) > 4000


def test_an_unknown_path_under_v1_is_told_in_json(http: httpx.Client) -> None:
    reply = http.post("nonsense")
    assert reply.status_code == 404
    assert reply.json()["error"]["message"] == "Invalid URL (POST /v1/nonsense)"


def test_any_other_unknown_path_is_the_dashboards_page(http: httpx.Client) -> None:
    reply = http.get(f"{http.base_url.copy_with(path='/')}mj/task/queue")
    assert reply.status_code == 200
    assert reply.headers["content-type"].startswith("text/html")


def test_a_body_that_is_no_json_is_refused(http: httpx.Client) -> None:
    assert http.post("chat/completions", content=b"{").status_code == 400


def test_a_conversation_without_messages_is_refused(http: httpx.Client) -> None:
    assert ask(http, "practice-writer", messages=[]).status_code == 400


def test_a_model_that_is_not_listed_has_no_channel(http: httpx.Client) -> None:
    assert ask(http, "gpt-9").status_code == 503
