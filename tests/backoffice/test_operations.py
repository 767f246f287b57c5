"""What the engine is at and who takes how much room, on pages that ask a fixed number of times."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from modelless_web.records.models import Action, Gateway, Picture, Status, User

from .conftest import Make

ENGINE, STORAGE = reverse("admin:engine"), reverse("admin:storage")


@pytest.fixture(autouse=True)
def _no_kept_figures() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def page(admin: Client, address: str) -> str:
    answer = admin.get(address)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def running(make: Make, worker: str, **columns: Any) -> None:
    soon = timezone.now() + timedelta(seconds=20)
    told = {"status": Status.RUNNING, "lease_owner": worker, "lease_until": soon}
    make(**told | columns)


def test_nothing_is_said_in_words(admin: Client) -> None:
    shown = page(admin, ENGINE)
    for words in ("Nothing runs.", "Nobody waits.", "None.", "All that can be had is safe."):
        assert words in shown


def test_processes_are_shown_with_their_leases(admin: Client, make: Make) -> None:
    for _ in range(2):
        running(make, "one#1")
    running(make, "two#2", retry_at=timezone.now())
    running(make, "late#3", lease_until=timezone.now() - timedelta(seconds=5))
    holders = {row.name: row for row in admin.get(ENGINE).context["holders"]}
    assert (holders["one#1"].runs, holders["two#2"].waiting) == (2, 1)
    assert [name for name, row in holders.items() if row.is_late] == ["late#3"]


def test_the_queue_is_counted_with_its_oldest(admin: Client, make: Make) -> None:
    long_ago = timezone.now() - timedelta(hours=1)
    make(status=Status.QUEUED, queued_at=long_ago)
    make(status=Status.QUEUED)
    shown = page(admin, ENGINE)
    assert f"2 wait for a place, the oldest since {long_ago:%Y-%m-%d %H:%M:%S}." in shown
    assert "stable-diffusion: 2" in shown


def test_gateways_that_are_down_are_named(admin: Client, gateway: Gateway) -> None:
    Gateway.objects.update(down_since=timezone.now())
    assert "has not answered since" in page(admin, ENGINE)


def test_pictures_to_be_rescued_are_counted(admin: Client, make: Make) -> None:
    make(), make()
    Picture.objects.update(state="waiting", next_try_at=timezone.now(), attempts=7)
    shown = page(admin, ENGINE)
    assert "2 wait, 2 of them due now" in shown
    assert "2 were tried five times or more" in shown


def test_changes_under_way_are_shown_without_their_words(
    admin: Client, make: Make, owner: User
) -> None:
    columns = {"verb": "tag", "value": "a secret", "query": "a secret", "total": 9, "done": 4}
    Action.objects.create(owner=owner, **columns)
    shown = page(admin, ENGINE)
    assert "4 of 9" in shown
    assert "a secret" not in shown


def test_the_engines_page_asks_as_often_for_many(admin: Client, make: Make, owner: User) -> None:
    counts = []
    for _ in range(2):
        for number in range(3):
            running(make, f"worker#{number}")
            Action.objects.create(owner=User.objects.create_guest(), verb="star", total=1)
        with CaptureQueriesContext(connection) as context:
            page(admin, ENGINE)
        counts.append(len(context))
    assert counts[0] == counts[1]


def test_room_is_added_up_by_person(admin: Client, make: Make) -> None:
    for _ in range(2):
        make()
    make(owner=User.objects.create_user("rembrandt"))
    Picture.objects.filter(generation__owner__username="rembrandt").update(size=5_000_000)
    rooms = admin.get(STORAGE).context["storage"].people
    assert [(room.name, room.pictures, room.bytes) for room in rooms] == [
        ("rembrandt", 1, 5_000_000),
        ("painter", 2, 2000),
    ]


def test_room_is_not_added_up_again_at_once(admin: Client, make: Make) -> None:
    make()
    page(admin, STORAGE)
    with CaptureQueriesContext(connection) as context:
        page(admin, STORAGE)
    assert not [query for query in context if "records_picture" in query["sql"]]


@pytest.mark.parametrize("address", [ENGINE, STORAGE])
def test_they_take_the_right_to_see_generations(client: Client, staff: User, address: str) -> None:
    client.force_login(staff)
    assert client.get(address).status_code == 403
    staff.user_permissions.add(Permission.objects.get(codename="view_generation"))
    assert client.get(address).status_code == 200


def test_the_index_leads_to_them(admin: Client) -> None:
    shown = page(admin, reverse("admin:index"))
    for address in (ENGINE, STORAGE, reverse("admin:records_gateway_reconcile")):
        assert f'href="{address}"' in shown
