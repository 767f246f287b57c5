"""Share links in the admin: whose they are and how often opened, and the way to stop them."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from modelless_web.records.models import Audit, Generation, Share, User
from tests.support import factories

from .conftest import Make

LIST = reverse("admin:records_share_changelist")


@pytest.fixture
def share(make: Make) -> Share:
    """A link that was opened three times."""
    return Share.objects.create(generation=make(), opened=3, last_opened_at=timezone.now())


def listed(admin: Client, **query: str) -> set[Any]:
    return {row.pk for row in admin.get(LIST, query).context["cl"].result_list}


def stop(client: Client, *shares: Share) -> Any:
    chosen = [share.pk for share in shares]
    return client.post(LIST, {"action": "stop_sharing", "_selected_action": chosen}, follow=True)


def staff_with(client: Client, staff: User, *codes: str) -> Client:
    staff.user_permissions.set(Permission.objects.filter(codename__in=codes))
    client.force_login(staff)
    return client


def test_the_list_says_whose_and_of_what_and_how_often(admin: Client, share: Share) -> None:
    page = admin.get(LIST).content.decode()
    row = share.generation
    leads = reverse("admin:records_generation_change", args=[row.pk])
    for shown in (leads, "stable-diffusion", "painter", ">3<", "when it is stopped"):
        assert shown in page, shown


def test_neither_the_address_nor_the_prompt_is_shown_to_anybody(
    admin: Client, share: Share
) -> None:
    for address in (LIST, reverse("admin:records_share_change", args=[share.pk])):
        page = admin.get(address).content.decode()
        assert share.signature not in page
        assert "a lighthouse" not in page


def test_links_are_narrowed_to_a_person(admin: Client, share: Share, make: Make) -> None:
    other = Share.objects.create(generation=make(owner=factories.person()))
    assert listed(admin) == {share.pk, other.pk}
    assert listed(admin, owner="painter") == {share.pk}


def test_links_are_narrowed_by_whether_they_lead_somewhere(
    admin: Client, share: Share, make: Make
) -> None:
    over = Share.objects.create(generation=make(), expires_at=timezone.now() - timedelta(1))
    hidden = Share.objects.create(generation=make(deleted_at=timezone.now()))
    found = {state: listed(admin, state=state) for state in ("alive", "over", "hidden")}
    assert found == {"alive": {share.pk}, "over": {over.pk}, "hidden": {hidden.pk}}


def test_stopped_links_lead_nowhere_and_are_written_down(
    admin: Client, share: Share, make: Make
) -> None:
    other, kept = (Share.objects.create(generation=make()) for _ in range(2))
    answer = stop(admin, share, other)
    assert [str(message) for message in answer.context["messages"]] == [
        "2 links stopped. Whoever has them finds nothing from now on."
    ]
    assert list(Share.objects.all()) == [kept]
    noted = Audit.objects.filter(what="unshared", kind="share").values_list("target", flat=True)
    assert set(noted) == {str(share.pk), str(other.pk)}
    assert Client().get(f"/shared/{share.pk}/{share.signature}/").status_code == 404


def test_what_a_stopped_link_showed_stays(admin: Client, share: Share) -> None:
    stop(admin, share)
    assert Generation.objects.get().pictures.exists()


def test_looking_gives_no_right_to_stop(client: Client, staff: User, share: Share) -> None:
    office = staff_with(client, staff, "view_share")
    assert office.get(LIST).status_code == 200
    stop(office, share)
    assert Share.objects.exists()
    stop(staff_with(client, staff, "view_share", "delete_share"), share)
    assert not Share.objects.exists()


def test_nobody_adds_changes_or_deletes_one_by_hand(admin: Client, share: Share) -> None:
    for action in ("change", "delete"):
        url = reverse(f"admin:records_share_{action}", args=[share.pk])
        assert admin.post(url, {"post": "yes"}).status_code == 403
    assert admin.get(reverse("admin:records_share_add")).status_code == 403
    assert Share.objects.exists()


def test_the_list_asks_as_often_for_many_rows_as_for_few(admin: Client, make: Make) -> None:
    counts = []
    for rows in (3, 20):
        for _ in range(rows):
            Share.objects.create(generation=make(owner=factories.person()))
        with CaptureQueriesContext(connection) as context:
            admin.get(LIST)
        counts.append(len(context))
    assert counts[0] == counts[1]
