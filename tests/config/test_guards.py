"""What every answer says to browsers, whoever gives it, over a real socket."""

from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from typing import Final
from urllib.parse import urlsplit

import httpx
import pytest

from tests.support.studio import Studio

GUARDS: Final = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-frame-options": "DENY",
}
ANSWERS: Final = {
    "page": ("GET", "/", 200),
    "redirect": ("GET", "/admin/", 302),
    "admin's door": ("GET", "/account/login/", 200),
    "static file": ("GET", "/static/css/base.css", 200),
    "no static file": ("GET", "/static/nothing.css", 404),
    "not found": ("GET", "/nowhere/", 404),
    "no way": ("POST", "/static/css/base.css", 405),
    "wrong method": ("GET", "/generations/", 405),
    "no token": ("POST", "/generations/", 403),
    "no stream for strangers": ("GET", "/live/", 403),
    "health": ("GET", "/health", 200),
}


@pytest.fixture(scope="module")
def deployed(start_studio: Callable[..., Studio]) -> Studio:
    """A studio with a public name, as behind a proxy."""
    return start_studio(MODELLESS_ALLOWED_HOSTS="studio.example")


@pytest.fixture
def browser(deployed: Studio) -> Iterator[httpx.Client]:
    """A browser that comes by way of the proxy."""
    headers = {"Host": "studio.example", "X-Forwarded-Proto": "https"}
    with httpx.Client(base_url=deployed.url, headers=headers, trust_env=False) as browser:
        yield browser


def is_guarded(headers: httpx.Headers) -> None:
    assert {name: headers.get(name) for name in GUARDS} == GUARDS
    assert "camera=()" in headers["permissions-policy"]
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert int(headers["strict-transport-security"].split(";")[0].split("=")[1]) > 3e7
    for name in ("server", "x-powered-by"):
        assert name not in headers


@pytest.mark.parametrize("name", ANSWERS)
def test_every_kind_of_answer_is_guarded(browser: httpx.Client, name: str) -> None:
    method, path, status = ANSWERS[name]
    reply = browser.request(method, path)
    assert reply.status_code == status
    is_guarded(reply.headers)


def test_a_strange_host_is_refused_with_a_guarded_page(browser: httpx.Client) -> None:
    reply = browser.get("/", headers={"Host": "evil.example"})
    assert reply.status_code == 400
    is_guarded(reply.headers)
    assert "evil.example" not in reply.text


def test_plain_http_is_sent_to_https(browser: httpx.Client) -> None:
    reply = browser.get("/history/", headers={"X-Forwarded-Proto": "http"})
    assert reply.headers["location"] == "https://studio.example/history/"
    is_guarded(reply.headers)


def test_an_event_stream_is_guarded(deployed: Studio, browser: httpx.Client) -> None:
    page = browser.get("/")
    cookie = f"sessionid={page.cookies['sessionid']}"
    connection = HTTPConnection("127.0.0.1", urlsplit(deployed.url).port)
    connection.request("GET", "/live/", headers={"Cookie": cookie})
    reply = connection.getresponse()
    assert reply.status == 200
    is_guarded(httpx.Headers(reply.getheaders()))
    connection.close()


@pytest.mark.parametrize("cookie", ["sessionid"])
def test_cookies_are_kept_from_scripts_and_from_plain_http(
    browser: httpx.Client, cookie: str
) -> None:
    told = next(c for c in browser.get("/").headers.get_list("set-cookie") if cookie in c)
    assert {"Secure", "HttpOnly", "SameSite=Lax"} <= {part.strip() for part in told.split(";")}
