"""A key never gets past the door, however a gateway spells it and wherever the network cuts it."""

import base64
import json
from itertools import pairwise
from typing import Final
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelless_web.gateway.address import Address
from modelless_web.gateway.client import WITHHELD, Client
from modelless_web.gateway.parameters import Chat, Message
from modelless_web.gateway.veil import TextVeil, Veil
from modelless_web.gateway.wire.chat import build
from modelless_web.gateway.wire.completion import Completion
from modelless_web.gateway.wire.reply import Reader
from tests.gateway.folding import Folded, fold, read
from tests.support.recordings import stream
from tests.support.upstream import head, upstream

KEY: Final = "sk-Ab/9+z=Quiet7Lighthouse~ü"
SPELLINGS: Final = {
    "plain": KEY.encode(),
    "json": json.dumps(KEY).encode(),
    "json with slashes": json.dumps(KEY).replace("/", r"\/").encode(),
    "json in numbers": "".join(f"\\u{ord(c):04x}" for c in KEY).encode(),
    "address": quote(KEY, safe="").encode(),
    "base64": base64.b64encode(KEY.encode()),
    "base64 of a header": base64.b64encode(f"user:{KEY}".encode()),
    "base64 for addresses": base64.urlsafe_b64encode(f"ab{KEY}".encode()),
}


def through(*blocks: bytes) -> bytes:
    veil = Veil(KEY)
    return b"".join([*(veil.read(block) for block in blocks), veil.close()])


@pytest.mark.parametrize("name", SPELLINGS)
def test_no_spelling_gets_through(name: str) -> None:
    told = through(b"before " + SPELLINGS[name] + b" after")
    assert SPELLINGS[name][8:-8] not in told
    assert told.startswith(b"before ")
    assert told.endswith(b" after")


@pytest.mark.parametrize("name", SPELLINGS)
def test_no_cut_lets_one_through(name: str) -> None:
    said = b"before " + SPELLINGS[name] + b" after"
    for at in range(len(said)):
        assert through(said[:at], said[at:]) == through(said)


def test_byte_by_byte_is_the_same() -> None:
    said = b" ".join(SPELLINGS.values())
    assert through(*(bytes([byte]) for byte in said)) == through(said)


@given(st.lists(st.binary(max_size=40) | st.sampled_from([b"sk-Ab", b"s", b"sk-"])))
def test_what_is_no_key_comes_through_whole(blocks: list[bytes]) -> None:
    assert through(*blocks) == b"".join(blocks)


def test_most_of_a_key_that_breaks_off_is_one() -> None:
    assert through(b"Your key is " + KEY.encode()[:-4]) == b"Your key is ***"
    assert through(b"Your key is " + KEY.encode()[:6]) == b"Your key is sk-Ab/"


def test_without_a_key_nothing_is_held_back() -> None:
    assert Veil("").read(b"sk-") == b"sk-"


CALL: Final = build(Chat(model="m", messages=(Message(role="user", content="hi"),)))
# What can be sent as a key: the network would refuse the letter at the other one's end.
SENT: Final = KEY[:-1]
SAID: Final = f"Your key is {SENT}, keep it. "
CUTS: Final = st.lists(st.integers(1, len(SAID) - 1), max_size=len(SAID)).map(lambda c: {*c})


def pieces(text: str, cuts: set[int]) -> list[str]:
    return [text[a:b] for a, b in pairwise([0, *sorted(cuts), len(text)])]


def told(field: str, cuts: set[int]) -> tuple[Folded, Reader]:
    """What a reader makes of a stream whose deltas cut the key in pieces."""
    reader = Reader(Completion(True, SENT))
    said = [{field: piece} for piece in pieces(SAID, cuts)]
    return read(stream(*said, "Ready."), reader=reader), reader


def is_hidden(text: str) -> bool:
    return SENT not in text and SENT[TextVeil.SHOWN :][:8] not in text


@given(CUTS)
def test_no_splitting_over_deltas_tells_the_key(cuts: set[int]) -> None:
    folded, reader = told("content", cuts)
    assert folded.text[0] == reader.answers[0] == "Your key is sk-***, keep it. Ready."
    assert is_hidden(json.dumps(reader.response))


@given(CUTS)
def test_no_splitting_of_a_thought_tells_the_key(cuts: set[int]) -> None:
    folded, reader = told("reasoning_content", cuts)
    assert folded.reasoning[0] == "Your key is sk-***, keep it. "
    assert is_hidden(json.dumps(reader.response))


@given(CUTS)
def test_no_splitting_of_a_thought_within_the_answer_tells_the_key(cuts: set[int]) -> None:
    reader = Reader(Completion(True, SENT))
    said = pieces(f"<think>{SAID}</think>Ready.", {cut + 7 for cut in cuts})
    folded = read(stream(*said), reader=reader)
    assert (folded.reasoning[0], folded.text[0]) == (SAID.replace(SENT, "sk-***"), "Ready.")


@given(CUTS, st.integers(1, len(SAID)))
def test_what_was_told_by_any_moment_does_not_hold_it(cuts: set[int], moment: int) -> None:
    veil = TextVeil(SENT)
    assert is_hidden("".join(veil.read(piece) for piece in pieces(SAID, cuts)[:moment]))


@given(st.lists(st.text(max_size=5) | st.sampled_from(["s", "sk", "sk-A", "sk-Ab/"]), max_size=20))
def test_a_text_without_the_key_comes_through_whole(texts: list[str]) -> None:
    veil = TextVeil(SENT)
    clean = [text.encode("utf-8", "replace").decode() for text in texts]
    assert "".join([*map(veil.read, clean), veil.close()]) == "".join(clean)


def test_a_text_that_pauses_like_a_key_begins_is_not_late() -> None:
    assert TextVeil(SENT).read("Three cats and their task: sk-") == "Three cats and their task: sk-"


async def test_bytes_that_spell_the_key_in_pieces_are_not_kept() -> None:
    async with upstream([head(), stream(*SAID)]) as up, Client() as client:
        address = Address(up.url, SENT)
        exchange = client.exchange(address, CALL, Reader(Completion(True, SENT)))
        folded = fold([event async for events in exchange for event in events])
    assert folded.text[0] == SAID.replace(SENT, "sk-***")
    assert exchange.transcript.startswith(b"HTTP/1.1 200 OK")
    assert exchange.transcript.endswith(b"\r\n\r\n" + WITHHELD)


async def test_other_bytes_are_kept_as_they_came() -> None:
    body = stream("Nothing ", "to hide")
    async with upstream([head(), body]) as up, Client() as client:
        exchange = client.exchange(Address(up.url, SENT), CALL, Reader(Completion(True, SENT)))
        assert [events async for events in exchange]
    assert exchange.transcript.endswith(b"\r\n\r\n" + body)
