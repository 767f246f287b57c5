"""What the first page weighs on the wire, and how soon something is seen of it."""

import json
import shutil
import subprocess
from typing import Any, Final

from playwright.sync_api import Browser, CDPSession

from tests.bench.browser import chromium
from tests.bench.figures import Figure
from tests.bench.processes import answers, studio, upstream

KILO: Final = 1000
FIRST_PAINT: Final = (
    """() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime"""
)


def run() -> list[Figure]:
    """Bytes, requests, scripts and first paint of a stranger's first visit; Lighthouse if here."""
    with upstream() as gateway, studio(gateway) as running, chromium() as browser:
        answers(f"{running.url}/health")
        _visit(browser, running.url)
        return [*_visit(browser, running.url), *_lighthouse(running.url)]


def _visit(browser: Browser, url: str) -> list[Figure]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    traffic = Traffic(context.new_cdp_session(page))
    page.goto(url, wait_until="load")
    page.wait_for_timeout(1000)
    painted = page.evaluate(FIRST_PAINT) or float("nan")
    context.close()
    return [
        Figure("page", "transferred", traffic.total() / KILO, "KB", 70),
        Figure("page", "requests", traffic.count(), "", 12),
        Figure("page", "scripts", traffic.total("Script") / KILO, "KB"),
        Figure("page", "first contentful paint", painted, "ms"),
    ]


class Traffic:
    """What a page fetched, as its browser counts it: headers and compressed bodies."""

    def __init__(self, session: CDPSession) -> None:
        self._kinds: dict[str, str] = {}
        self._sizes: dict[str, float] = {}
        session.on("Network.responseReceived", self._received)
        session.on("Network.loadingFinished", self._finished)
        session.send("Network.enable")

    def total(self, kind: str = "") -> float:
        """Bytes of everything, or of one kind (``Script``, ``Stylesheet`` …)."""
        return sum(
            size for request, size in self._sizes.items() if kind in {"", self._kinds[request]}
        )

    def count(self) -> int:
        """Requests over the network, the open event stream among them."""
        return len(self._kinds)

    def _received(self, event: dict[str, Any]) -> None:
        if event["response"]["url"].startswith("http"):
            self._kinds[event["requestId"]] = event["type"]

    def _finished(self, event: dict[str, Any]) -> None:
        if event["requestId"] in self._kinds:
            self._sizes[event["requestId"]] = event["encodedDataLength"]


def _lighthouse(url: str) -> list[Figure]:
    tool = shutil.which("lighthouse")
    if tool is None:
        return []
    flags = "--headless --no-sandbox --disable-gpu"
    done = subprocess.run(
        [tool, url, "--quiet", "--output=json", f"--chrome-flags={flags}"],
        stdout=subprocess.PIPE,
        check=False,
        timeout=180,
    )
    if done.returncode:
        return []
    categories = json.loads(done.stdout)["categories"]
    return [
        Figure("page", f"Lighthouse {name}", 100 * (part["score"] or 0), "")
        for name, part in categories.items()
    ]
