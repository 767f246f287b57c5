"""A real browser on the studio and on the bare page: when words are painted, what a page weighs."""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from playwright.sync_api import Browser, Page, sync_playwright

ARGUMENTS: Final = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PROMPT: Final = 'textarea[name="prompt"]'
PATIENCE: Final = 20_000

# Every stamped word is noted once, at the frame in which it is painted first.
WATCH: Final = r"""() => {
  const bench = (window.bench = { words: {}, enter: 0 });
  const clock = () => performance.timeOrigin + performance.now();
  let fresh = [];
  const paint = () => {
    const now = clock();
    for (const word of fresh) bench.words[word] ??= now;
    fresh = [];
  };
  const read = (node) => {
    for (const [word] of (node.textContent || "").matchAll(/\w+\.\d+@[\d.]+;/g)) {
      if (word in bench.words) continue;
      if (!fresh.length) requestAnimationFrame(paint);
      fresh.push(word);
    }
  };
  new MutationObserver((changes) => {
    for (const change of changes) {
      change.addedNodes.forEach(read);
      if (change.type === "characterData") read(change.target);
    }
  }).observe(document.body, { childList: true, subtree: true, characterData: true });
  addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.ctrlKey) return;
    bench.enter = performance.timeOrigin + event.timeStamp;
  }, true);
}"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser of this machine, without a window."""
    path = "/usr/bin/chromium"
    found = path if os.access(path, os.X_OK) else shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


def opened(browser: Browser, url: str) -> Page:
    """A page with a wide window, loaded, watched and settled."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(url, wait_until="load")
    page.wait_for_timeout(500)
    page.evaluate(WATCH)
    return page


def watch_stream(page: Page, *, tag: str, deltas: int, pace: float, wait: float) -> dict[str, Any]:
    """Send one prompt by Ctrl+Enter; return when it was sent and each word painted.

    ``pace`` and ``wait`` in milliseconds; times in Unix milliseconds.
    """
    page.fill(PROMPT, f"bench deltas={deltas} pace={pace} wait={wait} tag={tag}")
    page.focus(PROMPT)
    page.keyboard.press("Control+Enter")
    is_whole = (
        f"() => Object.keys(bench.words).filter((w) => w.startsWith('{tag}.')).length >= {deltas}"
    )
    page.wait_for_function(is_whole, timeout=PATIENCE, polling=100)
    seen: dict[str, Any] = page.evaluate("() => bench")
    words = {word: at for word, at in seen["words"].items() if word.startswith(f"{tag}.")}
    time.sleep(0.2)
    return {"enter": seen["enter"], "words": words}
