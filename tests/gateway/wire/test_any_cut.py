"""However the network cuts a reply, the same things come out of it."""

from collections.abc import Callable
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from modelless_web.gateway.wire.completion import Completion
from modelless_web.gateway.wire.inline import Folder
from modelless_web.gateway.wire.progress import ProgressLines
from modelless_web.gateway.wire.reply import Reader
from modelless_web.gateway.wire.sse import Decoder, ServerSentEvent
from modelless_web.gateway.wire.thoughts import Thoughts
from tests.gateway.folding import Folded, read
from tests.support.recordings import PNG64, SAMPLES, WRAPPED64, stream

PIECES = st.sampled_from(
    [
        "> 进度 12%\n", "> 生成中", "\n", "\r\n", " ", "a", "data:", "data:image/", "png;base64,",
        PNG64, WRAPPED64, "![x](", ")", "base64://", "iVBORw0KGgo", "/9j/", "<think>", "</think>",
        "```think\n", "\n```", "50%", "(30%)", "progress", "当前进度：30%",  # noqa: RUF001
        "** Progress 5% **", ">",
        "https://x.example/a.png", "word ", "😀", "\u2028", "<", "\x00", "\ud83d", "\ude00",
    ]
)  # fmt: skip
TEXTS = st.lists(PIECES | st.text(max_size=5), max_size=12).map("".join)
CUTS = st.lists(st.integers(0, 4000), max_size=40)
SHREDS = st.lists(
    st.sampled_from(
        [
            b"data: ", b"{}", b"\n", b"\r", b":", b"[DONE]", b"event: error", b"<", b"null",
            b'{"choices":[', b"]}", b'{"choices":[{"delta":1,"index":[]}],"usage":[1]}',
        ]
    ),
    max_size=30,
).map(b"".join)  # fmt: skip
LINES = st.lists(
    st.sampled_from(
        [
            b"data: x", b"data:", b"event: e", b"\n", b"\r", b"\r\n", b":c", b"\xef\xbb\xbf",
            b"id: 1",
        ]
    ),
    max_size=30,
).map(b"".join)  # fmt: skip
ENDS = st.sampled_from(["\n", "\r", "\r\n"])


def _cut(text: str, cuts: list[int]) -> list[str]:
    places = [0, *sorted(cut for cut in cuts if cut < len(text)), len(text)]
    return [text[a:b] for a, b in pairwise(places)]


def _outcome(folded: Folded, reader: Reader) -> tuple[object, ...]:
    return (
        folded.text,
        folded.reasoning,
        folded.found,
        folded.progress,
        folded.finished,
        folded.usage,
        folded.kind,
        reader.answers,
        reader.response,
        reader.damaged,
    )


def _run(body: bytes, cuts: list[int]) -> tuple[object, ...]:
    reader = Reader(Completion(True))
    return _outcome(
        read(body, cuts=[cut for cut in cuts if cut < len(body)], reader=reader), reader
    )


@given(st.sampled_from(SAMPLES), CUTS, ENDS)
def test_a_sample_cut_anywhere_gives_the_same(sample: object, cuts: list[int], end: str) -> None:
    body = sample.as_stream().replace(b"\n", end.encode())  # type: ignore[attr-defined]
    assert _run(body, cuts) == _run(body, [])


@given(st.lists(TEXTS, max_size=6), CUTS)
@settings(max_examples=300)
def test_any_stream_cut_anywhere_gives_the_same(texts: list[str], cuts: list[int]) -> None:
    body = stream(*(text.encode("utf-8", "replace").decode() for text in texts))
    assert _run(body, cuts) == _run(body, [])


@given(st.lists(TEXTS, max_size=6))
@settings(max_examples=300)
def test_the_deltas_of_an_answer_add_up_to_it(texts: list[str]) -> None:
    reader = Reader(Completion(True))
    folded = read(
        stream(*(text.encode("utf-8", "replace").decode() for text in texts)), reader=reader
    )
    assert folded.text.get(0, "") == reader.answers.get(0, "")


@given(st.binary(max_size=300) | SHREDS, CUTS, st.integers(100, 599))
@settings(max_examples=300)
def test_no_bytes_make_the_reader_raise(body: bytes, cuts: list[int], status: int) -> None:
    read(body, cuts=[cut for cut in cuts if cut < len(body)], status=status)


def _events(body: bytes, cuts: list[int]) -> list[ServerSentEvent]:
    decoder = Decoder()
    places = [0, *sorted(cut for cut in cuts if cut < len(body)), len(body)]
    blocks = [body[a:b] for a, b in pairwise(places)]
    return [event for block in blocks for event in decoder.feed(block)] + list(decoder.flush())


@given(LINES, CUTS)
def test_events_cut_anywhere_are_the_same(body: bytes, cuts: list[int]) -> None:
    assert _events(body, cuts) == _events(body, [])


def _fold(text: str, cuts: list[int]) -> object:
    folder = Folder()
    return "".join(map(folder.feed, _cut(text, cuts))) + folder.flush(), folder.pictures


def _lines(text: str, cuts: list[int]) -> object:
    lines = ProgressLines()
    parts = [*map(lines.feed, _cut(text, cuts)), lines.flush()]
    return "".join(shown for shown, _ in parts), [mark for _, marks in parts for mark in marks]


def _thoughts(text: str, cuts: list[int]) -> object:
    thoughts = Thoughts()
    parts = [*map(thoughts.feed, _cut(text, cuts)), thoughts.flush()]
    return "".join(part[0] for part in parts), "".join(part[1] for part in parts)


@given(TEXTS, CUTS, st.sampled_from([_fold, _lines, _thoughts]))
@settings(max_examples=600)
def test_every_stage_is_blind_to_cuts(
    text: str, cuts: list[int], stage: Callable[[str, list[int]], object]
) -> None:
    assert stage(text, cuts) == stage(text, [])
