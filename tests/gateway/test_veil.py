"""A key never gets past the door, however a gateway spells it and wherever the network cuts it."""

import base64
import json
from typing import Final
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelless_web.gateway.veil import Veil

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


def test_without_a_key_nothing_is_held_back() -> None:
    assert Veil("").read(b"sk-") == b"sk-"
