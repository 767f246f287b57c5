"""Requests to write down: the one of the endpoint's page, and one full of what could break out."""

from typing import Any, Final

from hypothesis import strategies as st

from modelless_web.gateway.parameters import Chat, Message
from modelless_web.gateway.wire import chat
from modelless_web.studio.snippets.request import Request

BASE_URL: Final = "https://api.modelless.co/v1"
# What ends a string, a comment or a heredoc, or begins a variable or an escape, somewhere.
MARKS: Final = (
    *("'", '"', "`", "''", '""', "'''", '"""', "''''", '""""', "\\", "\\\\", "\\'", '\\"', "\\#"),
    *("\n", "\r\n", "\t", "\nJSON\n", "\nJSON;\n", "\nEOF\n", "JSON", "*/", "//", "#", "<!--"),
    *("?>", "$", "$x", "${x}", "$(id)", "`id`", "#{x}", "\\(x)", "\\#(x)", "{x}", "{{x}}", "%"),
    *("%s", "!x", "|}", "|json}", '"#', '"""#', ')"', ')---"', ')---"\\', "@", "??/", "??="),
    *("\\u0041", "\\n", "\\x41", "\x01", "\x1b", "\x7f"),
    *("\u0085", "\u00a0", "\u200b", "\u200d", "\u2028", "\u2029", "\u202e", "\ufeff", "\ufffd"),
    *("é", "漢字", "😀", "👩\u200d🎨", "\U000e0041", "</pre>", "&amp;", "§body", "§"),
)  # fmt: skip
_text: Final = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
words: Final = st.lists(st.sampled_from(MARKS) | _text, max_size=12).map("".join)


def body(*said: str, stream: bool = True, **more: Any) -> dict[str, Any]:
    """The JSON of a chat completion that says this."""
    messages = tuple(Message(role="user", content=text) for text in said)
    return Chat(model="stable-diffusion", messages=messages, stream=stream, **more).body()


def request_of(document: dict[str, Any], base_url: str = BASE_URL) -> Request:
    """The request that carries the JSON."""
    return Request(base_url, chat.call_of(document))


PLAIN: Final = body("A rocky coastline at golden hour, scenic, masterpiece", stream=False)
NASTY: Final = body(
    "".join(MARKS),
    "and no more",
    temperature=0.05,
    presence_penalty=-1.5,
    stop=("'", "\\"),
    max_tokens=2**30 - 1,
    logit_bias={"0": 100, "50256": -100},
    user="$(id)",
)
documents: Final = st.builds(
    body,
    words,
    stream=st.booleans(),
    temperature=st.none() | st.floats(0, 2),
    stop=st.lists(words.filter(bool), max_size=4).map(tuple),
    user=words,
    logit_bias=st.dictionaries(st.from_regex(r"[0-9]{1,6}", fullmatch=True), st.integers(-9, 9)),
)
