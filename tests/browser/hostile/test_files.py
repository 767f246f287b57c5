"""What is no page: the exact bytes, pictures, data for scripts, and what is refused."""

from collections.abc import Iterator
from typing import Final

import httpx
import pytest

from tests.browser.hostile.yardstick import Place, is_guarded

RAW: Final = ("/generations/{generation}/raw/sent", "/generations/{generation}/raw/received")
VARIANTS: Final = ("original", "320", "640")
PICTURES: Final = (
    *(f"/pictures/{{picture}}/{variant}" for variant in VARIANTS),
    *(f"/pictures/{{picture}}/{variant}?download={{words}}" for variant in VARIANTS),
    *(f"/admin/records/picture/{{picture}}/image/{variant}/" for variant in VARIANTS),
)
REFUSED: Final = (
    ("GET", "/{words}", 404),
    ("GET", "/admin/{words}/", 404),
    ("GET", "/admin/login/?next={words}", 302),
    ("GET", "/generations/", 405),
    ("POST", "/generations/", 403),
    ("POST", "/account/login/?next={words}", 403),
    ("GET", "/static/{words}", 404),
    ("GET", "/live/?since={words}", 200),
    ("GET", "/health", 200),
)


@pytest.fixture
def http(hostile_place: Place) -> Iterator[httpx.Client]:
    with hostile_place.browser() as http:
        http.follow_redirects = False
        yield http


@pytest.mark.parametrize("path", RAW)
def test_exact_bytes_are_text_to_be_kept(
    hostile_place: Place, http: httpx.Client, path: str
) -> None:
    reply = http.get(hostile_place.address(path))
    assert "<script>window.caught" in reply.text
    assert reply.headers["content-type"] == "text/plain; charset=utf-8"
    assert reply.headers["content-disposition"].startswith("attachment;")
    assert reply.headers["x-content-type-options"] == "nosniff"
    is_guarded(reply.headers)


@pytest.mark.parametrize("path", PICTURES)
def test_a_picture_is_a_picture_whatever_it_was_called(
    hostile_place: Place, http: httpx.Client, path: str
) -> None:
    reply = http.get(hostile_place.address(path))
    kind, _, name = reply.headers["content-disposition"].partition("; ")
    ending = reply.headers["content-type"].removeprefix("image/")
    assert kind == ("attachment" if "download" in path else "inline")
    assert ending in {"png", "webp"}
    assert name == f'filename="{hostile_place.ids["picture"]}.{ending}"'
    assert reply.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert reply.headers["x-content-type-options"] == "nosniff"


def test_what_scripts_read_is_json_and_no_page(hostile_place: Place, http: httpx.Client) -> None:
    field = "app_label=records&model_name=model&field_name=gateway&term=script"
    reply = http.get(hostile_place.address(f"/admin/autocomplete/?{field}"))
    assert any("<script>" in found["text"] for found in reply.json()["results"])
    assert reply.headers["content-type"] == "application/json"
    assert reply.headers["x-content-type-options"] == "nosniff"
    is_guarded(reply.headers)


@pytest.mark.parametrize(("method", "path", "status"), REFUSED)
def test_nothing_that_is_said_to_a_browser_is_unsafe(
    hostile_place: Place, http: httpx.Client, method: str, path: str, status: int
) -> None:
    with http.stream(method, hostile_place.address(path)) as reply:
        assert reply.status_code == status
        is_guarded(reply.headers)


def test_a_page_for_a_strange_host_keeps_to_the_policy(
    hostile_place: Place, http: httpx.Client
) -> None:
    reply = http.get(hostile_place.studio.url, headers={"Host": "<script>.invalid"})
    assert reply.status_code == 400
    assert "<script>." not in reply.text
    is_guarded(reply.headers)
