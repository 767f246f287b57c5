"""The console of a browser's pages, kept so that a test can fail on what it says."""

import re

from playwright.sync_api import BrowserContext, ConsoleMessage, WebError

REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) => {
  console.error(`CSP: ${event.effectiveDirective} refused ${event.blockedURI}`);
});
"""


class Console:
    """Collects errors, warnings, uncaught exceptions and CSP violations."""

    def __init__(self) -> None:
        self._heard: list[str] = []
        self._pardoned: list[str] = []

    def watch(self, context: BrowserContext) -> None:
        """Listen to every page of a browser context, now and later."""
        context.add_init_script(REPORT_VIOLATIONS)
        context.on("console", self._hear)
        context.on("weberror", self._hear_exception)

    def pardon(self, pattern: str) -> None:
        """Allow what a test provokes on purpose: a regular expression."""
        self._pardoned.append(pattern)

    @property
    def complaints(self) -> list[str]:
        """What was heard and is not pardoned."""
        return [
            text
            for text in self._heard
            if not any(re.search(pattern, text) for pattern in self._pardoned)
        ]

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            where = message.location
            self._heard.append(f"{message.type}: {message.text} ({where.get('url')})")

    def _hear_exception(self, error: WebError) -> None:
        self._heard.append(f"exception: {error.error}")
