"""How far the page is behind the gateway, the studio beside the bare page in the same run."""

import json
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, Final

from playwright.sync_api import Browser

from tests.bench.browser import chromium, opened, watch_stream
from tests.bench.figures import Figure, percentile
from tests.bench.processes import Running, answers, bare_page, fetch, studio, upstream

RUNS: Final = 15
WARM: Final = 2
AIM: Final = 40.0
WAITS: Final = (0, 300)
"""Milliseconds before the gateway's first word."""
PACES: Final = ((50, 20), (200, 5))
"""(words, milliseconds between them)."""


def first_token() -> list[Figure]:
    """From Ctrl+Enter to the first painted word, less the time that the gateway took for it."""
    return _beside(_first_tokens)


def delta_latency() -> list[Figure]:
    """From the gateway's write to the paint, for every word."""
    return _beside(_deltas)


type Measure = Callable[[Browser, str, str, Running], list[Figure]]


def _beside(measure: Measure) -> list[Figure]:
    with ExitStack() as stack:
        gateway = stack.enter_context(upstream())
        real = stack.enter_context(studio(gateway))
        bare = stack.enter_context(bare_page(gateway))
        answers(f"{real.url}/health")
        browser = stack.enter_context(chromium())
        return [
            *measure(browser, "studio", real.url, gateway),
            *measure(browser, "bare page", bare.url, gateway),
        ]


def _first_tokens(browser: Browser, who: str, url: str, gateway: Running) -> list[Figure]:
    figures = []
    for wait in WAITS:
        page = opened(browser, url)
        taken = []
        for run in range(WARM + RUNS):
            tag = f"f{wait}r{run}"
            seen = watch_stream(page, tag=tag, deltas=3, pace=20, wait=wait)
            taken.append(_overhead(seen, _log(gateway)[tag], tag))
        page.close()
        aim = AIM if who == "studio" else None
        name = f"{who}, gateway waits {wait} ms"
        figures += [
            Figure("first_token", f"{name}, p50", percentile(taken[WARM:], 50), "ms", aim),
            Figure("first_token", f"{name}, p95", percentile(taken[WARM:], 95), "ms"),
        ]
    return figures


def _overhead(seen: dict[str, Any], story: dict[str, Any], tag: str) -> float:
    painted = min(at for word, at in seen["words"].items() if word.startswith(f"{tag}.0@"))
    own: float = story["first"] - story["asked"]
    return float(painted - seen["enter"] - own)


def _deltas(browser: Browser, who: str, url: str, gateway: Running) -> list[Figure]:
    figures = []
    page = opened(browser, url)
    watch_stream(page, tag="warm", deltas=5, pace=20, wait=50)
    for deltas, pace in PACES:
        seen = watch_stream(page, tag=f"d{deltas}", deltas=deltas, pace=pace, wait=200)
        late = [at - _written(word) for word, at in seen["words"].items()]
        name = f"{who}, {deltas} at {pace} ms"
        figures += [
            Figure("delta_latency", f"{name}, p50", percentile(late, 50), "ms"),
            Figure("delta_latency", f"{name}, p95", percentile(late, 95), "ms"),
        ]
    page.close()
    return figures


def _written(word: str) -> float:
    return float(word.partition("@")[2].rstrip(";"))


def _log(gateway: Running) -> dict[str, Any]:
    log: dict[str, Any] = json.loads(fetch(f"{gateway.url}/bench/log")[1])
    return log
