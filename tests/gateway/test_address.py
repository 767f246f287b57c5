"""Addresses of gateways, as people paste them."""

import pytest

from modelless_web.gateway.address import Address, normalise, root


@pytest.mark.parametrize(
    ("pasted", "base"),
    [
        (" https://api.modelless.co/v1/ ", "https://api.modelless.co/v1"),
        ("https://api.modelless.co", "https://api.modelless.co/v1"),
        ("api.modelless.co/v1", "https://api.modelless.co/v1"),
        ("https://a.example/v1/v1", "https://a.example/v1"),
        ("https://a.example/v1/chat/completions", "https://a.example/v1"),
        ("https://a.example/v1/models/", "https://a.example/v1"),
        ("https://a.example/api//v1?x=1#y", "https://a.example/api/v1"),
        ("http://127.0.0.1:8001/v1", "http://127.0.0.1:8001/v1"),
    ],
)
def test_a_pasted_address_is_mended(pasted: str, base: str) -> None:
    assert normalise(pasted) == base


@pytest.mark.parametrize(
    "pasted", ["", "ftp://x", "https://", "https://u:p@x.example/v1", "http://["]
)
def test_what_is_no_address_is_refused(pasted: str) -> None:
    with pytest.raises(ValueError):
        normalise(pasted)


def test_the_key_is_not_in_the_repr_of_an_address() -> None:
    assert "sk-secret" not in repr(Address("https://a.example", "sk-secret"))


@pytest.mark.parametrize(
    ("pasted", "stands_on"),
    [
        ("https://api.modelless.co/v1", "https://api.modelless.co"),
        ("https://api.modelless.co", "https://api.modelless.co"),
        ("https://a.example/openai/v1/", "https://a.example/openai"),
        ("https://a.example/v1beta", "https://a.example"),
        ("https://a.example/video", "https://a.example/video"),
    ],
)
def test_prices_and_bills_lie_beside_the_version(pasted: str, stands_on: str) -> None:
    assert root(pasted) == stands_on
