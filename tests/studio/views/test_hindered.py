"""A database that can't do its work is told in plain words, and nothing typed is lost."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from django.http import HttpResponseBase
from django.test import RequestFactory
from django.urls import resolve

from modelless_web.studio.views.hindered import cause_of, stumbled
from tests.studio.pages import text_of, typed


def failing(action: Callable[[], Any]) -> OperationalError:
    """The error that Django makes of what the driver raises."""
    error = OperationalError()
    try:
        action()
    except sqlite3.OperationalError as cause:
        error.__cause__ = cause
    return error


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "some.sqlite3"
    with closing(sqlite3.connect(path)) as made, made:
        made.execute("CREATE TABLE words (word TEXT)")
    return path


@pytest.fixture
def busy(database: Path) -> OperationalError:
    with closing(sqlite3.connect(database)) as other, closing(opened(database)) as mine:
        other.execute("BEGIN EXCLUSIVE")
        return failing(lambda: mine.execute("BEGIN IMMEDIATE"))


def opened(database: Path) -> sqlite3.Connection:
    return sqlite3.connect(database, timeout=0)


def answer(
    error: Exception, address: str = "/generations/", *, htmx: bool = False, **fields: Any
) -> HttpResponseBase:
    """What is answered when a view has failed with that error."""
    factory = RequestFactory()
    request = factory.post(address, fields) if fields else factory.get(address)
    request.resolver_match = resolve(address)
    request.htmx = htmx  # type: ignore[attr-defined]
    try:
        raise error
    except Exception:
        return stumbled(request)


def test_a_locked_database_is_busy(busy: OperationalError) -> None:
    assert cause_of(busy) == "is busy"


def test_a_full_one_has_no_room(database: Path) -> None:
    with closing(opened(database)) as mine:
        mine.execute("PRAGMA max_page_count = 3")
        error = failing(lambda: mine.execute("INSERT INTO words VALUES (zeroblob(99999))"))
    assert cause_of(error) == "has no room left on its disk"


def test_a_read_only_one_cannot_be_written_to(database: Path) -> None:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as mine:
        error = failing(lambda: mine.execute("INSERT INTO words VALUES ('x')"))
    assert cause_of(error) == "can't be written to"


def test_one_that_is_away_does_not_answer() -> None:
    assert cause_of(OperationalError("connection refused")) == "does not answer"


@pytest.mark.parametrize("error", [ValueError("ours"), None])
def test_another_error_is_no_hindrance(error: Exception | None) -> None:
    assert cause_of(error) == ""


def test_a_mistake_in_our_own_sql_is_no_hindrance(database: Path) -> None:
    with closing(opened(database)) as mine:
        error = failing(lambda: mine.execute("SELECT * FROM nowhere"))
    assert answer(error).status_code == 500


def test_the_page_holds_the_whole_form_to_be_sent_again(busy: OperationalError) -> None:
    sent: dict[str, Any] = {"prompt": "\nA <fox>\n", "submission": "once", "stop": ["a", "b"]}
    page = answer(busy, **sent)
    assert (page.status_code, page["Retry-After"]) == (503, "5")
    assert "so nothing was sent" in text_of(page)
    assert typed(page, "prompt") == "\nA <fox>\n"
    assert typed(page, "submission") == "once"
    assert text_of(page).count('name="stop"') == 2


def test_htmx_is_told_one_line(busy: OperationalError) -> None:
    line = answer(busy, prompt="A fox", htmx=True)
    assert line["Content-Type"] == "text/plain; charset=utf-8"
    assert text_of(line) == (
        "The studio's database is busy, so nothing was sent. Your prompt is still here; try again."
    )


def test_a_page_that_was_opened_tries_again_by_itself(busy: OperationalError) -> None:
    assert answer(busy, "/history/")["Refresh"] == "5"


def test_a_form_that_failed_is_not_sent_again_by_itself(busy: OperationalError) -> None:
    assert "Refresh" not in answer(busy, prompt="A fox")


@pytest.mark.parametrize("address", ["/account/login/", "/admin/records/gateway/add/"])
def test_no_password_and_no_key_is_written_into_the_page(
    busy: OperationalError, address: str
) -> None:
    page = answer(busy, address, password="sk-secret", key="sk-secret")
    assert page.status_code == 503
    assert "sk-secret" not in text_of(page)
