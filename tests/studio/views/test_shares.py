"""The links to one's own generation: made on its page, and stopped there."""

import dataclasses
import html
import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone

from modelless_web.records.models import Generation, Share, User
from modelless_web.records.models.shares import MOST_SHARES
from tests.studio.factories import a_generation
from tests.studio.pages import HTMX, text_of

pytestmark = pytest.mark.django_db

ADDRESS = re.compile(r'value="(http://testserver/shared/[^"]+)"')


@pytest.fixture
def row(person: User) -> Generation:
    """A finished generation of the person's."""
    return a_generation(person, text="Here **it** is.")


def shared(client: Client, row: Generation, *, htmx: bool = False, **fields: Any) -> Any:
    """Make a link to it."""
    headers = HTMX if htmx else {}
    return client.post(f"/generations/{row.pk}/share/", {"lasting": 7} | fields, headers=headers)


def stopped(client: Client, share: Share, *, htmx: bool = False) -> Any:
    return client.post(stop_of(share), headers=HTMX if htmx else {})


def stop_of(share: Share) -> str:
    return f"/generations/{share.generation_id}/shares/{share.pk}/stop/"


def page_of(client: Client, row: Generation, **more: Any) -> str:
    return text_of(client.get(f"/generations/{row.pk}/", **more))


def test_a_form_leads_back_to_the_links(mine: Client, row: Generation) -> None:
    answer = shared(mine, row)
    assert (answer.status_code, answer["Location"]) == (303, f"/generations/{row.pk}/#shares")


def test_htmx_gets_the_group_alone_and_open(mine: Client, row: Generation) -> None:
    answer = shared(mine, row, htmx=True)
    assert answer.content.lstrip().startswith(b'<details id="shares"')
    assert len(ADDRESS.findall(answer.content.decode())) == 1


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "drawer"])
def test_the_detail_shows_the_address_that_opens_it(
    mine: Client, row: Generation, headers: dict[str, str]
) -> None:
    shared(mine, row)
    (address,) = ADDRESS.findall(page_of(mine, row, headers=headers))
    assert Client().get(html.unescape(address)).status_code == 200


@pytest.mark.parametrize("days", [1, 7, 30])
def test_a_link_lasts_as_long_as_was_chosen(mine: Client, row: Generation, days: int) -> None:
    before = timezone.now()
    shared(mine, row, lasting=days)
    ends = Share.objects.get().expires_at
    assert ends is not None
    assert before <= ends - timedelta(days=days) <= timezone.now()


def test_a_link_can_last_until_it_is_stopped(mine: Client, row: Generation) -> None:
    shared(mine, row, lasting=0)
    assert Share.objects.get().expires_at is None
    assert "Until you stop it" in page_of(mine, row)


def test_seven_days_without_the_prompt_are_proposed(mine: Client, row: Generation) -> None:
    page = page_of(mine, row)
    assert '<option value="7" selected>7 days</option>' in page
    assert '<input type="checkbox" name="with_prompt" id="share_with_prompt">' in page


def test_the_prompt_is_shown_only_where_that_was_chosen(mine: Client, row: Generation) -> None:
    shared(mine, row, with_prompt="on")
    shared(mine, row)
    assert [share.with_prompt for share in Share.objects.order_by("pk")] == [True, False]


@pytest.mark.parametrize("fields", [{"lasting": 3}, {"lasting": "x"}, {"lasting": ""}])
def test_a_time_that_is_not_on_offer_is_refused(
    mine: Client, row: Generation, fields: dict[str, Any]
) -> None:
    assert shared(mine, row, **fields).status_code == 400
    assert not Share.objects.exists()


def test_it_says_how_often_a_link_was_opened(mine: Client, row: Generation) -> None:
    shared(mine, row)
    assert "not opened yet" in page_of(mine, row)
    share = Share.objects.get()
    for _ in range(2):
        Client().get(f"/shared/{share.pk}/{share.signature}/")
    assert "opened 2 times" in page_of(mine, row)


@pytest.mark.parametrize("htmx", [False, True])
def test_a_stopped_link_is_gone(mine: Client, row: Generation, htmx: bool) -> None:
    shared(mine, row)
    answer = stopped(mine, Share.objects.get(), htmx=htmx)
    assert answer.status_code == (200 if htmx else 303)
    assert not Share.objects.exists()
    assert not ADDRESS.search(page_of(mine, row))


def test_others_neither_make_nor_stop_links(mine: Client, theirs: Client, row: Generation) -> None:
    assert shared(theirs, row).status_code == 404
    shared(mine, row)
    assert stopped(theirs, Share.objects.get()).status_code == 404
    assert Share.objects.count() == 1


def test_one_of_ones_own_does_not_open_the_way_to_stop_anothers(
    mine: Client, theirs: Client, row: Generation, stranger: User
) -> None:
    shared(mine, row)
    other = a_generation(stranger, text="Theirs.")
    theirs.post(f"/generations/{other.pk}/shares/{Share.objects.get().pk}/stop/")
    assert Share.objects.count() == 1


def test_a_link_that_is_stopped_already_is_no_error(mine: Client, row: Generation) -> None:
    shared(mine, row)
    share = Share.objects.get()
    assert [stopped(mine, share).status_code for _ in range(2)] == [303, 303]


def test_in_the_trash_nothing_is_shared(mine: Client, row: Generation) -> None:
    Generation.objects.update(deleted_at=timezone.now())
    assert shared(mine, row).status_code == 404
    assert "Make a link" not in page_of(mine, row)


@pytest.mark.parametrize("columns", [{"status": "running", "text": "So far"}, {"text": ""}])
def test_what_has_not_ended_or_is_empty_is_not_shared(
    mine: Client, person: User, columns: dict[str, str]
) -> None:
    row = a_generation(person, **columns)  # type: ignore[arg-type]
    assert shared(mine, row).status_code == 404
    assert "Make a link" not in page_of(mine, row)


def test_at_the_most_the_page_says_so_instead_of_the_form(mine: Client, row: Generation) -> None:
    for _ in range(MOST_SHARES + 1):
        shared(mine, row)
    assert Share.objects.count() == MOST_SHARES
    page = page_of(mine, row)
    assert f"all the {MOST_SHARES} links" in page
    assert "Make a link" not in page


def test_a_link_that_ran_out_is_not_listed(mine: Client, row: Generation) -> None:
    shared(mine, row)
    Share.objects.update(expires_at=timezone.now())
    assert not ADDRESS.search(page_of(mine, row))


def test_where_sharing_is_off_there_is_no_group_and_no_link_is_made(
    mine: Client, row: Generation, settings: LazySettings
) -> None:
    shared(mine, row)
    settings.ENVIRONMENT = dataclasses.replace(settings.ENVIRONMENT, sharing=False)
    page = page_of(mine, row)
    assert "Make a link" not in page
    assert not ADDRESS.search(page)
    assert shared(mine, row).status_code == 404


def test_reading_an_address_does_nothing(mine: Client, row: Generation) -> None:
    shared(mine, row)
    for address in (f"/generations/{row.pk}/share/", stop_of(Share.objects.get())):
        assert mine.get(address).status_code == 405
    assert Share.objects.count() == 1
