"""By what a page is judged that shows hostile words: it is the page that plain words would make.

The page is opened in a browser. Its source must have exactly the elements and attributes that its
twin has, the same page of a studio in which plain letters stand where the attempts stand here; so
that not one tag, handler, hook of htmx or style has come through. Then the living page is asked.
"""

import json
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self
from urllib.parse import quote

import httpx
from playwright.sync_api import Page

from tests.browser.hostile.words import Words
from tests.support.studio import PROJECT, Studio, clean_environ

ENOUGH: Final = 80
PIECE: Final = re.compile(r"\b([a-z][a-z-]*)-(\d+) ")

# Cleaned Markdown is no plain text, and is judged by itself.
COMPARE: Final = """(sources) => {
  const count = (source) => {
    const page = new DOMParser().parseFromString(source, "text/html");
    for (const prose of page.querySelectorAll(".prose")) prose.remove();
    const found = {};
    for (const element of page.querySelectorAll("*")) {
      const kind = [element.localName, ...element.getAttributeNames().sort()].join(" ");
      found[kind] = (found[kind] || 0) + 1;
    }
    return found;
  };
  const [here, there] = sources.map(count);
  return Object.keys({ ...here, ...there })
    .filter((kind) => here[kind] !== there[kind])
    .map((kind) => `${kind}: ${here[kind] || 0} instead of ${there[kind] || 0}`);
}"""

JUDGE: Final = """() => {
  const found = window.caught === undefined ? [] : [`caught: ${window.caught}`];
  const addresses = ["href", "src", "action", "formaction", "poster", "data", "xlink:href"]
    .concat(["hx-get", "hx-post", "sse-connect", "data-detail", "data-poll", "data-address"]);
  const tags =
    "p br hr h3 h4 h5 h6 ul ol li blockquote pre code em strong s a table thead tbody tr th td";
  for (const element of document.querySelectorAll("*")) {
    const say = (what) => found.push(`${what} in ${element.outerHTML.slice(0, 200)}`);
    const prose = element.parentElement?.closest(".prose");
    if (prose && !tags.split(" ").includes(element.localName)) say("a strange element");
    if (/^(iframe|frame|object|embed|applet|base)$/.test(element.localName)) say("a frame");
    if (element.localName === "script" && !element.src) say("a script of its own");
    for (const { name, value } of element.attributes) {
      if (/^on/i.test(name)) say("a handler");
      if (prose && !["href", "rel", "start"].includes(name)) say("a strange attribute");
      if (!addresses.includes(name)) continue;
      const { protocol, origin } = new URL(value, location);
      if (prose) {
        const isSafe = ["http:", "https:", "mailto:"].includes(protocol);
        if (!isSafe || origin === location.origin) say("a strange link");
        if (!/noopener noreferrer/.test(element.rel)) say("a link that tells");
      } else if (origin !== location.origin && protocol !== "data:") say("a way out");
      else if (protocol === "data:" && !element.matches("link[rel=icon]")) say("data");
    }
  }
  return found;
}"""


@dataclass(frozen=True)
class Place:
    """A studio that is full of words, its owner's session, and the rows that hold all of them."""

    studio: Studio
    words: Words
    session: str = ""
    ids: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def filled(cls, studio: Studio, *, are_hostile: bool) -> Self:
        """Fill a running studio."""
        command = ["-m", "tests.browser.hostile.rows", "hostile" if are_hostile else "plain"]
        made = subprocess.run(
            [sys.executable, *command],
            cwd=PROJECT,
            env=clean_environ() | {"MODELLESS_DATA_DIR": str(studio.data_dir)},
            check=True,
            stdout=subprocess.PIPE,
        )
        told: dict[str, Any] = json.loads(made.stdout)
        return cls(studio, Words(are_hostile), told["session"], told["ids"])

    def address(self, path: str) -> str:
        """The path with ids for ``{generation}`` and words for ``{words}`` put in."""
        said = quote(self.words.all("address"), safe="")
        piece = quote(self.words.one("address", 0), safe="")
        return self.studio.url + path.format(words=said, piece=piece, **self.ids)

    def browser(self, headers: Mapping[str, str] | None = None) -> httpx.Client:
        """A browser of the owner without a screen."""
        return httpx.Client(
            cookies={"sessionid": self.session},
            headers=headers,
            follow_redirects=True,
            trust_env=False,
            timeout=30,
        )

    def read(self, path: str, status: int = 200, headers: Mapping[str, str] | None = None) -> str:
        """The source of a page."""
        with self.browser(headers) as browser:
            reply = browser.get(self.address(path))
        assert reply.status_code == status, path
        return reply.text


@dataclass
class Walk:
    """A browser on its way through the pages of a hostile place.

    `seen` holds which attempts of which carrier were on its pages, `tried` how often one was.
    """

    page: Page
    here: Place
    twin: Place | None = None
    strangers: list[str] = field(default_factory=list)
    seen: defaultdict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    pages: int = 0
    tried: int = 0

    def __post_init__(self) -> None:
        if self.here.session:
            cookie = {"name": "sessionid", "value": self.here.session}
            self.page.context.add_cookies([{**cookie, "url": self.here.studio.url}])  # type: ignore[typeddict-item]
        self.page.context.on("request", lambda request: self._note(request.url))

    def open(self, path: str, status: int = 200) -> None:
        """Open a page, compare it with its twin if it has one, and judge it."""
        reply = self.page.goto(self.here.address(path))
        assert reply is not None
        assert reply.status == status, path
        is_guarded(reply.headers)
        if self.twin:
            odd = self.page.evaluate(COMPARE, [reply.text(), self.twin.read(path, status)])
            assert odd == [], path
        self.judge()

    def compare_fragment(self, path: str) -> None:
        """Compare what htmx is given with what its twin is given."""
        assert self.twin
        both, headers = (self.here, self.twin), {"HX-Request": "true"}
        sources = [place.read(path, headers=headers) for place in both]
        assert "<html" not in sources[0], path
        assert self.page.evaluate(COMPARE, sources) == [], path

    def judge(self) -> None:
        """Judge what the page has become by now, and note which words it shows."""
        address = self.page.url[:200]
        assert self.page.evaluate(JUDGE) == [], address
        assert self.strangers == [], address
        assert self.page.locator("body").is_visible()
        shown = {(name, int(number)) for name, number in PIECE.findall(self.page.content())}
        for name, number in shown:
            self.seen[name].add(number)
        self.pages += 1
        self.tried += len(shown)

    def missed(self, carriers: Iterable[str]) -> dict[str, int]:
        """The carriers of which fewer than 80 attempts were on some page."""
        counts = {name: len(self.seen[name]) for name in carriers}
        return {name: count for name, count in counts.items() if count < ENOUGH}

    def _note(self, url: str) -> None:
        if not url.startswith((self.here.studio.url + "/", "data:", "blob:")):
            self.strangers.append(url)


def is_guarded(headers: Mapping[str, str]) -> None:
    """The policy stands, and nothing in it is unsafe."""
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
