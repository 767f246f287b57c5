"""One generation: its page, its card, its bytes, and what can be done with it."""

import html
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from modelless_web.records.ids import uuid7
from modelless_web.records.models import Generation, Status, Transcript, User
from tests.studio.factories import FINAL, OPEN, a_generation, a_picture
from tests.studio.pages import HTMX, cards, queries, text_of, typed
from tests.support import factories

pytestmark = pytest.mark.django_db

READ = ["", "card/", "code/", "raw/sent", "raw/received"]
DONE = ["stop/", "again/", "trash/"]


@pytest.fixture
def row(person: User) -> Generation:
    """A finished generation of the person's."""
    return a_generation(person, text="Here **it** is.")


def at(row: Generation, place: str = "") -> str:
    return f"/generations/{row.pk}/{place}"


@pytest.mark.parametrize("place", READ)
def test_ones_own_can_be_read(mine: Client, row: Generation, place: str) -> None:
    assert mine.get(at(row, place)).status_code == 200


@pytest.mark.parametrize("place", READ)
def test_anothers_is_as_if_it_did_not_exist(theirs: Client, row: Generation, place: str) -> None:
    assert theirs.get(at(row, place)).status_code == 404


@pytest.mark.parametrize("place", [*DONE, "restore/"])
def test_nothing_can_be_done_with_anothers(theirs: Client, row: Generation, place: str) -> None:
    before = Generation.objects.values().get()
    assert theirs.post(at(row, place)).status_code == 404
    assert Generation.objects.values().get() == before


@pytest.mark.parametrize("place", [*READ, *DONE, "restore/"])
def test_an_unknown_id_is_not_found(mine: Client, place: str) -> None:
    visit = mine.get if place in READ else mine.post
    assert visit(f"/generations/{uuid7()}/{place}").status_code == 404


@pytest.mark.parametrize("place", [*READ[1:], *DONE])
def test_nothing_is_read_or_done_in_the_trash(mine: Client, row: Generation, place: str) -> None:
    Generation.objects.update(deleted_at=timezone.now())
    visit = mine.get if place in READ else mine.post
    assert visit(at(row, place)).status_code == 404


@pytest.mark.parametrize("place", [*DONE, "restore/"])
def test_reading_an_address_does_nothing(mine: Client, row: Generation, place: str) -> None:
    assert mine.get(at(row, place)).status_code == 405


def test_the_page_shows_the_answer_as_prose(mine: Client, row: Generation) -> None:
    assert "<p>Here <strong>it</strong> is.</p>" in text_of(mine.get(at(row)))


def test_the_page_says_under_which_hash_a_picture_is_safe(mine: Client, row: Generation) -> None:
    picture = a_picture(row)
    assert picture.sha256 in mine.get(at(row)).content.decode()


def test_the_page_follows_a_picture_that_is_on_its_way(mine: Client, row: Generation) -> None:
    assert b'http-equiv="refresh"' not in mine.get(at(row)).content
    factories.picture(row, source_url="https://pictures.example/a.png")
    assert b'http-equiv="refresh"' in mine.get(at(row)).content


def test_htmx_gets_the_detail_alone(mine: Client, row: Generation) -> None:
    answer = mine.get(at(row), headers=HTMX)
    assert b"<html" not in answer.content
    assert answer.content.lstrip().startswith(b'<div class="drawer-inner"')


def test_page_and_fragment_are_not_mixed_up_by_a_cache(mine: Client, row: Generation) -> None:
    assert "HX-Request" in mine.get(at(row))["Vary"]


def test_the_card_finds_its_own_place(mine: Client, row: Generation) -> None:
    answer = mine.get(at(row, "card/"))
    assert b'hx-swap-oob="outerHTML"' in answer.content
    assert cards(answer) == [str(row.pk)]


@pytest.mark.parametrize(("side", "body"), [("sent", b'{"a": 1}'), ("received", b"data: \xff\0\n")])
def test_the_exact_bytes_are_a_download(
    mine: Client, row: Generation, side: str, body: bytes
) -> None:
    packed = Transcript.packed(**{"sent": b"", "received": b"", side: body})
    Transcript.objects.create(generation=row, **packed)
    answer = mine.get(at(row, f"raw/{side}"))
    assert answer.content == body
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"] == f'attachment; filename="{side}-{row.pk}.txt"'


def test_a_run_without_a_transcript_downloads_nothing(mine: Client, row: Generation) -> None:
    assert mine.get(at(row, "raw/sent")).content == b""


@pytest.mark.parametrize("place", ["raw/asked", "raw/", "raw/sent/"])
def test_there_are_two_sides_only(mine: Client, row: Generation, place: str) -> None:
    assert mine.get(at(row, place)).status_code == 404


def test_stopping_a_queued_run_ends_it(mine: Client, person: User) -> None:
    row = a_generation(person, status=Status.QUEUED)
    answer = mine.post(at(row, "stop/"))
    row.refresh_from_db()
    assert (answer.status_code, answer["Location"]) == (303, at(row))
    assert row.status == Status.CANCELLED


def test_stopping_a_running_run_asks_its_runner(mine: Client, person: User) -> None:
    row = a_generation(person, status=Status.RUNNING)
    mine.post(at(row, "stop/"))
    row.refresh_from_db()
    assert (row.status, row.stop_requested) == (Status.RUNNING, True)


def test_htmx_gets_the_stopped_card(mine: Client, person: User) -> None:
    row = a_generation(person, status=Status.QUEUED)
    answer = mine.post(at(row, "stop/"), headers=HTMX)
    assert b'data-status="cancelled"' in answer.content
    assert b"<html" not in answer.content


@pytest.mark.parametrize("status", FINAL)
def test_stopping_what_has_ended_changes_nothing(
    mine: Client, person: User, status: Status
) -> None:
    row = a_generation(person, status=status)
    mine.post(at(row, "stop/"))
    row.refresh_from_db()
    assert (row.status, row.stop_requested) == (status, False)


def test_running_again_sends_the_very_same_request(mine: Client, row: Generation) -> None:
    answer = mine.post(at(row, "again/"), {"submission": "once"})
    again = Generation.objects.get(parent=row)
    assert (answer.status_code, answer["Location"]) == (303, at(again))
    assert (again.request, again.status, again.descent) == (row.request, Status.QUEUED, "again")


def test_htmx_gets_a_fresh_again_button(mine: Client, row: Generation) -> None:
    first = mine.post(at(row, "again/"), {"submission": "once"}, headers=HTMX)
    second = mine.post(at(row, "again/"), {"submission": "once"}, headers=HTMX)
    assert typed(first, "submission") not in {"once", typed(second, "submission")}
    assert b"<article" not in first.content


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_double_press_of_again_makes_one_row(
    mine: Client, row: Generation, headers: dict[str, str]
) -> None:
    for _ in range(2):
        mine.post(at(row, "again/"), {"submission": "once"}, headers=headers)
    assert Generation.objects.filter(parent=row).count() == 1


def test_two_presses_of_again_make_two_rows(mine: Client, row: Generation) -> None:
    for submission in ("first", "second"):
        mine.post(at(row, "again/"), {"submission": submission})
    assert Generation.objects.filter(parent=row).count() == 2


@pytest.mark.parametrize("submission", ["", "x" * 200])
def test_any_one_time_id_makes_a_row(mine: Client, row: Generation, submission: str) -> None:
    mine.post(at(row, "again/"), {"submission": submission})
    assert Generation.objects.filter(parent=row).count() == 1


def test_deleting_leads_to_history_with_the_way_back(mine: Client, row: Generation) -> None:
    answer = mine.post(at(row, "trash/"), follow=True)
    assert answer.redirect_chain == [(f"/history/?undo={row.pk}", 303)]
    assert f'action="{at(row, "restore/")}"' in text_of(answer)


def test_htmx_gets_the_way_back_alone(mine: Client, row: Generation) -> None:
    answer = mine.post(at(row, "trash/"), headers=HTMX)
    assert b"Undo" in answer.content
    assert b"<article" not in answer.content


@pytest.mark.parametrize("status", OPEN)
def test_deleting_an_open_run_stops_it(mine: Client, person: User, status: Status) -> None:
    row = a_generation(person, status=status)
    mine.post(at(row, "trash/"))
    row.refresh_from_db()
    assert row.stop_requested
    assert row.is_deleted


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_what_was_deleted_comes_back(
    mine: Client, row: Generation, headers: dict[str, str]
) -> None:
    mine.post(at(row, "trash/"))
    answer = mine.post(at(row, "restore/"), headers=headers, follow=True)
    assert cards(answer) == [str(row.pk)]
    assert mine.get(at(row)).status_code == 200


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_what_is_in_the_trash_says_so_and_offers_the_way_back(
    mine: Client, row: Generation, headers: dict[str, str]
) -> None:
    mine.post(at(row, "trash/"))
    answer = mine.get(at(row), headers=headers)
    page = text_of(answer)
    assert answer.status_code == 200
    assert 'In the <a href="/history/trash/">trash</a>' in page
    assert f'action="{at(row, "restore/")}"' in page
    assert f'action="{at(row, "again/")}"' not in page


def test_nobody_else_reads_what_is_in_the_trash(
    mine: Client, theirs: Client, row: Generation
) -> None:
    mine.post(at(row, "trash/"))
    assert theirs.get(at(row)).status_code == 404


def test_no_link_about_what_is_in_the_trash_leads_nowhere(mine: Client, person: User) -> None:
    parent = a_generation(person, deleted_at=timezone.now())
    a_picture(parent)
    twin = a_generation(person, parent=parent, descent="refined")
    a_picture(twin)
    child = a_generation(person, parent=twin, descent="again")
    a_picture(child)
    for page in ("/", "/history/", "/history/?view=list", "/history/trash/", at(twin), at(child)):
        for address in re.findall(r'href="(/[^"#]*)"', text_of(mine.get(page))):
            if not address.startswith("/static/"):
                assert mine.get(html.unescape(address)).status_code in {200, 302}, (page, address)


def test_nobody_else_brings_back_what_was_deleted(
    mine: Client, theirs: Client, row: Generation
) -> None:
    mine.post(at(row, "trash/"))
    assert theirs.post(at(row, "restore/")).status_code == 404
    row.refresh_from_db()
    assert row.is_deleted


def test_only_what_is_in_the_trash_comes_back(mine: Client, row: Generation) -> None:
    assert mine.post(at(row, "restore/")).status_code == 404


def test_the_model_that_answered_is_told_beside_the_one_asked(mine: Client, person: User) -> None:
    row = a_generation(person, model="flux", response={"model": "flux-1.1"})
    assert "<td>flux</td><td>flux</td><td>flux-1.1</td>" in text_of(mine.get(at(row)))


def test_the_page_leads_to_what_it_came_from_and_what_it_led_to(
    mine: Client, person: User, row: Generation
) -> None:
    child = a_generation(person, parent=row, descent="refined", prompt="in snow")
    assert f'<a href="{at(child)}" data-drawer>in snow</a>' in text_of(mine.get(at(row)))
    assert f'<a href="{at(row)}" data-drawer>a red fox</a>' in text_of(mine.get(at(child)))


def test_what_is_made_of_another_can_be_compared_with_it(
    mine: Client, person: User, row: Generation
) -> None:
    child = a_generation(person, parent=row, descent="refined", prompt="in snow")
    assert f'href="/compare/?of={row.pk}&of={child.pk}"' in text_of(mine.get(at(child)))


def test_a_repeat_of_the_same_prompt_says_so(mine: Client, person: User, row: Generation) -> None:
    child = a_generation(person, parent=row, descent="again")
    page = text_of(mine.get(at(child)))
    assert "same prompt" in page
    assert "<del>" not in page


def test_what_is_in_the_trash_is_no_child(mine: Client, person: User, row: Generation) -> None:
    a_generation(person, parent=row, prompt="in snow", deleted_at=timezone.now())
    assert "in snow" not in text_of(mine.get(at(row)))


def test_a_parent_in_the_trash_is_only_said_to_be_there(mine: Client, person: User) -> None:
    parent = a_generation(person, prompt="in snow", deleted_at=timezone.now())
    child = a_generation(person, parent=parent, descent="refined")
    page = text_of(mine.get(at(child)))
    assert "In the trash" in page
    assert "in snow" not in page
    assert at(parent) not in page


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_the_same_bytes_lead_to_the_picture_that_was_there_before(
    mine: Client, person: User, row: Generation, headers: dict[str, str]
) -> None:
    before = a_generation(person, prompt="the first of two")
    a_picture(before)
    a_picture(row)
    page = text_of(mine.get(at(row), headers=headers))
    assert f'The same bytes as <a href="{at(before)}"' in page
    assert "The same bytes" not in text_of(mine.get(at(before), headers=headers))


def test_the_detail_takes_as_many_queries_for_a_large_family(mine: Client, person: User) -> None:
    def family(children: int) -> Generation:
        parent = a_generation(person, parent=a_generation(person), descent="again")
        row = a_generation(person, parent=parent, descent="refined")
        a_picture(row)
        for _ in range(children):
            a_picture(a_generation(person, parent=row, descent="refined"))
            a_picture(a_generation(person, parent=parent, descent="again"))
        return row

    a_picture(a_generation(person))
    small, large = family(1), family(8)
    assert queries(lambda: mine.get(at(small))) == queries(lambda: mine.get(at(large)))


@pytest.mark.parametrize("field", ["prompt", "model", "text", "error_body", "error_message"])
def test_hostile_words_are_only_words(mine: Client, person: User, field: str) -> None:
    hostile = "</p></pre><script>alert(1)</script><img src=x onerror=alert(1)>"
    words: dict[str, Any] = {field: hostile}
    row = a_generation(person, status=Status.FAILED, error_kind="upstream", **words)
    for headers in ({}, HTMX):
        page = mine.get(at(row), headers=headers).content
        assert b"<script>alert" not in page
        assert b"<img" not in page
        assert b"alert(1)" in page
