"""What staff can do for a generation, each written into the audit log."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from modelless_web.engine import run, runtime
from modelless_web.engine.runtime import Engine
from modelless_web.records.models import Audit, Generation, Picture, Status, User
from tests.engine.asking import at, begin, finish, reach
from tests.engine.test_attempts import GOOD, gateway, refusal
from tests.support.beside import beside

from .conftest import Make


def place(name: str, row: Generation) -> str:
    return reverse(f"admin:records_generation_{name}", args=[row.pk])


def told(admin: Client, address: str) -> list[str]:
    """What the page says after a button was pressed."""
    answer = admin.post(address, follow=True)
    assert answer.status_code == 200
    return [str(message) for message in answer.context["messages"]]


def noted() -> list[tuple[Any, ...]]:
    """What stands in the audit log, but for pages that were read."""
    rows = Audit.objects.exclude(what=Audit.What.READ).order_by("pk")
    return list(rows.values_list("what", "target", "count"))


def lose(row: Generation, **columns: Any) -> None:
    Picture.objects.filter(generation=row).update(
        state="lost", trouble="It was gone.", attempts=9, **columns
    )


def test_lost_pictures_wait_again(admin: Client, make: Make) -> None:
    row = make()
    lose(row)
    assert told(admin, place("rescue", row)) == ["1 lost pictures are fetched again."]
    picture = row.pictures.get()
    assert (picture.state, picture.attempts) == ("waiting", 0)
    assert picture.next_try_at is not None
    assert noted() == [("rescued", str(row.pk), 1)]


def test_pictures_without_an_address_and_safe_ones_stay(admin: Client, make: Make) -> None:
    without, safe = make(), make()
    lose(without, source_url="")
    for row in (without, safe):
        assert "no lost picture" in told(admin, place("rescue", row))[0]
    assert {row.pictures.get().state for row in (without, safe)} == {"lost", "stored"}


def test_without_an_engine_nothing_is_asked(admin: Client, make: Make) -> None:
    row = make()
    assert "nothing was asked" in told(admin, place("ask", row))[0]
    assert noted() == [("asked", str(row.pk), None)]


@pytest.mark.parametrize("name", ["ask", "rescue"])
def test_doing_something_takes_a_right_and_a_form(
    client: Client, admin: Client, staff: User, make: Make, name: str
) -> None:
    row = make()
    assert admin.get(place(name, row)).status_code == 405
    staff.user_permissions.add(Permission.objects.get(codename="view_generation"))
    client.force_login(staff)
    assert client.post(place(name, row)).status_code == 403


def test_a_request_is_shown_as_code_in_a_language(admin: Client, make: Make) -> None:
    said = [{"role": "user", "content": "an owl"}]
    row = make(request={"model": "x", "messages": said, "stream": False})
    page = admin.get(place("code", row), {"language": "python"}).content.decode()
    assert "an owl" in page
    assert "import " in page
    assert noted() == [("code", str(row.pk), None)]


def test_code_is_for_those_who_may_read_prompts(client: Client, staff: User, make: Make) -> None:
    row = make()
    staff.user_permissions.add(Permission.objects.get(codename="view_generation"))
    client.force_login(staff)
    assert client.get(place("code", row)).status_code == 403


@pytest.fixture
def engine(transactional_db: None, media: Path) -> Iterator[Engine]:
    with beside(runtime.running) as engine:
        engine.wait_for(engine.sweeper.sweep())
        yield engine


def test_a_run_that_waits_for_its_next_attempt_goes_on_now(
    engine: Engine, admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "FIRST_WAIT", 600.0)
    monkeypatch.setattr(run, "LONGEST_WAIT", 600.0)
    with gateway(refusal("503 Service Unavailable"), GOOD) as gate:
        row = reach(begin(at(gate.url)), lambda found: found.retry_at)
        assert "offers 0 models." in told(admin, place("ask", row))[0]
        ended = finish(row)
    assert (ended.status, ended.attempt) == (Status.SUCCEEDED, 2)
