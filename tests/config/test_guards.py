"""What every answer says to browsers, whoever gives it, over a real socket."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Final

import httpx
import pytest

from tests.support.studio import OPTION, SUBMISSION, TOKEN, Studio, wait_for

PASSWORD: Final = "seven quiet lighthouses"
PICTURE: Final = re.compile(r"/pictures/([0-9a-f-]{36})/")

GUARDS: Final = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-frame-options": "DENY",
}
FRAGMENT: Final = {"HX-Request": "true"}
STRANGE: Final = {"Host": "evil.example"}
PLAIN: Final = {"X-Forwarded-Proto": "http"}
ANSWERS: Final = {
    "page": ("GET", "/", {}, 200),
    "head of a page": ("HEAD", "/", {}, 200),
    "fragment": ("GET", "/drafts/", FRAGMENT, 200),
    "redirect": ("GET", "/admin/", {}, 302),
    "admin's door": ("GET", "/account/login/", {}, 200),
    "original": ("GET", "/pictures/{picture}/original", {}, 200),
    "thumbnail": ("GET", "/pictures/{picture}/320", {}, 200),
    "head of a picture": ("HEAD", "/pictures/{picture}/original", {}, 200),
    "the same picture": ("GET", "/pictures/{picture}/320", {"If-None-Match": "{tag}"}, 304),
    "no picture": ("GET", "/pictures/01900000-0000-7000-8000-000000000000/320", {}, 404),
    "static file": ("GET", "/static/css/base.css", {}, 200),
    "no static file": ("GET", "/static/nothing.css", {}, 404),
    "not found": ("GET", "/nowhere/", {}, 404),
    "no way": ("POST", "/static/css/base.css", {}, 405),
    "wrong method": ("GET", "/generations/", {}, 405),
    "no token": ("POST", "/generations/", {}, 403),
    "stream only read": ("POST", "/live/", {}, 405),
    "health": ("GET", "/health", {}, 200),
    "strange host": ("GET", "/", STRANGE, 400),
    "strange host of a static file": ("GET", "/static/css/base.css", STRANGE, 400),
    "strange host of a stream": ("GET", "/live/", STRANGE, 400),
    "no host that is one": ("GET", "/static/css/base.css", {"Host": "a b"}, 400),
    "plain http": ("GET", "/history/", PLAIN, 301),
}


@pytest.fixture(scope="module")
def deployed(start_studio: Callable[..., Studio]) -> Studio:
    """A studio with a public name, as behind a proxy."""
    return start_studio(MODELLESS_ALLOWED_HOSTS="studio.example")


@pytest.fixture(scope="module")
def somebody(deployed: Studio) -> Iterator[httpx.Client]:
    """A browser that comes by way of the proxy."""
    with through_proxy(deployed) as somebody:
        yield somebody


class Proxy(httpx.HTTPTransport):
    """What ends TLS in front of a studio."""

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self.studio = httpx.URL(studio.url)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Pass a request on."""
        there = request.url.copy_with(scheme="http", host="127.0.0.1", port=self.studio.port)
        method, headers, stream = request.method, request.headers, request.stream
        return super().handle_request(httpx.Request(method, there, headers=headers, stream=stream))


def through_proxy(studio: Studio) -> httpx.Client:
    """A browser that comes by way of the proxy, by the studio's public name."""
    return httpx.Client(
        base_url="https://studio.example",
        headers={"X-Forwarded-Proto": "https", "Referer": "https://studio.example/"},
        transport=Proxy(studio),
        timeout=30,
    )


@pytest.fixture(scope="module")
def picture(somebody: httpx.Client) -> dict[str, str]:
    """A picture that this browser's person has made: its id, and the tag of its thumbnail."""
    page = wait_for(lambda: found if "practice-inline" in (found := somebody.get("/").text) else "")
    models = {name: value for value, name in OPTION.findall(page)}
    fields = {"prompt": "a fox", "model": models["practice-inline"], "stream": "on"}
    for name, found in (("csrfmiddlewaretoken", TOKEN), ("submission", SUBMISSION)):
        fields[name] = next(iter(found.findall(page)))
    shown = somebody.post("/generations/", data=fields).headers["location"]
    made = wait_for(lambda: PICTURE.search(somebody.get(shown).text))
    assert made
    return {"picture": made[1], "tag": somebody.get(f"/pictures/{made[1]}/320").headers["etag"]}


def is_guarded(headers: httpx.Headers) -> None:
    assert {name: headers.get(name) for name in GUARDS} == GUARDS
    assert "camera=()" in headers["permissions-policy"]
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    # For the names of the studio alone: no word of those below, none of a browser's own list.
    assert headers["strict-transport-security"] == "max-age=31536000"
    for name in ("server", "x-powered-by"):
        assert name not in headers


@pytest.mark.parametrize("name", ANSWERS)
def test_every_kind_of_answer_is_guarded(
    somebody: httpx.Client, picture: dict[str, str], name: str
) -> None:
    method, path, headers, status = ANSWERS[name]
    sent = {header: value.format(**picture) for header, value in headers.items()}
    reply = somebody.request(method, path.format(**picture), headers=sent)
    assert reply.status_code == status
    is_guarded(reply.headers)
    assert "evil.example" not in reply.text
    assert method != "HEAD" or reply.content == b""


@pytest.mark.parametrize("path", ["/pictures/{picture}/original", "/pictures/{picture}/640"])
def test_media_are_in_a_sandbox(somebody: httpx.Client, picture: dict[str, str], path: str) -> None:
    headers = somebody.get(path.format(**picture)).headers
    assert headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert headers["content-type"] in {"image/png", "image/jpeg", "image/webp"}
    assert headers["content-disposition"].startswith("inline; filename=")


def test_a_stream_for_a_stranger_is_refused_with_guards(deployed: Studio) -> None:
    with through_proxy(deployed) as stranger:
        reply = stranger.get("/live/")
    assert reply.status_code == 403
    is_guarded(reply.headers)


def test_a_page_that_fails_is_guarded_and_tells_nothing(
    start_studio: Callable[..., Studio],
) -> None:
    studio = start_studio(MODELLESS_ALLOWED_HOSTS="studio.example")
    with closing(sqlite3.connect(studio.data_dir / "studio.sqlite3")) as ledger:
        ledger.execute("DROP TABLE records_draft")
        ledger.commit()
    with through_proxy(studio) as somebody:
        reply = somebody.get("/drafts/")
    assert reply.status_code == 500
    is_guarded(reply.headers)
    assert "The studio stumbled" in reply.text
    assert not re.search("records_draft|Traceback|OperationalError", reply.text)
    studio.stop()


def test_plain_http_is_sent_to_https(somebody: httpx.Client) -> None:
    reply = somebody.get("/history/", headers=PLAIN)
    assert reply.headers["location"] == "https://studio.example/history/"


def test_an_event_stream_is_guarded(somebody: httpx.Client) -> None:
    somebody.get("/")
    with somebody.stream("GET", "/live/") as reply:
        assert reply.status_code == 200
        is_guarded(reply.headers)


def test_every_cookie_is_kept_from_scripts_and_from_plain_http(deployed: Studio) -> None:
    found = re.search(r"owner's account: \S+?(/account/owner/\S+)", deployed.log)
    link = found[1] if found else ""
    choice = {"username": "ada", "password1": PASSWORD, "password2": PASSWORD}
    steps: list[tuple[str, str, dict[str, str]]] = [
        (link, link, choice),
        ("/", "/account/logout/", {}),
        ("/account/login/", "/account/login/", {"username": "ada", "password": PASSWORD}),
    ]
    told: dict[str, set[str]] = {}
    with through_proxy(deployed) as owner:
        for page, place, fields in steps:
            token = TOKEN.findall(owner.get(page).text)[0]
            reply = owner.post(place, data=fields | {"csrfmiddlewaretoken": token})
            assert reply.status_code == 302
            for cookie in reply.headers.get_list("set-cookie"):
                name, *how = (part.strip() for part in cookie.split(";"))
                told.setdefault(name.partition("=")[0], set()).update(how)
                assert {"Secure", "HttpOnly", "SameSite=Lax"} <= {*how} or name.endswith('""')
    assert set(told) == {"sessionid", "csrftoken", "known"}
