"""What a chat run says on the wire, and what it refuses."""

from typing import Any

import pytest

from modelless_web.gateway.parameters import DEFAULTS, Chat, Message

HI = (Message(role="user", content="hi"),)


def chat(**more: Any) -> Chat:
    return Chat(**{"model": "m", "messages": HI, **more})


def test_a_plain_chat_sends_only_what_was_asked_for() -> None:
    assert chat(include_usage=False).body() == {
        "model": "m",
        "messages": [{"role": "user", "content": "hi"}],
        "stream": True,
    }


def test_values_at_their_default_are_left_out() -> None:
    assert chat(n=1, **DEFAULTS).body() == chat().body()


def test_everything_set_is_sent() -> None:
    body = chat(
        temperature=0.0,
        top_p=0.5,
        n=2,
        stop=("a", "b"),
        max_tokens=9,
        presence_penalty=-2.0,
        frequency_penalty=2.0,
        logit_bias={"50256": -100},
        user="u",
        modalities=("image", "text"),
    ).body()
    assert body["temperature"] == 0
    assert body["modalities"] == ["image", "text"]
    assert body["stop"] == ["a", "b"]
    assert body["logit_bias"] == {"50256": -100}
    assert {"top_p", "n", "max_tokens", "presence_penalty", "frequency_penalty", "user"} <= set(
        body
    )


def test_one_stop_sequence_is_sent_as_text() -> None:
    assert chat(stop=("END",)).body()["stop"] == "END"


def test_usage_is_asked_for_only_in_a_stream() -> None:
    assert chat().body()["stream_options"] == {"include_usage": True}
    assert "stream_options" not in chat(stream=False).body()


def test_no_stream_is_said_out_loud() -> None:
    assert chat(stream=False).body()["stream"] is False


@pytest.mark.parametrize(
    "wrong",
    [
        {"model": " "},
        {"messages": ()},
        {"temperature": -0.1},
        {"temperature": 2.1},
        {"temperature": float("nan")},
        {"top_p": 1.1},
        {"n": 0},
        {"n": 11},
        {"max_tokens": 0},
        {"max_tokens": 2**31},
        {"presence_penalty": 2.5},
        {"frequency_penalty": -2.5},
        {"stop": ("a", "b", "c", "d", "e")},
        {"stop": ("",)},
        {"logit_bias": {"fox": 1}},
        {"logit_bias": {"1": 101}},
    ],
    ids=str,
)
def test_a_value_out_of_range_is_refused_with_a_sentence(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"^[A-Z].*\.$"):
        chat(**wrong)
