"""What every test may ask for: a running studio, and a browser that minds its console."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.support.console import Console
from tests.support.studio import Studio, Visitor

IN_CI: Final = bool(os.environ.get("CI"))
CHROMIUM: Final = shutil.which("chromium") or shutil.which("chromium-browser")
NO_CHROMIUM: Final = "Browser tests need Chromium: apt-get install chromium"

type StartStudio = Callable[..., Studio]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what drives a browser, and let it come last: Playwright keeps a loop of its own."""
    for item in items:
        if {"page", "context", "browser"} & set(getattr(item, "fixturenames", ())):
            item.add_marker("browser")
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip browser tests where there is no browser, but never on the CI machine."""
    if item.get_closest_marker("browser") and not CHROMIUM:
        if IN_CI:
            pytest.fail(NO_CHROMIUM, pytrace=False)
        pytest.skip(NO_CHROMIUM)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--long``: what breaks things on purpose does so at length."""
    parser.addoption("--long", action="store_true", help="run the long form of the fault tests")


@pytest.fixture(scope="session")
def is_long(request: pytest.FixtureRequest) -> bool:
    """Whether the long form was asked for."""
    return bool(request.config.getoption("--long"))


_figures: list[str] = []


@pytest.fixture
def figures() -> Callable[..., None]:
    """Note a figure to be printed at the end: ``figures("hostile URLs", tried=60, through=0)``."""

    def note(what: str, **counts: float) -> None:
        _figures.append(f"{what}: " + ", ".join(f"{n:,} {name}" for name, n in counts.items()))

    return note


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print the figures that tests have noted."""
    if _figures:
        terminalreporter.section("figures")
        for line in _figures:
            terminalreporter.line(line)


@pytest.fixture
def media(settings: Any, tmp_path: Path) -> Path:
    """An empty media folder."""
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "modelless_web.records.media.AtomicStorage",
            "OPTIONS": {"location": tmp_path},
        }
    }
    return tmp_path


@pytest.fixture(scope="session")
def start_studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartStudio]:
    """Start studios: ``start_studio(PRACTICE_PACE="0.5", …)``; each has an empty data folder.

    Every one may be ended by its test, and is ended at the end in any case.
    """
    started: list[Studio] = []

    def start(data_dir: Path | None = None, **environ: str) -> Studio:
        folder = data_dir or tmp_path_factory.mktemp("studio")
        started.append(Studio(folder, environ))
        return started[-1]

    yield start
    for studio in started:
        studio.stop()


@pytest.fixture(scope="session")
def studio(start_studio: StartStudio) -> Studio:
    """One studio for all who only look and generate; its practice gateway hardly pauses."""
    return start_studio(PRACTICE_PACE="0.1")


@pytest.fixture
def visitor(studio: Studio) -> Iterator[Visitor]:
    """A guest of that studio, without a browser."""
    with studio.visitor() as somebody:
        yield somebody


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The system's Chromium, which asks nothing of the network."""
    return browser_type_launch_args | {
        "executable_path": CHROMIUM,
        "args": [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ],
    }


@pytest.fixture
def console() -> Iterator[Console]:
    """What pages complain about; ``console.pardon("404")`` allows what a test provokes."""
    console = Console()
    yield console
    assert console.complaints == []


@pytest.fixture
def context(context: BrowserContext, console: Console) -> BrowserContext:
    """A browser's profile, the console of whose every page is watched."""
    console.watch(context)
    context.set_default_timeout(15_000)
    return context


@pytest.fixture
def page(page: Page) -> Page:
    """A page; anything in its console, an error or a CSP violation, fails the test."""
    return page
