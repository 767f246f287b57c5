"""What links say about themselves: when they die, and what in them lets somebody in."""

from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelless_web.gateway.links import bare, deadline, unsigned

MOMENT = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
UNIX = int(MOMENT.timestamp())


@pytest.mark.parametrize(
    "query",
    [
        "se=2026-03-04T05%3A06%3A07Z&sp=r&sig=abc",
        "se=2026-03-04T05:06:07Z",
        f"AWSAccessKeyId=x&Expires={UNIX}&Signature=y",
        "X-Amz-Algorithm=a&X-Amz-Date=20260304T040607Z&X-Amz-Expires=3600",
        "X-Goog-Date=20260304T050507Z&X-Goog-Expires=60",
        f"x-oss-expires={UNIX}",
        f"ex={UNIX:x}&is=65f0c0d0&hm=abcdef",
        f"expires={UNIX}",
    ],
    ids=["azure", "azure plain", "s3 v2", "s3 v4", "google", "oss", "discord", "lower case"],
)
def test_the_deadline_is_read(query: str) -> None:
    assert deadline(f"https://pictures.example/a.png?{query}") == MOMENT


@pytest.mark.parametrize(
    "url",
    [
        "https://pictures.example/a.png",
        "https://pictures.example/a.png?expires=soon",
        "https://pictures.example/a.png?expires=99999999999999999999",
        "https://pictures.example/a.png?se=tomorrow",
        "https://pictures.example/a.png?ex=65f0c0d0",
        "https://pictures.example/a.png?X-Amz-Date=20260304T050607Z&X-Amz-Expires=-1",
        "https://[bad/a.png?expires=1772600767",
        "",
    ],
)
def test_a_link_that_does_not_say_has_none(url: str) -> None:
    assert deadline(url) is None


@given(st.text(max_size=200))
def test_no_link_is_too_odd_to_be_asked(text: str) -> None:
    deadline(f"https://a.example/?{text}")
    deadline(text)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example/b/c.png?sig=x#y", "https://a.example/b/c.png"),
        ("https://user:word@a.example:8443/b", "https://a.example:8443/b"),
        ("https://[", ""),
        ("http://[::1]@[x/", ""),
        ("", ""),
    ],
)
def test_a_bare_link_lets_nobody_in(url: str, expected: str) -> None:
    assert bare(url) == expected


@given(st.text("htps:/@[]?#.ab1%&"))
def test_a_bare_link_can_always_be_read_and_has_no_secrets(url: str) -> None:
    parts = urlsplit(bare(url))
    assert (parts.query, parts.fragment, parts.username) == ("", "", None)


@given(st.text(), st.text())
def test_only_the_signature_is_taken_out_of_a_text(before: str, after: str) -> None:
    link = f"https://a.example/b.png?Expires={UNIX}&Signature=secret"
    told = unsigned(f"{before} {link} {after}")
    assert "secret" not in told
    assert told.endswith(f" https://a.example/b.png {after}")


@given(st.text("htps:/?&=.ab1 \n()"))
def test_a_text_without_signatures_stays_as_it_is(text: str) -> None:
    assert unsigned(text) == text
