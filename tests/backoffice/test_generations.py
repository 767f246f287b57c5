"""The ledger in the admin: to be read, quickly, and by those who may."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from modelless_web.backoffice import paginator
from modelless_web.records.models import Gateway, Generation, Transcript, User
from modelless_web.records.models.generations import Status

from .conftest import KEY, Make

LIST = "admin:records_generation_changelist"
PAYLOAD = "<script>alert(1)</script>"
ESCAPED = "&lt;script&gt;alert(1)&lt;/script&gt;"


def page_of(row: Generation) -> str:
    return reverse("admin:records_generation_change", args=[row.pk])


def listed(admin: Client, **query: str) -> list[Any]:
    answer = admin.get(reverse(LIST), query)
    assert answer.status_code == 200
    return [row.pk for row in answer.context["cl"].result_list]


def queries(admin: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as context:
        assert admin.get(url).status_code == 200
    return len(context)


def test_the_list_shows_what_was_asked_and_what_came(admin: Client, make: Make) -> None:
    make()
    page = admin.get(reverse(LIST)).content.decode()
    for shown in ("painter", "stable-diffusion", "Modelless", "a lighthouse", "Done", "1,234"):
        assert shown in page


def test_the_list_asks_as_often_for_300_rows_as_for_30(admin: Client, make: Make) -> None:
    for _ in range(30):
        make()
    few = queries(admin, reverse(LIST) + "?all=")
    for _ in range(170):
        make(owner=User.objects.create_guest())
    assert queries(admin, reverse(LIST) + "?all=") == few
    for _ in range(100):
        make()
    assert queries(admin, reverse(LIST)) == few


def test_the_list_reads_no_heavy_column(admin: Client, make: Make) -> None:
    make()
    with CaptureQueriesContext(connection) as context:
        admin.get(reverse(LIST))
    statements = "".join(query["sql"] for query in context)
    for column in ("response", "error_body", "reasoning", "text", "request", "asked"):
        assert f'"records_generation"."{column}"' not in statements
    assert '"records_gateway"."key"' not in statements


def test_a_long_prompt_is_shortened_on_the_list(admin: Client, make: Make) -> None:
    make(prompt="word " * 1000)
    assert admin.get(reverse(LIST)).content.count(b"word") < 30


@pytest.mark.parametrize(
    ("query", "columns"),
    [
        ({"status__exact": "failed"}, {"status": Status.FAILED}),
        ({"error_kind__exact": "rate"}, {"error_kind": "rate"}),
        ({"kind": "chat"}, {"model_kind": "chat"}),
        ({"model": "gpt-4o"}, {"model": "gpt-4o"}),
        (
            {"day__gte": "2019-05-06", "day__lt": "2019-05-07"},
            {"queued_at": datetime(2019, 5, 5, 22, tzinfo=UTC), "day": date(2019, 5, 6)},
        ),
        ({"owner": "rembrandt"}, {}),
        ({"cost": "ten"}, {"cost": Decimal("0.04"), "charge": "charged"}),
        ({"cost": "unknown"}, {"cost": None, "charge": "charged"}),
        ({"took": "30"}, {"duration_ms": 12_000}),
        ({"charge__exact": "maybe"}, {"charge": "maybe"}),
        ({"q": "owl"}, {"prompt": "a brown OWL"}),
        ({"q": "req-77"}, {"error_request_id": "req-77"}),
    ],
)
def test_the_list_can_be_narrowed(
    admin: Client, make: Make, query: dict[str, str], columns: dict[str, Any]
) -> None:
    make(cost=0)
    if "owner" in query:
        columns = {"owner": User.objects.create_user(query["owner"])}
    wanted = make(**columns)
    assert listed(admin, **query) == [wanted.pk]


def test_practice_can_be_told_from_the_real_thing(admin: Client, make: Make) -> None:
    practice = Gateway.objects.create(name="P", base_url="http://127.0.0.1:9/v1", is_practice=True)
    real, practised = make(), make(gateway=practice)
    assert listed(admin, practice="yes") == [practised.pk]
    assert listed(admin, practice="no") == [real.pk]
    assert listed(admin, gateway=str(practice.pk)) == [practised.pk]


def test_an_id_or_an_owner_finds_a_generation(admin: Client, make: Make) -> None:
    make()
    wanted = make(owner=User.objects.create_user("rembrandt"))
    assert listed(admin, q=str(wanted.pk)) == [wanted.pk]
    assert listed(admin, q="owner:rembrandt") == [wanted.pk]


def test_the_model_filter_reads_the_table_of_models_only(admin: Client, make: Make) -> None:
    make(model="gone-long-ago")
    page = admin.get(reverse(LIST)).content.decode()
    assert "?model=stable-diffusion" in page
    assert "?model=gone-long-ago" not in page


def test_an_impossible_date_is_refused(admin: Client, make: Make) -> None:
    make()
    answer = admin.get(reverse(LIST), {"day__gte": "2024-13-01"})
    assert answer.status_code == 302
    assert answer.headers["Location"].endswith("?e=1")


def test_a_table_longer_than_the_limit_is_not_counted(
    admin: Client, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paginator, "MOST_COUNTED", 55)
    for _ in range(60):
        make()
    answer = admin.get(reverse(LIST))
    assert answer.context["cl"].result_count == 55
    assert answer.context["cl"].paginator.is_bounded


def test_the_page_shows_request_and_response_indented(admin: Client, make: Make) -> None:
    row = make(request={"model": "x", "n": 2})
    page = admin.get(page_of(row)).content.decode()
    assert "{\n  &quot;model&quot;: &quot;x&quot;,\n  &quot;n&quot;: 2\n}" in page


def test_the_page_shows_both_sides_of_the_transcript(admin: Client, make: Make) -> None:
    page = admin.get(page_of(make())).content.decode()
    assert "POST /v1" in page
    assert "HTTP/1.1 200 OK" in page
    assert "8 bytes" in page


def test_a_long_transcript_is_cut(admin: Client, make: Make) -> None:
    row = make()
    received = b"begin" + b"x" * 300_000 + b"the end"
    Transcript.objects.filter(pk=row.pk).update(**Transcript.packed(sent=b"", received=received))
    page = admin.get(page_of(row)).content.decode()
    assert "begin" in page
    assert "the end" not in page
    assert "The first 20,000 bytes" in page


def test_a_picture_inside_the_response_is_shortened(admin: Client, make: Make) -> None:
    page = admin.get(page_of(make(response={"b64": "A" * 500_000, "after": "seen"})))
    assert len(page.content) < 100_000
    assert b"seen" in page.content


@pytest.mark.parametrize(
    "columns",
    [
        {"prompt": PAYLOAD},
        {"text": PAYLOAD},
        {"reasoning": PAYLOAD},
        {"model": PAYLOAD},
        {"error_kind": "upstream", "error_body": PAYLOAD},
        {"error_kind": "upstream", "error_message": PAYLOAD},
        {"request": {PAYLOAD: PAYLOAD}},
        {"response": {"text": [PAYLOAD]}},
    ],
)
def test_html_from_outside_is_escaped(admin: Client, make: Make, columns: dict[str, Any]) -> None:
    row = make(**columns)
    for url in (page_of(row), reverse(LIST)):
        assert PAYLOAD not in admin.get(url).content.decode()
    assert ESCAPED in admin.get(page_of(row)).content.decode()


def test_half_a_surrogate_pair_does_not_break_the_page(admin: Client, make: Make) -> None:
    row = make(response={"text": "\ud83d"})
    assert admin.get(page_of(row)).status_code == 200


def test_the_page_links_both_ways_along_the_line(admin: Client, make: Make) -> None:
    parent = make()
    child = make(parent=parent, descent=Generation.Descent.AGAIN)
    assert page_of(child) in admin.get(page_of(parent)).content.decode()
    assert page_of(parent) in admin.get(page_of(child)).content.decode()


def test_the_page_asks_as_often_for_many_choices_and_children(admin: Client, make: Make) -> None:
    row = make()
    make(parent=row)
    few = queries(admin, page_of(row))
    for index in range(1, 9):
        make(parent=row)
        row.choices.create(index=index, text="more")
        row.pictures.create(choice=index)
    assert queries(admin, page_of(row)) == few


@pytest.mark.parametrize("action", ["change", "delete"])
def test_nobody_writes_into_the_ledger(admin: Client, make: Make, action: str) -> None:
    row = make()
    url = reverse(f"admin:records_generation_{action}", args=[row.pk])
    assert admin.post(url, {"post": "yes", "status": "failed"}).status_code == 403
    assert Generation.objects.get().status == Status.SUCCEEDED


def test_nobody_adds_to_the_ledger(admin: Client) -> None:
    assert admin.post(reverse("admin:records_generation_add"), {}).status_code == 403


def test_there_is_no_action_that_deletes_many(admin: Client, make: Make) -> None:
    row = make()
    data = {"action": "delete_selected", "_selected_action": str(row.pk), "post": "yes"}
    admin.post(reverse(LIST), data)
    assert Generation.objects.exists()


def test_the_list_lives_through_an_unknown_id(admin: Client) -> None:
    url = reverse("admin:records_generation_change", args=["nonsense"])
    assert admin.get(url).status_code == 302


def test_staff_without_the_right_see_nothing(client: Client, staff: User, make: Make) -> None:
    row = make()
    client.force_login(staff)
    assert client.get(reverse(LIST)).status_code == 403
    assert client.get(page_of(row)).status_code == 403


def test_staff_with_the_right_to_view_may_look(client: Client, staff: User, make: Make) -> None:
    row = make()
    staff.user_permissions.add(Permission.objects.get(codename="view_generation"))
    client.force_login(staff)
    assert client.get(reverse(LIST)).status_code == 200
    assert client.get(page_of(row)).status_code == 200


def test_the_owner_of_a_generation_is_no_staff(client: Client, owner: User, make: Make) -> None:
    row = make()
    client.force_login(owner)
    assert client.get(page_of(row)).status_code == 302


def test_the_key_of_its_gateway_is_on_no_page(admin: Client, make: Make) -> None:
    row = make()
    for url in (reverse(LIST), page_of(row)):
        assert KEY.encode() not in admin.get(url).content
